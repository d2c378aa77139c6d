import { withoutAccount } from '../arn.ts'
import type { Cause } from '../diagnosis/cause.ts'
import type { OwnCause } from '../diagnosis/cause-codes.ts'
import { type Failure, type FailureCode, reasonInOneLine } from '../failure.ts'
import type { Service } from '../ports.ts'
import type { ServiceRequest } from '../targets/ecs/request/service-request.ts'
import { asName, quoted, type Text, text, type Untrusted, untrusted } from '../text.ts'
import { notWatchedCode, type Outcome } from './verdict.ts'

/** How an engine saw its deployment end. `cause` where the engine itself knows it; otherwise the evidence decides. */
export interface End {
  readonly outcome: Outcome
  /** ARN of the task definition that serves now, where that is known. */
  readonly serving?: string | undefined
  /** AWS's own words about the end. */
  readonly reason?: Untrusted | undefined
  /** Alarms of which AWS says that they ended it; empty where it does not name them. */
  readonly triggeredAlarms?: readonly string[] | undefined
  /** Who asked for the stop that ended it, where one was asked for. */
  readonly stopped?: 'by-us' | 'by-others' | undefined
  /** What this run observed, where it asked for the stop. */
  readonly stopReason?: Untrusted | undefined
  readonly cause?: Cause | undefined
  /** What is left after a bad end and what to do about it, whatever the cause. */
  readonly left?: Text | undefined
}

/** The end of a deployment whose place another one took. Both are those of the other: ARN, and id. */
export function supersededBy(taskDefinition: string | undefined, deploymentId: string | undefined): End {
  const newer = deploymentId ? text`deployment ${untrusted(deploymentId)}` : text`a newer deployment`
  const what = taskDefinition ? text` of ${asName(shortName(taskDefinition))}` : []
  return {
    outcome: 'superseded',
    cause: certain(
      'superseded',
      text`the deployment was superseded before it completed`,
      text`${newer}${what} was started by another user or run`,
      text`Nothing to do if that was intended. To deploy this revision after all, run this job again.`,
    ),
  }
}

/** Whose deployment it is, and whether its rollback is what was asked for. */
type Whose = Pick<ServiceRequest, 'cluster' | 'service' | 'isTurnedRound'>

/**
 * How to go on watching, in the words of an action that can do it from any job: the root action, the workflows and
 * `rollback` take no id. A rollback that was asked for is a good end only where an answer asks for it, too. `id`: as an
 * event has it, or an ARN.
 */
export function reattach(id: string | undefined, { cluster, service, isTurnedRound }: Whose): Text {
  if (!id) return []
  const known = withoutAccount(id)
  const where = known.startsWith('service-deployment/')
    ? []
    : text`cluster: ${untrusted(cluster)}, service: ${untrusted(service)}, `
  const action = isTurnedRound
    ? 'rollback, use actions/continue with answer: roll-back,'
    : 'deployment, use actions/deploy with'
  return text` To watch only this ${action} ${where}deployment-id: ${untrusted(known)}.`
}

/** `id`: of the deployment, where that is known. */
export function timedOut(whose: Whose, minutes: number, last: Text, id?: string): End {
  if (whose.isTurnedRound) return returning(whose, minutes, last, id)
  const fix = text`It continues without this run. Run the job again to watch it further (it is not started again), or raise wait-for-minutes.${reattach(id, whose)}`
  return late(text`the deployment did not complete within ${minutesOf(minutes)}`, last, fix)
}

/**
 * The end of a watch whose time was up while AWS takes the old version back. The same version again would be a new
 * deployment by then: nothing is picked up. `id`: of the deployment, not of its rollback.
 */
export function returning(whose: Whose, minutes: number, last: Text, id?: string): End {
  const fix = text`It continues without this run. Wait until it ends before you deploy again, or raise wait-for-minutes.${reattach(id, whose)}`
  return late(text`the rollback did not complete within ${minutesOf(minutes)}`, last, fix)
}

function late(what: Text, last: Text, fix: Text): End {
  return { outcome: 'timed-out', cause: certain('timed-out', what, last, fix) }
}

function minutesOf(minutes: number): string {
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
}

/** What is left of a service whose first deployment did not end well, and what to do about it. */
export function remains(
  { runningCount = 0, desiredCount = 0 }: Service,
  { cluster, service }: { readonly cluster: string; readonly service: string },
): Text {
  const command = `aws ecs delete-service --force --cluster ${cluster} --service ${service}`
  return text`The service exists now, with ${runningCount} of ${desiredCount} tasks running. Run the job again to deploy to it, or delete it: ${quoted(command)}.`
}

/** The end of a deployment that was stopped from outside of this run. `reason`: AWS's words for it. */
export function stoppedByHand(reason: Untrusted | undefined): End {
  return {
    outcome: 'stopped',
    reason,
    cause: certain(
      'stopped',
      text`the deployment was stopped before it completed`,
      reason ? text`${reason}` : text`stopped manually (console, CLI or API) by a user other than this run`,
      text`Redeploy if this was unintended: run this job again. AWS CloudTrail has the user.`,
    ),
  }
}

/** The end of a run that was told not to wait. `id`: of the deployment, where that is known. */
export function notWatched(whose: Whose, id?: string): End & { readonly cause: Cause } {
  const which = whose.isTurnedRound ? 'rollback' : 'deployment'
  return unwatched(text`the ${which} was started and is not watched`, reattach(id, whose))
}

/** The same of whatever was started; `more`: how to go on watching. */
export function unwatched(what: Text, more: Text = []): End & { readonly cause: Cause } {
  return {
    outcome: 'detached',
    cause: certain(
      notWatchedCode,
      what,
      text`wait-for-service-stability is false`,
      text`Check the service in the AWS console, or set wait-for-service-stability to true.${more}`,
    ),
  }
}

/** What a failure says, as a cause. */
export function causeOf(failure: Failure): Cause {
  const { code, what, fix, docs, mistakes = [], marks = [] } = failure.parts
  return {
    ...certain(code, what, reasonInOneLine(failure.parts), fix ?? text`Correct it and run the job again.`),
    docs,
    mistakes: [...mistakes, ...marks],
  }
}

/** A cause that needs no evidence: the program saw it happen. */
export function certain(code: OwnCause | FailureCode, what: Text, why: Text, fix: Text): Cause {
  return { code, what, why, fix, confidence: 'certain' }
}

/** `api:118` of an ARN. */
export function shortName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
