import type { Context } from '../../deployment/context.ts'
import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import { savedPlan } from '../../deployment/plan.ts'
import type { Runner } from '../../runner/action.ts'
import type { Place } from '../targets/place.ts'
import type { Reporter } from './reporter.ts'

/** Name of the saved state (`GITHUB_STATE`) that holds the record of the deployment. */
export const savedRecord = 'deployment'

/** Name of the saved state (`GITHUB_STATE`) that holds the state of the report. */
export const savedState = 'report'

/** Name of the saved state (`GITHUB_STATE`) that holds the resolved place, as JSON. */
export const savedPlace = 'place'

/** Saves the place for the post step, which makes no checks; without it the post step does nothing. */
export function keepPlace(place: Place, runner: Runner): void {
  // Headers of checks may be secrets.
  runner.saveState(savedPlace, JSON.stringify({ ...place, verify: undefined }))
}

/** Saves each record for the post step at once: a cancel may come at any moment. */
export function recordKeeper(runner: Runner, reporter: Reporter): Context['keep'] {
  let record: Partial<DeploymentRecord> = {}
  const markDetached = detachedMarker(runner)
  const saved = new Map<string, string>()
  const save = (name: string, value: object | null) => {
    const json = JSON.stringify(value)
    if (saved.get(name) !== json) runner.saveState(name, json)
    saved.set(name, json)
  }
  return (part) => {
    record = { ...record, ...part }
    markDetached(record)
    // The runner prints saved state when debug logging is on; log lines of containers are not for there. Before the record: where
    // that has ended, the verdict is in the state.
    const { plan, ...state } = reporter.state()
    save(savedState, { ...state, plan: plan && savedPlan(plan), evidence: undefined, output: undefined })
    save(savedRecord, record)
    for (const [name, value] of Object.entries(record.outputs ?? {})) runner.setOutput(name, value)
  }
}

/**
 * Sets the output `verdict` to `detached` once the deployment begins: a killed process cannot write outputs, so later steps read
 * that the deployment is in progress and unwatched.
 */
export function detachedMarker(runner: Runner): (record: Partial<DeploymentRecord>) => void {
  let isBegun = false
  return ({ stage }) => {
    if (isBegun || (stage !== 'updating' && stage !== 'watching')) return
    isBegun = true
    runner.setOutput('verdict', 'detached')
  }
}

/** What `JSON.stringify` wrote. */
export function parsed<T>(saved: string | undefined): T | undefined {
  return saved ? JSON.parse(saved) : undefined
}
