import { deadlineIn, remaining } from '../clock.ts'
import type { CodeDeployDeployment } from '../ports.ts'
import { taskDefinitionOf } from './codedeploy/appspec.ts'
import { standingOf } from './ecs/service-deployment.ts'
import { primary } from './engine.ts'
import type { Journey } from './journey.ts'
import type { DeploymentRecord } from './record.ts'

type Ports = Pick<Journey, 'ecs' | 'codeDeploy' | 'clock'>

/** A service deployment is listed some seconds after the update that made it. Milliseconds. */
const patience = 20_000
/** A request that left before the cancel may reach AWS after it, and its effect is not read back at once. Milliseconds. */
const underWay = 8_000
const pause = 2_000
/** How far the clocks of AWS and of the runner may be apart. */
const skew = 60_000

/** How a deployment ended, in words that follow "the deployment". */
export const words = {
  succeeded: 'had succeeded',
  failed: 'had failed',
  stopped: 'had been stopped',
  replaced: 'had been replaced by another one',
  'rolled-back': 'had been rolled back',
  'rollback-failed': 'had failed, and so had its rollback',
  'rolling-back': 'was being rolled back already',
  unlisted: 'was in progress, but not listed by ECS,',
  settled: "was complete by ECS's own word",
  'given-up': "had failed by ECS's own word",
} as const

/** What is true of a deployment that nobody watched since the cancel. */
export type Truth =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'running'; readonly id: string }
  | {
      readonly kind: 'ended'
      readonly how: keyof typeof words
      readonly serving?: string | undefined
      /** A stop was asked for and has not begun: until then a deployment may still complete. */
      readonly isPending?: boolean
    }

/** What became of the deployment that a cancelled run has begun. Throws what the ports throw. */
export async function readTruth(record: DeploymentRecord, ports: Ports): Promise<Truth> {
  if (record.stage === 'preparing' || record.stage === 'registering' || !record.taskDefinition)
    return { kind: 'nothing' }
  const { clock } = ports
  const [late, unlisted] = [deadlineIn(clock, underWay), deadlineIn(clock, patience)]
  for (;;) {
    const found =
      record.engine === 'codedeploy' ? await lookCodeDeploy(record, ports) : await lookRolling(record, ports)
    const isLate = found.kind === 'nothing' && record.stage === 'updating' && remaining(clock, late) > 0
    if (found.kind !== 'unlisted' && !isLate) return found
    if (remaining(clock, unlisted) === 0) return { kind: 'ended', how: 'unlisted' }
    await clock.sleep(pause)
  }
}

async function lookCodeDeploy(record: DeploymentRecord, { codeDeploy }: Ports): Promise<Truth> {
  const { deploymentId, codeDeploy: name } = record
  if (deploymentId) return await truthOf(await codeDeploy.describeDeployment(deploymentId), record, codeDeploy)
  const active = name ? await codeDeploy.listActiveDeployments(name.application, name.deploymentGroup) : []
  for (const id of active) {
    const deployment = await codeDeploy.describeDeployment(id)
    if (taskDefinitionOf(deployment.revision) === record.taskDefinition)
      return await truthOf(deployment, record, codeDeploy)
  }
  return { kind: 'nothing' }
}

/** CodeDeploy rolls back by a second deployment, and only its end says what serves. */
async function truthOf(
  { deploymentId = '', status, rollbackInfo }: CodeDeployDeployment,
  { taskDefinition, previousTaskDefinition }: DeploymentRecord,
  codeDeploy: Ports['codeDeploy'],
): Promise<Truth> {
  if (status === 'Succeeded') return { kind: 'ended', how: 'succeeded', serving: taskDefinition }
  if (status !== 'Failed' && status !== 'Stopped') return { kind: 'running', id: deploymentId }
  const back = rollbackInfo?.rollbackDeploymentId
  if (back === undefined) return { kind: 'ended', how: status === 'Failed' ? 'failed' : 'stopped' }
  const rollback = await codeDeploy.describeDeployment(back)
  if (rollback.status === 'Succeeded') return { kind: 'ended', how: 'rolled-back', serving: previousTaskDefinition }
  const hasFailed = rollback.status === 'Failed' || rollback.status === 'Stopped'
  return { kind: 'ended', how: hasFailed ? 'rollback-failed' : 'rolling-back' }
}

async function lookRolling(record: DeploymentRecord, { ecs }: Ports): Promise<Truth | { readonly kind: 'unlisted' }> {
  const arn = record.serviceDeploymentArn ?? (await findArn(record, ecs))
  const deployment = arn === undefined ? undefined : await ecs.describeServiceDeployment(arn)
  if (arn !== undefined && deployment) {
    const standing = standingOf(deployment)
    if (standing === 'running') return { kind: 'running', id: arn }
    const serving = standing === 'succeeded' ? record.taskDefinition : record.previousTaskDefinition
    const isPending = deployment.status?.endsWith('_REQUESTED') ?? false
    return { kind: 'ended', how: standing, serving: standing === 'rolling-back' ? undefined : serving, isPending }
  }
  const service = await ecs.describeService(record.cluster, record.service)
  const current = service && primary(service)
  if (current?.taskDefinition !== record.taskDefinition)
    return record.stage === 'watching' ? { kind: 'ended', how: 'replaced' } : { kind: 'nothing' }
  if (current?.rolloutState === 'IN_PROGRESS') return { kind: 'unlisted' }
  return { kind: 'ended', how: current?.rolloutState === 'FAILED' ? 'given-up' : 'settled' }
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
