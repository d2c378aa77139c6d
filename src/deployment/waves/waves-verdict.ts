import type { Cause } from '../../diagnosis/cause.ts'
import { asName, text } from '../../text.ts'
import type { Nouns } from '../nouns.ts'
import { certain, unwatched } from '../outcomes.ts'
import type { Outcome } from '../verdict.ts'
import { nameList } from './name-list.ts'
import { isChanged, isGoingBack, type WaveService, type WavesState, type WavesVerdict } from './waves-state.ts'

/**
 * How all services ended together. `rolled-back` means that every one is on what it ran before; where only some are, it is
 * the end of the one that failed first. `isCancelled`: the run was, whether or not a service was on its way at that moment. `nouns`: those that all share.
 */
export function wavesVerdict(state: WavesState, isCancelled: boolean, nouns: Nouns): WavesVerdict {
  if (isCancelled) return { outcome: 'cancelled', cause: cancelledCause(state) }
  const first = state.services.find(({ name }) => name === state.halted)
  const outcome = first?.state?.verdict?.outcome
  if (first === undefined || outcome === undefined) return unhalted(state.services, nouns)
  return { outcome: badOutcome(state.services, outcome), cause: named(first) }
}

function unhalted(services: readonly WaveService[], nouns: Nouns): WavesVerdict {
  const outcomes = services.map(({ state }) => state?.verdict?.outcome)
  if (outcomes.includes('detached')) {
    const { cause } = unwatched(text`the deployments were started and are not watched`, nouns)
    return { outcome: 'detached', cause }
  }
  return { outcome: outcomes.every((outcome) => outcome === 'unchanged') ? 'unchanged' : 'succeeded' }
}

function badOutcome(services: readonly WaveService[], first: Outcome): Outcome {
  if (services.some(isLost)) return 'rollback-failed'
  const wentBack = services.some(({ state, back }) => back !== undefined || state?.verdict?.outcome === 'rolled-back')
  if (wentBack && !services.some(isChanged)) return 'rolled-back'
  return first === 'rolled-back' ? 'failed' : first
}

/** Its way back failed, be it that of its own engine or ours. */
function isLost({ state, back }: WaveService): boolean {
  const outcome = back?.verdict?.outcome
  if (state?.verdict?.outcome === 'rollback-failed') return true
  return outcome !== undefined && outcome !== 'succeeded' && outcome !== 'unchanged'
}

/** The cause of one service, for a reader who looks at all of them. */
function named({ name, state }: WaveService): Cause | undefined {
  const cause = state?.cause
  return cause && { ...cause, what: text`${asName(name)}: ${cause.what}` }
}

function cancelledCause({ services }: WavesState): Cause {
  const wasMoving = ({ state, back }: WaveService) =>
    state?.verdict?.outcome === 'cancelled' || back?.verdict?.outcome === 'cancelled'
  const moving = services.filter(wasMoving)
  const [only] = moving
  const told = only?.back?.cause ?? only?.state?.cause
  if (moving.length === 1 && only && told) return { ...told, what: text`${asName(only.name)}: ${told.what}` }
  return certain(
    'cancelled',
    text`The run was cancelled`,
    moving.length === 0
      ? text`no deployment was in progress at the time`
      : text`${moving.length} deployments were in progress: ${nameList(moving)}`,
    told && only?.state
      ? told.fix
      : text`Run the job again to deploy ${services.some(isGoingBack) ? 'them' : 'the rest'}.`,
  )
}
