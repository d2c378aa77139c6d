import { withoutAccount } from '../arn.ts'
import { type Clock, deadlineIn, remaining } from '../clock.ts'
import { Failure, failureInOneLine } from '../failure.ts'
import { asName, type Text, text, type Untrusted, untrusted } from '../text.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import type { DeploymentEvent } from './events.ts'
import type { Nouns } from './nouns.ts'
import { certain } from './outcomes.ts'
import type { Version } from './version.ts'

/** What can be read and done about a deployment that a cancelled run has started. All of it throws `Failure`. */
export interface Settlement {
  /** What was deployed to, and what, in a sentence. */
  readonly nouns: Nouns
  /** What became of the deployment. `id`: of the one that was found before. */
  look(id?: string): Promise<Truth>
  /** Ends what was begun before the deployment and runs still, where that is wanted. What became of it, as `left` of the record. */
  beforehand?(): Promise<string | undefined>
  /** Stops it with rollback. */
  stop(id: string): Promise<void>
  /** How another job watches it. */
  watchAgain(id: string): Text
  /** What was to be made, where it is there now; undefined: nothing was made. */
  made?(): Promise<Told | undefined>
  /** The value without what no text may show. */
  conceal<Value>(value: Value): Promise<Value>
}

/** The state of a deployment that was unwatched since the cancel. */
export type Truth =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'running'; readonly id: string }
  | {
      readonly kind: 'ended'
      /** How it ended, in words that follow "the deployment". */
      readonly words: string
      /** It did what it should. */
      readonly isComplete: boolean
      readonly serving?: Version | undefined
      /** A stop was requested and has not begun: until then a deployment may still complete. */
      readonly isPending?: boolean | undefined
    }

/** What is told about it. */
interface Told {
  readonly why: Text
  readonly fix: Text
}

/** How long a stop that AWS has taken may take to show, and the time between two looks. Milliseconds. */
const longestStop = 15_000
const pause = 2_000

/**
 * After a cancel, in the post step: reads what became of the deployment, stops and rolls it back or leaves it by policy,
 * and ends the stream with a verdict that says which.
 */
export async function* settleCancelled(
  record: DeploymentRecord,
  settlement: Settlement,
  clock: Clock,
): AsyncGenerator<DeploymentEvent> {
  try {
    yield* settle(record, settlement, clock)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    // What AWS says may quote the value of a variable.
    yield await settlement.conceal(verdict(clock.now(), unsettled(record, settlement, error), undefined))
  }
}

async function* settle(kept: DeploymentRecord, settlement: Settlement, clock: Clock): AsyncGenerator<DeploymentEvent> {
  const stopped = await settlement.beforehand?.()
  const record = { ...kept, left: stopped ?? kept.left }
  if (record.isCreation) {
    const made = (await settlement.made?.()) ?? ended({ kind: 'nothing' }, record, settlement, stopped)
    return yield verdict(clock.now(), made, undefined)
  }
  const truth = await settlement.look()
  const at = clock.now()
  if (truth.kind !== 'running')
    return yield verdict(
      at,
      ended(truth, record, settlement, stopped),
      truth.kind === 'ended' ? truth.serving : record.from,
    )
  if (record.policy !== 'stop-and-roll-back')
    return yield verdict(at, leftAlone(truth.id, record, settlement), undefined)
  yield { kind: 'rolling-back', at, reason: untrusted('the run was cancelled') }
  const isTooLate = await stop(truth.id, settlement, clock)
  const told = isTooLate ? tooLate(truth.id, settlement) : rolledBack(truth.id, record)
  yield verdict(clock.now(), told, isTooLate ? record.to : undefined)
}

/** True when the deployment was complete before it could be stopped. */
async function stop(id: string, settlement: Settlement, clock: Clock): Promise<boolean> {
  try {
    await settlement.stop(id)
  } catch (error) {
    // It may have ended since it was read.
    if (!(await isCompleteNow(id, settlement, clock))) throw error
    return true
  }
  return await isCompleteNow(id, settlement, clock)
}

/** AWS takes a stop for a deployment that is about to complete, and completes it nevertheless. */
async function isCompleteNow(id: string, settlement: Settlement, clock: Clock): Promise<boolean> {
  const deadline = deadlineIn(clock, longestStop)
  for (;;) {
    const truth = await settlement.look(id)
    if (truth.kind === 'ended' && !truth.isPending) return truth.isComplete
    if (remaining(clock, deadline) === 0) return false
    await clock.sleep(pause)
  }
}

/** `stopped`: what became of a task that was running. */
function ended(
  truth: Exclude<Truth, { kind: 'running' }>,
  { left, unfinished }: DeploymentRecord,
  { nouns }: Settlement,
  stopped: string | undefined,
): Told {
  if (truth.kind === 'nothing') {
    return {
      why:
        left === undefined
          ? text`this run had not changed the ${nouns.target} yet`
          : text`this run had not started a deployment yet; ${untrusted(left)}`,
      fix: text`Nothing was deployed. Run the job again to deploy.`,
    }
  }
  const why = text`the deployment ${truth.words} when this job ended`
  const task = stopped === undefined ? [] : text`; ${untrusted(stopped)}`
  if (truth.isComplete && unfinished !== undefined)
    return {
      why: text`${why}, and ${untrusted(unfinished)} was not complete${task}`,
      fix: text`The new ${nouns.version} is live without that. To undo it, run the rollback workflow (actions/rollback).`,
    }
  return {
    why: text`${why}${task}`,
    fix: text`${stopped === undefined ? 'Nothing was stopped' : 'The deployment was not stopped'}. Check which ${nouns.version} is live before you deploy again.`,
  }
}

function unsettled({ deploymentId, policy }: DeploymentRecord, { nouns }: Settlement, { parts }: Failure): Told {
  const which = deploymentId ? text` ${untrusted(deploymentId)}` : text``
  const undone = policy === 'stop-and-roll-back' ? `on-cancel: ${policy} failed` : 'its state could not be read'
  return {
    why: text`the deployment${which} may still be in progress, because ${undone}: ${failureInOneLine(parts)}`,
    fix: text`Check the ${nouns.target} in the AWS console now.${parts.fix ? text` ${parts.fix}` : text``}`,
  }
}

function leftAlone(id: string, record: DeploymentRecord, { nouns, watchAgain }: Settlement): Told {
  const again = watchAgain(id)
  if (record.policy === 'go-on')
    return {
      why: text`the rollback by deployment ${named(id)} continues without this run`,
      fix: text`Check the ${nouns.target} in the AWS console.${again}`,
    }
  return {
    why: text`the deployment ${named(id)} is still in progress and continues without this run (on-cancel: leave)`,
    fix: text`Run the job again to watch it further, or run the rollback workflow (actions/rollback).${again}`,
  }
}

/** Without region and account, which go without saying. */
function named(id: string): Untrusted {
  return untrusted(withoutAccount(id))
}

function tooLate(id: string, { nouns }: Settlement): Told {
  return {
    why: text`the deployment ${named(id)} had completed before it could be stopped, so the new ${nouns.version} is live`,
    fix: text`To undo it, run the rollback workflow (actions/rollback).`,
  }
}

/** What was changed beside the version is not rolled back with it, and is named. */
function rolledBack(id: string, { from, left }: DeploymentRecord): Told {
  const target = from ? text` to ${asName(from.label)}` : text``
  const beside = left === undefined ? [] : text`; ${untrusted(left)}`
  return {
    why: text`this run stopped the deployment ${named(id)}, which now rolls back${target} (on-cancel: stop-and-roll-back)${beside}`,
    fix: text`The rollback continues without this run. Check its outcome in the AWS console.`,
  }
}

function verdict(at: number, { why, fix }: Told, serving: Version | undefined): DeploymentEvent {
  const cause = certain('cancelled', text`The run was cancelled`, why, fix)
  return { kind: 'finished', at, verdict: { outcome: 'cancelled', serving, cause } }
}
