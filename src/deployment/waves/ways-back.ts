import type { Clock } from '../../clock.ts'
import { text } from '../../text.ts'
import type { Context } from '../context.ts'
import type { DeploymentRecord } from '../deployment-record.ts'
import type { DeploymentEvent } from '../events.ts'
import { commonNouns, type Nouns } from '../nouns.ts'
import { certain } from '../outcomes.ts'
import { rollBack } from '../roll-back.ts'
import type { DeploymentState } from '../state.ts'
import type { Target } from '../target.ts'
import type { Terms } from '../terms.ts'
import { isGood, isUnwatched, notWatchedCode, type Outcome } from '../verdict.ts'
import { beginnings } from './beginnings.ts'
import { inParallel } from './parallel.ts'
import {
  isChanged,
  keepsSettings,
  versionsOf,
  type WaveService,
  type WavesEvent,
  type WavesState,
} from './waves-state.ts'

/** One service, and how it is watched on its way back. */
export interface Returning {
  readonly name: string
  readonly target: Target
  readonly terms: Pick<Terms, 'waitMinutes' | 'longestGap' | 'failFastAfter'>
}

type Cause = 'failure' | 'cancel'

const reasons: Readonly<Record<Cause, (nouns: Nouns) => string>> = {
  failure: ({ target }) => `another ${target} of this run failed`,
  cancel: () => 'the run was cancelled',
}

/** One service on its way back. */
export interface WayBack {
  readonly name: string
  /** At the version that it had before. */
  readonly target: Target
  readonly terms: Terms
}

/**
 * The ways back of all services that this run has changed and that are not on their way back yet: wave by wave, the last
 * wave first. Waves without any are left out. `cause`: a cancelled run only starts them.
 */
export function waysBack(
  waves: readonly (readonly Returning[])[],
  { services }: WavesState,
  cause: Cause,
): readonly (readonly WayBack[])[] {
  const why = reasons[cause](nounsOf(waves))
  const ways = waves.map((members) =>
    members.flatMap((member) => {
      const service = services.find((candidate) => candidate.name === member.name)
      return service ? wayBack(service, member, cause, why) : []
    }),
  )
  return ways.toReversed().filter((wave) => wave.length > 0)
}

function nounsOf(waves: readonly (readonly Returning[])[]): Nouns {
  return commonNouns(waves.flat().map(({ target }) => target.nouns))
}

/** Ends after which the service is rolled back too; a stopped or superseded one is left to the user or run that ended it. */
const takenBack: readonly (Outcome | undefined)[] = ['succeeded', 'failed', 'timed-out']

function wayBack(service: WaveService, { target, terms }: Returning, cause: Cause, why: string): readonly WayBack[] {
  const { name, state, back } = service
  const { from, to } = versionsOf(service)
  const outcome = state?.verdict?.outcome
  // Its engine has taken the version back, and left the settings.
  const isDue = outcome === 'rolled-back' ? keepsSettings(service) : isDeployed(service)
  if ((back && !isUnbegun(back)) || !from || !to || !isDue) return []
  // What was deployed is turned round, and a newer version of others stays.
  const earlier = target.earlier?.({ to: from, from: to, why, undo: state?.plan?.undo })
  return earlier ? [{ name, target: earlier, terms: termsOf(terms, cause, earlier) }] : []
}

/**
 * What the post step found of a rollback that was begun by a cancelled run: a success where AWS reports its version as
 * deployed. A rollback of settings alone has no other version to report, so it stays `cancelled`.
 */
export function settledRollback(
  event: DeploymentEvent,
  { to, from }: Pick<DeploymentRecord, 'to' | 'from'>,
): DeploymentEvent {
  if (event.kind !== 'finished' || to === undefined || to.id === from?.id) return event
  const { outcome, serving } = event.verdict
  const isComplete = outcome === 'cancelled' && serving?.id === to.id
  return isComplete ? { ...event, verdict: { outcome: 'succeeded', serving } } : event
}

/** A rollback that a cancel ended before it had changed anything. */
function isUnbegun({ verdict, deployment }: DeploymentState): boolean {
  return verdict?.outcome === 'cancelled' && deployment === undefined
}

function isDeployed(service: WaveService): boolean {
  const { outcome, serving } = service.state?.verdict ?? {}
  // A cancel came too late to stop it.
  const isComplete = outcome === 'cancelled' && serving?.id === versionsOf(service).to?.id
  return (isComplete || takenBack.includes(outcome)) && (isChanged(service) || keepsSettings(service))
}

function termsOf(
  { waitMinutes, longestGap, failFastAfter }: Returning['terms'],
  cause: Cause,
  { goesOn }: Target,
): Terms {
  return {
    wait: cause === 'failure',
    waitMinutes,
    longestGap,
    failFastAfter,
    dryRun: false,
    // The deployment that timed out, or that waits for its old tasks to be terminated, is this run's own.
    onConflict: 'stop',
    // What AWS does not carry on would stay between two versions.
    onCancel: goesOn ? 'go-on' : 'stop-and-roll-back',
  }
}

/** Whether every service ended well: then a cancel came when all was done, and nothing belongs back. */
export function isWhole({ services }: WavesState): boolean {
  return services.every(({ state }) => state?.verdict !== undefined && isGood(state.verdict.outcome))
}

/**
 * After a cancel: begins the ways back of all that this run has deployed before, and does not wait for their ends. `goOn`
 * is called before each; what is not started by then stays, and is reported.
 */
export async function* startWaysBack(
  waves: readonly (readonly Returning[])[],
  state: WavesState,
  context: Context,
  goOn: () => boolean,
): AsyncGenerator<WavesEvent, void> {
  const starts = waysBack(waves, state, 'cancel')
    .flat()
    .map((way) => () => begun(way, nounsOf(waves), context))
  yield* inParallel(starts, beginnings, goOn)
}

async function* begun(
  { name: service, target, terms }: WayBack,
  { targets }: Nouns,
  context: Context,
): AsyncGenerator<WavesEvent, void> {
  try {
    for await (const event of rollBack(target, terms, context))
      yield { kind: 'put-back', service, event: retold(event, { ...target.nouns, targets }, context.clock) }
  } catch {
    // It has become the verdict already.
  }
}

function retold(event: DeploymentEvent, { target, targets }: Nouns, { now }: Clock): DeploymentEvent {
  if (event.kind !== 'finished' || !isUnwatched(event.verdict)) return event
  const cause = certain(
    notWatchedCode,
    text`the rollback was started and is not watched`,
    text`the run was cancelled before all ${targets} were deployed`,
    text`The rollback continues without this run. Check the ${target} in the AWS console.`,
  )
  return { ...event, at: now(), verdict: { ...event.verdict, cause } }
}
