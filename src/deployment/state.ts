import { assertNever } from '../assert-never.ts'
import type { Cause } from '../diagnosis/cause.ts'
import type { EvidenceReport } from '../diagnosis/evidence-report.ts'
import { redactTexts } from '../diagnosis/redact-texts.ts'
import type { Untrusted } from '../text.ts'
import type { Commands } from './commands.ts'
import type { Details, Gauge } from './details.ts'
import type { DeploymentEvent, PhaseStatus } from './events.ts'
import type { Pause, PauseAnswer } from './pause.ts'
import type { Plan } from './plan.ts'
import type { Progress } from './unit-progress.ts'
import type { Verdict } from './verdict.ts'
import type { Version } from './version.ts'

/** A step of the engine, by AWS's own name. */
export interface Phase {
  readonly name: string
  readonly status: PhaseStatus
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined
  readonly endedAt?: number | undefined
  readonly detail?: Untrusted | undefined
}

/** Everything known about one deployment so far: the events, folded. Views read this and nothing else. */
export interface DeploymentState {
  /** Milliseconds since 1970: when the run began to deploy, and the last event. */
  readonly startedAt: number
  readonly updatedAt: number
  /**
   * Absent: a deployment. `watch`, `answer`: of one that was started before. Decides the words of the report.
   */
  readonly purpose?: 'rollback' | 'explanation' | 'watch' | 'answer' | undefined
  readonly plan?: Plan | undefined
  readonly versioned?: { readonly version: Version; readonly reused: boolean } | undefined
  readonly deployment?:
    | {
        readonly id: string
        /** Undefined where the console of the partition is not known. */
        readonly consoleUrl: string | undefined
        readonly adopted: boolean
        readonly startedAt: number
        readonly commands: Commands
        readonly outputs: Readonly<Record<string, string>>
      }
    | undefined
  /** In the order in which they were first seen. */
  readonly phases: readonly Phase[]
  readonly progress?: Progress | undefined
  readonly trafficPercent?: number | undefined
  /** Every share of production traffic that the new revision had, oldest first, at most 200. */
  readonly traffic?: readonly { readonly at: number; readonly percent: number }[] | undefined
  readonly details?: Details | undefined
  /** Gauges of the end, in place of those with the same label in `details`. */
  readonly lastGauges?: readonly Gauge[] | undefined
  /** Pauses without an answer. */
  readonly pauses?: readonly Pause[] | undefined
  /** Waits that are over, oldest first. */
  readonly answers?: readonly { readonly pause: Pause; readonly answer: PauseAnswer }[] | undefined
  /** Oldest first, at most 100. */
  readonly messages: readonly { readonly at: number; readonly message: Untrusted }[]
  readonly warnings: readonly Untrusted[]
  /** The lines that a program wrote last. For the log alone, and never saved. */
  readonly output?: readonly Untrusted[] | undefined
  /** For the log alone. */
  readonly notes?: readonly Untrusted[] | undefined
  readonly rollingBack?:
    | { readonly since: number; readonly reason?: Untrusted | undefined; readonly deploymentId?: string | undefined }
    | undefined
  /** The cause as far as it is known while the deployment goes on; views mark it as such, and `cause` replaces it. */
  readonly suspected?: Cause | undefined
  readonly cause?: Cause | undefined
  readonly evidence?: EvidenceReport | undefined
  readonly verdict?: Verdict | undefined
}

const keptMessages = 100
const keptShares = 200

/** The state before the first event. `at`: milliseconds since 1970. */
export function initialState(at: number): DeploymentState {
  return { startedAt: at, updatedAt: at, phases: [], messages: [], warnings: [] }
}

/**
 * The state after one more event, without credentials in what others said. Pure; the only way in which a state changes, so that
 * no view of it and nothing that is saved of it shows one.
 */
export function fold(state: DeploymentState, told: DeploymentEvent): DeploymentState {
  const event = redactTexts(told)
  // AWS's events keep their own times, which may be before those of earlier events.
  const next = { ...state, updatedAt: Math.max(state.updatedAt, event.at) }
  switch (event.kind) {
    case 'planned':
      return { ...next, plan: event.plan }
    case 'versioned':
      return { ...next, versioned: { version: event.version, reused: event.reused } }
    case 'started': {
      const { deploymentId: id, consoleUrl, adopted, at: startedAt, commands, outputs } = event
      return { ...next, deployment: { id, consoleUrl, adopted, startedAt, commands, outputs } }
    }
    case 'identified':
      return state.deployment ? { ...next, deployment: { ...state.deployment, id: event.deploymentId } } : next
    case 'phase':
      return { ...next, phases: foldPhase(state.phases, event) }
    case 'progress':
      return { ...next, progress: event.progress }
    case 'traffic':
      return { ...next, trafficPercent: event.percent, traffic: withShare(state, event) }
    case 'details':
      return { ...next, details: event.details }
    case 'paused':
      return { ...next, pauses: [...withoutPause(state, event.pause.id), event.pause] }
    case 'resumed':
      return { ...next, pauses: withoutPause(state, event.id), answers: withAnswer(state, event) }
    case 'message':
      return { ...next, messages: [...state.messages, { at: event.at, message: event.message }].slice(-keptMessages) }
    case 'warning':
      return { ...next, warnings: [...state.warnings, event.message] }
    case 'output':
      return { ...next, output: event.lines }
    case 'note':
      return { ...next, notes: [...(state.notes ?? []), event.message] }
    case 'rolling-back':
      return { ...next, rollingBack: foldRollback(state, event), lastGauges: state.lastGauges ?? event.gauges }
    case 'suspected':
      return { ...next, suspected: event.cause }
    case 'explained':
      return { ...next, cause: event.cause, evidence: event.evidence, lastGauges: state.lastGauges ?? event.gauges }
    case 'finished':
      return { ...next, suspected: undefined, verdict: event.verdict, cause: event.verdict.cause ?? state.cause }
    default:
      return assertNever(event)
  }
}

function withShare(
  { traffic = [] }: DeploymentState,
  { at, percent }: Extract<DeploymentEvent, { kind: 'traffic' }>,
): DeploymentState['traffic'] {
  return traffic.at(-1)?.percent === percent ? traffic : [...traffic, { at, percent }].slice(-keptShares)
}

/** The first reason stays: when this run stops a deployment, AWS names only the stop. */
function foldRollback(
  { rollingBack }: DeploymentState,
  { at, reason, deploymentId }: Extract<DeploymentEvent, { kind: 'rolling-back' }>,
): DeploymentState['rollingBack'] {
  return {
    since: rollingBack?.since ?? at,
    reason: rollingBack?.reason ?? reason,
    deploymentId: deploymentId ?? rollingBack?.deploymentId,
  }
}

function withoutPause({ pauses = [] }: DeploymentState, id: string): readonly Pause[] {
  return pauses.filter((pause) => pause.id !== id)
}

function withAnswer(
  { pauses = [], answers = [] }: DeploymentState,
  { id, answer }: Extract<DeploymentEvent, { kind: 'resumed' }>,
): DeploymentState['answers'] {
  const pause = pauses.find((candidate) => candidate.id === id)
  return pause ? [...answers, { pause, answer }] : answers
}

function foldPhase(phases: readonly Phase[], event: Extract<DeploymentEvent, { kind: 'phase' }>): readonly Phase[] {
  const known = phases.find((phase) => phase.name === event.name)
  const over = event.status === 'succeeded' || event.status === 'failed'
  const phase: Phase = {
    name: event.name,
    status: event.status,
    startedAt: known?.startedAt ?? (event.status === 'running' || over ? event.at : undefined),
    endedAt: over ? event.at : undefined,
    detail: event.detail ?? known?.detail,
  }
  return known ? phases.map((other) => (other === known ? phase : other)) : [...phases, phase]
}
