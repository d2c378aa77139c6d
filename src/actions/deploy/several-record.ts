import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type DeploymentRecord, parseRecord } from '../../deployment/deployment-record.ts'
import { savedPlan } from '../../deployment/plan.ts'
import type { DeploymentState } from '../../deployment/state.ts'
import type { WavesContext } from '../../deployment/waves/deploy-waves.ts'
import type { WaveService, WavesState } from '../../deployment/waves/waves-state.ts'
import type { Runner } from '../../runner/action.ts'
import { hasReported } from '../shared/reporter.ts'
import { detachedMarker } from '../shared/saved-run.ts'
import type { PlacedService } from './placed-service.ts'
import { savedWaves } from './several-places.ts'

/**
 * What the post step needs of services that are deployed together. The runner hands each saved value over as a variable
 * `STATE_<name>`, and Linux takes 128 KiB for one variable and some 2 MB for all (execve(2), MAX_ARG_STRLEN and ARG_MAX),
 * Windows 32,766 characters for one: so each service has a value of its own, without what is long and known elsewhere, and
 * all values are deflated.
 */
const savedProgress = 'waves-progress'

type SavedWaves = readonly (readonly PlacedService[])[]

type Progress = Pick<WavesState, 'startedAt' | 'wave' | 'halted' | 'turnedAt' | 'verdict'>

interface SavedService extends Pick<WaveService, 'state' | 'back'> {
  readonly record: DeploymentRecord
  /** The record is that of its rollback. */
  readonly isBack: boolean
}

/** The saved state of an earlier step. */
export interface SavedDeployments {
  readonly waves: SavedWaves
  /** With a verdict, all services have ended, and only the report is left. */
  readonly state: WavesState
  /** Of services that have not ended. */
  readonly open: readonly { readonly name: string; readonly record: DeploymentRecord; readonly isBack: boolean }[]
}

/** Keeps what the post step needs, at once: a cancel may come at any moment after. */
export interface WavesKeeper {
  readonly keep: WavesContext['keep']
  /** The state of all. */
  keepProgress(): void
}

/** Saves the record of a deployment of several services as it progresses, for the post step. `state`: its present state. */
export function wavesKeeper(waves: SavedWaves, runner: Runner, state: () => WavesState): WavesKeeper {
  const names = waves.flat().map(({ name }) => name)
  const markDetached = detachedMarker(runner)
  runner.saveState(savedWaves, packed(waves))
  const keepProgress = () => {
    const { startedAt, wave, halted, turnedAt, verdict: reached } = state()
    // After a cancel the verdict is that of the post step.
    const verdict = runner.signal.aborted ? undefined : reached
    const progress: Progress = { startedAt, wave, halted, turnedAt, verdict }
    runner.saveState(savedProgress, packed(progress))
  }
  return {
    keepProgress,
    keep(name, way, record) {
      markDetached(record)
      const service = state().services.find((candidate) => candidate.name === name)
      const saved = { record, isBack: way === 'put-back', state: brief(service?.state), back: brief(service?.back) }
      runner.saveState(keyOf(names.indexOf(name)), packed(saved))
      keepProgress()
    },
  }
}

function packed(value: object): string {
  return deflateRawSync(JSON.stringify(value)).toString('base64')
}

/** What `packed` made. */
function unpacked<T>(saved: string | undefined): T | undefined {
  return saved ? JSON.parse(inflateRawSync(Buffer.from(saved, 'base64')).toString()) : undefined
}

function keyOf(index: number): string {
  return `waves-service-${index}`
}

/** Without secrets and log lines of containers, which the runner would print when debug logging is on, and without what is long. */
function brief(state: DeploymentState | undefined): DeploymentState | undefined {
  if (state === undefined) return undefined
  const { plan } = state
  return {
    ...state,
    plan: plan && { ...savedPlan(plan), changes: [], facts: [] },
    evidence: undefined,
    output: undefined,
    details: undefined,
    lastGauges: undefined,
    messages: [],
  }
}

/** The saved record; undefined where the main step did not begin to deploy, or has reported its end to every channel. */
export function savedDeployments(runner: Runner): SavedDeployments | undefined {
  const waves = unpacked<SavedWaves>(runner.state(savedWaves))
  const progress = unpacked<Progress>(runner.state(savedProgress))
  if (waves === undefined || progress === undefined || hasReported(runner)) return undefined
  const saved = waves.flatMap((members, wave) => members.map(({ name }) => ({ name, wave })))
  const services = saved.map(({ name, wave }, index) => {
    const own = unpacked<SavedService>(runner.state(keyOf(index)))
    return { name, wave, own, record: parseRecord(own && JSON.stringify(own.record)) }
  })
  const open = services.flatMap(({ name, own, record }) =>
    record === undefined || record.stage === 'ended' ? [] : [{ name, record, isBack: own?.isBack ?? false }],
  )
  const state: WavesState = {
    ...progress,
    updatedAt: progress.startedAt,
    services: services.map(({ name, wave, own, record }) =>
      reopened({ name, wave, state: own?.state, back: own?.back }, own, record),
    ),
  }
  return { waves, state, open }
}

/** A service whose end is not known yet, without the verdict of the step that was cancelled. */
function reopened(
  service: WaveService,
  saved: SavedService | undefined,
  record: DeploymentRecord | undefined,
): WaveService {
  if (saved === undefined || record === undefined || record.stage === 'ended') return service
  const { state, back } = service
  return saved.isBack ? { ...service, back: back && open(back) } : { ...service, state: state && open(state) }
}

function open(state: DeploymentState): DeploymentState {
  return { ...state, verdict: undefined, cause: undefined }
}
