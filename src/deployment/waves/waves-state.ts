import { assertNever } from '../../assert-never.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import { redactTexts } from '../../diagnosis/redact-texts.ts'
import type { DeploymentEvent } from '../events.ts'
import { type DeploymentState, fold, initialState } from '../state.ts'
import { isGood, isUnwatched, type Outcome } from '../verdict.ts'
import type { Version } from '../version.ts'

/** What happens to services that are deployed together. `service` is the name under which the run knows it. */
export type WavesEvent =
  /** A wave begins; the first is 0. */
  | { readonly kind: 'wave'; readonly at: number; readonly wave: number }
  | { readonly kind: 'service'; readonly service: string; readonly event: DeploymentEvent }
  /** What this run has changed goes back, because of the end of one service. */
  | { readonly kind: 'turned'; readonly at: number; readonly because: string }
  /** Something that happens to a service on its way back. */
  | { readonly kind: 'put-back'; readonly service: string; readonly event: DeploymentEvent }
  | { readonly kind: 'finished'; readonly at: number; readonly verdict: WavesVerdict }

/** How all of them ended together; the outcomes are those of one deployment. */
export interface WavesVerdict {
  readonly outcome: Outcome
  /** Of the service that failed first, with its name in front; unless the outcome is good. */
  readonly cause?: Cause | undefined
}

/** One of the services that are deployed together. */
export interface WaveService {
  readonly name: string
  /** From 0. */
  readonly wave: number
  /** Absent: it has not begun. */
  readonly state?: DeploymentState | undefined
  /** Its way back, because another one failed. */
  readonly back?: DeploymentState | undefined
}

/** Everything known about services that are deployed together: their events, folded. */
export interface WavesState {
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly updatedAt: number
  /** In the order of their waves. */
  readonly services: readonly WaveService[]
  /** The wave that runs, or ran last. */
  readonly wave?: number | undefined
  /** The service whose end decided that the others go no further. */
  readonly halted?: string | undefined
  readonly turnedAt?: number | undefined
  readonly verdict?: WavesVerdict | undefined
}

/** Names of services, wave by wave. */
export type Waves = readonly (readonly string[])[]

/** The state before the first event. `at`: milliseconds since 1970. */
export function initialWaves(waves: Waves, at: number): WavesState {
  const services = waves.flatMap((names, wave) => names.map((name) => ({ name, wave })))
  return { startedAt: at, updatedAt: at, services }
}

/** The state after one more event. Pure; the services do not know of each other, so their events may come in any mixture. */
export function foldWaves(state: WavesState, event: WavesEvent): WavesState {
  switch (event.kind) {
    case 'wave':
      return { ...later(state, event.at), wave: event.wave }
    case 'service': {
      const next = changed(state, event.service, ({ state: own }) => ({ state: foldOne(own, event.event) }))
      return { ...later(next, event.event.at), halted: haltedBy(state, event.service, event.event) }
    }
    case 'turned':
      return { ...later(state, event.at), turnedAt: event.at }
    case 'put-back': {
      const next = changed(state, event.service, ({ back }) => ({ back: foldBack(back, event.event) }))
      return later(next, event.event.at)
    }
    case 'finished':
      return { ...later(state, event.at), verdict: redactTexts(event.verdict) }
    default:
      return assertNever(event)
  }
}

function later(state: WavesState, at: number): WavesState {
  return { ...state, updatedAt: Math.max(state.updatedAt, at) }
}

function changed(state: WavesState, name: string, change: (service: WaveService) => Partial<WaveService>): WavesState {
  const services = state.services.map((service) =>
    service.name === name ? { ...service, ...change(service) } : service,
  )
  return { ...state, services }
}

function foldOne(state: DeploymentState | undefined, event: DeploymentEvent): DeploymentState {
  return fold(state ?? initialState(event.at), event)
}

function foldBack(state: DeploymentState | undefined, event: DeploymentEvent): DeploymentState {
  return fold(state ?? { ...initialState(event.at), purpose: 'rollback' }, event)
}

/** Ends after which the changes of this run are rolled back. After the others, a newer run or an answer decides. */
const failures: readonly Outcome[] = ['failed', 'rolled-back', 'rollback-failed', 'stopped', 'timed-out']

/** True for an end after which what this run has changed goes back. */
export function isFailure(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && failures.includes(outcome)
}

/** The first bad end; a failure comes before what only waits or was overtaken. */
function haltedBy(state: WavesState, service: string, event: DeploymentEvent): string | undefined {
  const { halted } = state
  if (event.kind !== 'finished' || isGood(event.verdict.outcome) || isUnwatched(event.verdict)) return halted
  const before = state.services.find(({ name }) => name === halted)?.state?.verdict?.outcome
  return halted === undefined || (isFailure(event.verdict.outcome) && !isFailure(before)) ? service : halted
}

/** What was live before, and what was deployed. */
export function versionsOf({ state }: WaveService): {
  readonly from: Version | undefined
  readonly to: Version | undefined
} {
  return { from: state?.plan?.from, to: state?.versioned?.version ?? state?.plan?.to }
}

/** Whether the service runs, or may run, what this run brought. */
export function isChanged(service: WaveService): boolean {
  const outcome = service.state?.verdict?.outcome
  const { from, to } = versionsOf(service)
  if (outcome === undefined || outcome === 'unchanged' || outcome === 'rolled-back' || stays(service)) return false
  return service.state?.deployment !== undefined && from?.id !== to?.id && !isPutBack(service)
}

/** Whether what was deployed stays where the others go back. */
export function stays({ state }: WaveService): boolean {
  return state?.plan?.stays !== undefined
}

/** Whether this run has changed settings of the service, and has not put them back. Its engine's own way back leaves them. */
export function keepsSettings(service: WaveService): boolean {
  const { plan, deployment, verdict } = service.state ?? {}
  const isUpdated = deployment !== undefined || (plan?.does === 'settings' && verdict?.outcome === 'succeeded')
  return plan?.undo !== undefined && isUpdated === true && !isRestored(service)
}

/** Whether all that this run has changed of it is as it was. */
export function isRestored({ back }: WaveService): boolean {
  return back?.verdict !== undefined && isGood(back.verdict.outcome)
}

/** Whether it is back because another one failed, and not by its own engine. */
export function isPutBack(service: WaveService): boolean {
  return isRestored(service) && service.state?.verdict?.outcome !== 'rolled-back'
}

/** Whether its way back was begun at the end of the run, and goes on after it. */
export function isGoingBack({ back }: WaveService): boolean {
  return back?.verdict !== undefined && isUnwatched(back.verdict)
}
