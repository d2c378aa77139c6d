import { deadlineIn, remaining } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { CodeDeployDeployment } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { taskDefinitionIn } from './appspec.ts'
import { certain, reattach, remains, shortName } from './end.ts'
import { primary } from './engine.ts'
import type { DeploymentEvent } from './event.ts'
import type { Journey } from './journey.ts'
import type { DeploymentRecord } from './record.ts'
import { standingOf } from './service-deployment.ts'

type Ports = Pick<Journey, 'ecs' | 'codeDeploy' | 'clock'>

/** A service deployment is listed some seconds after the update that made it. Milliseconds. */
const patience = 20_000
const pause = 2_000

/** What is true of a deployment that nobody watched since the cancel. */
type Truth =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'running'; readonly id: string }
  | { readonly kind: 'ended'; readonly how: string; readonly serving?: string | undefined }

/** How far the clocks of AWS and of the runner may be apart. */
const skew = 60_000

/**
 * After a cancel, in the post step: reads what became of the deployment, stops and rolls it back or leaves it by policy,
 * and ends the stream with a verdict that says which.
 */
export async function* settleCancelled(record: DeploymentRecord, ports: Ports): AsyncGenerator<DeploymentEvent> {
  try {
    yield* settle(record, ports)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    yield verdict(ports.clock.now(), unsettled(record, error), undefined)
  }
}

async function* settle(record: DeploymentRecord, ports: Ports): AsyncGenerator<DeploymentEvent> {
  if (record.isCreation) return yield verdict(ports.clock.now(), await creation(record, ports), undefined)
  const truth = await readTruth(record, ports)
  const at = ports.clock.now()
  if (truth.kind !== 'running')
    return yield verdict(at, ended(truth), truth.kind === 'ended' ? truth.serving : record.previousTaskDefinition)
  if (record.policy === 'leave') return yield verdict(at, leftAlone(truth.id), undefined)
  yield { kind: 'rolling-back', at, reason: untrusted('the run was cancelled') }
  if (record.engine === 'codedeploy') await ports.codeDeploy.stopDeployment(truth.id, true)
  else await ports.ecs.rollBackServiceDeployment(truth.id)
  yield verdict(ports.clock.now(), rolledBack(truth.id, record), undefined)
}

async function readTruth(record: DeploymentRecord, ports: Ports): Promise<Truth> {
  if (record.stage === 'preparing' || record.stage === 'registering' || !record.taskDefinition)
    return { kind: 'nothing' }
  return record.engine === 'codedeploy' ? await readCodeDeploy(record, ports) : await readRolling(record, ports)
}

async function readCodeDeploy(record: DeploymentRecord, { codeDeploy }: Ports): Promise<Truth> {
  const { deploymentId, codeDeploy: name } = record
  if (deploymentId) return truthOf(await codeDeploy.describeDeployment(deploymentId), record)
  const active = name ? await codeDeploy.listActiveDeployments(name.application, name.deploymentGroup) : []
  for (const id of active) {
    const deployment = await codeDeploy.describeDeployment(id)
    const content = deployment.revision?.appSpecContent?.content
    if (content && taskDefinitionIn(content) === record.taskDefinition) return truthOf(deployment, record)
  }
  return { kind: 'nothing' }
}

function truthOf({ deploymentId = '', status }: CodeDeployDeployment, record: DeploymentRecord): Truth {
  if (status === 'Succeeded') return { kind: 'ended', how: 'had succeeded', serving: record.taskDefinition }
  if (status === 'Failed') return { kind: 'ended', how: 'had failed' }
  if (status === 'Stopped') return { kind: 'ended', how: 'had been stopped' }
  return { kind: 'running', id: deploymentId }
}

const ways = {
  succeeded: 'had succeeded',
  stopped: 'had been stopped',
  'rolled-back': 'had been rolled back',
  'rollback-failed': 'had failed, and so had its rollback',
  'rolling-back': 'was being rolled back already',
} as const

async function readRolling(record: DeploymentRecord, { ecs, clock }: Ports): Promise<Truth> {
  const deadline = deadlineIn(clock, patience)
  for (;;) {
    const truth = await lookRolling(record, ecs)
    if (truth.kind !== 'unlisted') return truth
    if (remaining(clock, deadline) === 0) return { kind: 'ended', how: 'was in progress, but not listed by ECS,' }
    await clock.sleep(pause)
  }
}

async function lookRolling(
  record: DeploymentRecord,
  ecs: Ports['ecs'],
): Promise<Truth | { readonly kind: 'unlisted' }> {
  const arn = record.serviceDeploymentArn ?? (await findArn(record, ecs))
  const deployment = arn === undefined ? undefined : await ecs.describeServiceDeployment(arn)
  if (arn !== undefined && deployment) {
    const standing = standingOf(deployment)
    if (standing === 'running') return { kind: 'running', id: arn }
    const serving = standing === 'succeeded' ? record.taskDefinition : record.previousTaskDefinition
    return { kind: 'ended', how: ways[standing], serving: standing === 'rolling-back' ? undefined : serving }
  }
  const service = await ecs.describeService(record.cluster, record.service)
  const current = service && primary(service)
  if (current?.taskDefinition !== record.taskDefinition) return { kind: 'nothing' }
  if (current?.rolloutState === 'IN_PROGRESS') return { kind: 'unlisted' }
  return {
    kind: 'ended',
    how: `was ${current?.rolloutState ?? 'not to be found'} by ECS's own word`,
    serving: undefined,
  }
}

async function findArn(record: DeploymentRecord, ecs: Ports['ecs']): Promise<string | undefined> {
  const since = new Date(record.startedAt - skew)
  for (const { serviceDeploymentArn, targetServiceRevision } of await ecs.listServiceDeployments(
    record.cluster,
    record.service,
    since,
  )) {
    const revision = targetServiceRevision?.arn
    if (revision && (await ecs.taskDefinitionOfRevision(revision)) === record.taskDefinition)
      return serviceDeploymentArn
  }
  return undefined
}

interface Told {
  readonly why: Text
  readonly fix: Text
}

function ended(truth: Exclude<Truth, { kind: 'running' }>): Told {
  if (truth.kind === 'nothing') {
    return {
      why: text`the service had not been changed`,
      fix: text`Nothing was deployed. Run the job again to deploy.`,
    }
  }
  return {
    why: text`the deployment ${truth.how} when this job ended`,
    fix: text`Nothing was stopped. Check that the service runs what it should.`,
  }
}

/** A service that was made a moment ago has nothing to go back to, whatever the policy says. */
async function creation({ cluster, service, stage }: DeploymentRecord, { ecs }: Ports): Promise<Told> {
  const made =
    stage === 'preparing' || stage === 'registering' ? undefined : await ecs.describeService(cluster, service)
  if (made === undefined || made.status === 'INACTIVE') return ended({ kind: 'nothing' })
  return {
    why: text`the service ${untrusted(service)} had been created and goes on starting its tasks, as there is nothing to go back to`,
    fix: remains(made, { cluster, service }),
  }
}

function unsettled({ deploymentId, policy }: DeploymentRecord, { parts }: Failure): Told {
  const which = deploymentId ? text` ${untrusted(deploymentId)}` : text``
  return {
    why: text`the deployment${which} may still be rolling out: on-cancel is ${policy}, but that could not be done, as ${parts.what}`,
    fix: text`Look at the service in the AWS console now. ${parts.fix ?? text``}`,
  }
}

function leftAlone(id: string): Told {
  return {
    why: text`the deployment ${untrusted(id)} is still rolling out and was left alone (on-cancel: leave)`,
    fix: text`Run the job again to watch it further, or roll it back in the AWS console.${reattach(id)}`,
  }
}

function rolledBack(id: string, { previousTaskDefinition: previous }: DeploymentRecord): Told {
  const target = previous ? text` to ${untrusted(shortName(previous))}` : text``
  return {
    why: text`the deployment ${untrusted(id)} was stopped and is being rolled back${target} (on-cancel: stop-and-roll-back)`,
    fix: text`The rollback goes on at AWS after this job; look at the service in the AWS console.`,
  }
}

function verdict(at: number, { why, fix }: Told, serving: string | undefined): DeploymentEvent {
  const cause = certain('cancelled', text`The run was cancelled`, why, fix)
  return { kind: 'finished', at, verdict: { outcome: 'cancelled', servingTaskDefinition: serving, cause } }
}
