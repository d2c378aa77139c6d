import { withoutAccount } from '../arn.ts'
import { deadlineIn, remaining } from '../clock.ts'
import { Failure, failureInOneLine } from '../failure.ts'
import type { JsonObject } from '../ports.ts'
import { versionOf } from '../targets/ecs/facts/revision-version.ts'
import { readTruth, type Truth, words } from '../targets/ecs/finish/after-cancel.ts'
import { concealer } from '../targets/ecs/finish/redact-evidence.ts'
import { asName, type Text, text, type Untrusted, untrusted } from '../text.ts'
import { persistently } from './agreement.ts'
import type { Context } from './context.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import type { DeploymentEvent } from './events.ts'
import { certain, reattach, remains, shortName } from './outcomes.ts'

type Ports = Pick<Context, 'ecs' | 'codeDeploy' | 'clock'>

/** How long a stop that AWS has taken may take to show, and the time between two looks. Milliseconds. */
const patience = 15_000
const pause = 2_000
const looksForMade = 5

/**
 * After a cancel, in the post step: reads what became of the deployment, stops and rolls it back or leaves it by policy,
 * and ends the stream with a verdict that says which.
 */
export async function* settleCancelled(record: DeploymentRecord, ports: Ports): AsyncGenerator<DeploymentEvent> {
  try {
    yield* settle(record, ports)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    // What AWS says may quote the value of a variable.
    const conceal = concealer(await definitionsOf(record, ports), record)
    yield conceal(verdict(ports.clock.now(), unsettled(record, error), undefined))
  }
}

/** The task definitions that it was about, as far as they can be read. */
async function definitionsOf(
  { taskDefinition, previousTaskDefinition }: DeploymentRecord,
  { ecs }: Ports,
): Promise<readonly JsonObject[]> {
  const read = [taskDefinition, previousTaskDefinition].map(async (arn) => {
    try {
      return (arn === undefined ? undefined : await ecs.describeTaskDefinition(arn)) ?? []
    } catch (error) {
      if (error instanceof Failure) return []
      throw error
    }
  })
  return (await Promise.all(read)).flat()
}

async function* settle(record: DeploymentRecord, ports: Ports): AsyncGenerator<DeploymentEvent> {
  if (record.isCreation) return yield verdict(ports.clock.now(), await creation(record, ports), undefined)
  const truth = await readTruth(record, ports)
  const at = ports.clock.now()
  if (truth.kind !== 'running')
    return yield verdict(at, ended(truth), truth.kind === 'ended' ? truth.serving : record.previousTaskDefinition)
  if (record.policy !== 'stop-and-roll-back') return yield verdict(at, leftAlone(truth.id, record), undefined)
  yield { kind: 'rolling-back', at, reason: untrusted('the run was cancelled') }
  const isTooLate = await stop(truth.id, record, ports)
  const told = isTooLate ? tooLate(truth.id) : rolledBack(truth.id, record)
  yield verdict(ports.clock.now(), told, isTooLate ? record.taskDefinition : undefined)
}

/** True when the deployment was complete before it could be stopped. */
async function stop(id: string, record: DeploymentRecord, ports: Ports): Promise<boolean> {
  const isCodeDeploy = record.engine === 'codedeploy'
  const known = { ...record, ...(isCodeDeploy ? { deploymentId: id } : { serviceDeploymentArn: id }) }
  try {
    await (isCodeDeploy ? ports.codeDeploy.stopDeployment(id, true) : ports.ecs.rollBackServiceDeployment(id))
  } catch (error) {
    // It may have ended since it was looked at.
    if (!(await isCompleteNow(known, ports))) throw error
    return true
  }
  return await isCompleteNow(known, ports)
}

/** AWS takes a stop for a deployment that is about to complete, and completes it nevertheless. */
async function isCompleteNow(record: DeploymentRecord, ports: Ports): Promise<boolean> {
  const deadline = deadlineIn(ports.clock, patience)
  for (;;) {
    const truth = await readTruth(record, ports)
    if (truth.kind === 'ended' && !truth.isPending) return truth.how === 'succeeded'
    if (remaining(ports.clock, deadline) === 0) return false
    await ports.clock.sleep(pause)
  }
}

interface Told {
  readonly why: Text
  readonly fix: Text
}

function ended(truth: Exclude<Truth, { kind: 'running' }>): Told {
  if (truth.kind === 'nothing') {
    return {
      why: text`this run had not changed the service yet`,
      fix: text`Nothing was deployed. Run the job again to deploy.`,
    }
  }
  return {
    why: text`the deployment ${words[truth.how]} when this job ended`,
    fix: text`Nothing was stopped. Check which revision is live before you deploy again.`,
  }
}

/** A service that has just been created has no earlier revision, whatever the policy says. */
async function creation({ cluster, service, stage }: DeploymentRecord, { ecs, clock }: Ports): Promise<Told> {
  const look = async () => {
    const seen = await ecs.describeService(cluster, service)
    return seen?.status === 'INACTIVE' ? undefined : seen
  }
  // What was asked for a moment ago may not be shown yet.
  const made =
    stage === 'preparing' || stage === 'registering' ? undefined : await persistently({ clock }, look, looksForMade)
  if (made === undefined) return ended({ kind: 'nothing' })
  return {
    why: text`the service ${untrusted(service)} had been created and keeps starting its tasks: a new service has no earlier revision to roll back to`,
    fix: remains(made, { cluster, service }),
  }
}

function unsettled({ deploymentId, policy }: DeploymentRecord, { parts }: Failure): Told {
  const which = deploymentId ? text` ${untrusted(deploymentId)}` : text``
  const undone = policy === 'stop-and-roll-back' ? `on-cancel: ${policy} failed` : 'its state could not be read'
  return {
    why: text`the deployment${which} may still be in progress, because ${undone}: ${failureInOneLine(parts)}`,
    fix: text`Check the service in the AWS console now.${parts.fix ? text` ${parts.fix}` : text``}`,
  }
}

function leftAlone(id: string, record: DeploymentRecord): Told {
  const again = reattach(id, record)
  if (record.policy === 'go-on')
    return {
      why: text`the rollback by deployment ${named(id)} continues without this run`,
      fix: text`Check the service in the AWS console.${again}`,
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

function tooLate(id: string): Told {
  return {
    why: text`the deployment ${named(id)} had completed before it could be stopped, so the new revision is live`,
    fix: text`To undo it, run the rollback workflow (actions/rollback).`,
  }
}

function rolledBack(id: string, { previousTaskDefinition: previous }: DeploymentRecord): Told {
  const target = previous ? text` to ${asName(shortName(previous))}` : text``
  return {
    why: text`this run stopped the deployment ${named(id)}, which now rolls back${target} (on-cancel: stop-and-roll-back)`,
    fix: text`The rollback continues without this run. Check its outcome in the AWS console.`,
  }
}

function verdict(at: number, { why, fix }: Told, serving: string | undefined): DeploymentEvent {
  const cause = certain('cancelled', text`The run was cancelled`, why, fix)
  return { kind: 'finished', at, verdict: { outcome: 'cancelled', serving: versionOf(serving), cause } }
}
