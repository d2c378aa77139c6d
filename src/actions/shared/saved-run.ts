import type { Context } from '../../deployment/context.ts'
import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import type { Runner } from '../../runner/action.ts'
import type { Place } from '../targets/place.ts'
import type { Reporter } from './reporter.ts'

export const savedRecord = 'deployment'

export const savedState = 'report'

export const savedPlace = 'place'

/** Keeps for the post step where the context goes; without it the post step does nothing. */
export function keepPlace(place: Place, runner: Runner): void {
  runner.saveState(savedPlace, JSON.stringify(place))
}

/** What is kept goes to the post step at once: a cancel may come at any moment after. */
export function keeper(runner: Runner, reporter: Reporter): Context['keep'] {
  let record: Partial<DeploymentRecord> = {}
  const begun = beginner(runner)
  const saved = new Map<string, string>()
  const save = (name: string, value: object | null) => {
    const json = JSON.stringify(value)
    if (saved.get(name) !== json) runner.saveState(name, json)
    saved.set(name, json)
  }
  return (part) => {
    record = { ...record, ...part }
    begun(record)
    // The runner prints saved state when debug logging is on; log lines of containers are not for there. Before the record: where
    // that has ended, the verdict is in the state.
    save(savedState, { ...reporter.state(), evidence: undefined })
    save(savedRecord, record)
    const { runTaskArns: tasks = [] } = record
    if (tasks.length > 0) runner.setOutput('run-task-arn', JSON.stringify(tasks))
  }
}

/**
 * A process that is killed has no last word. Until it has one, the steps that follow read that a deployment is under way which nobody
 * watches any more.
 */
export function beginner(runner: Runner): (record: Partial<DeploymentRecord>) => void {
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
