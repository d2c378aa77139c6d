import { deadlineIn, remaining } from '../../../clock.ts'
import { startAgreement } from '../../../deployment/agreement.ts'
import type { Truth } from '../../../deployment/settle-cancelled.ts'
import type { CodeDeployDeployment, ServiceDeployment } from '../../../ports.ts'
import { taskDefinitionOf } from '../codedeploy-group/appspec.ts'
import { standingOf } from '../facts/service-deployment.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { EcsRecord } from '../request/ecs-record.ts'
import { versionOf } from '../request/revision-version.ts'
import { type DeploymentReading, type Own, startReadings } from '../watch/deployment-reading.ts'
import { slack } from '../watch/find-service-deployment.ts'

type Ports = Pick<EcsContext, 'ecs' | 'codeDeploy' | 'clock'>

/** A service deployment is listed some seconds after the update that made it. Milliseconds. */
const listingDelay = 20_000
/** A request that left before the cancel may reach AWS after it, and its effect is not read back at once. Milliseconds. */
const underWay = 8_000
const pause = 2_000
/** How far the clocks of AWS and of the runner may be apart. */
const skew = 60_000

/** How a deployment ended, in words that follow "the deployment". */
const words = {
  succeeded: 'had succeeded',
  failed: 'had failed',
  stopped: 'had been stopped',
  replaced: 'had been superseded by another deployment',
  'rolled-back': 'had been rolled back',
  'rollback-failed': 'had failed, and its rollback had failed',
  'rolling-back': 'was already rolling back',
  unlisted: 'was in progress, though not in ListServiceDeployments,',
  settled: 'had completed (rolloutState COMPLETED)',
  'given-up': 'had failed (rolloutState FAILED)',
} as const

type Ended = keyof typeof words

/** The end as the core has it. */
function ended(how: Ended, serving?: string, isPending?: boolean): Truth {
  return { kind: 'ended', words: words[how], isComplete: how === 'succeeded', serving: versionOf(serving), isPending }
}

/** The state of the deployment that a cancelled run has started. Throws what the ports throw. */
export async function readTruth(record: EcsRecord, ports: Ports): Promise<Truth> {
  if (record.stage === 'preparing' || record.stage === 'registering' || !record.taskDefinition)
    return { kind: 'nothing' }
  const { clock } = ports
  const [late, unlisted] = [deadlineIn(clock, underWay), deadlineIn(clock, listingDelay)]
  const agree = startAgreement(clock)
  const readRolling = startRollingReads(record, ports)
  for (;;) {
    const found = record.engine === 'codedeploy' ? await readCodeDeploy(record, ports) : await readRolling()
    const isLate = found.kind === 'nothing' && record.stage === 'updating' && remaining(clock, late) > 0
    if (found.kind === 'supposed') {
      if (agree(found.how)) return ended(found.how)
    } else if (found.kind !== 'unlisted' && !isLate) return found
    if (remaining(clock, unlisted) === 0) return ended('unlisted')
    await clock.sleep(pause)
  }
}

async function readCodeDeploy(record: EcsRecord, { codeDeploy }: Ports): Promise<Truth> {
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

/** CodeDeploy rolls back by a second deployment, and only its end shows the live revision. */
async function truthOf(
  { deploymentId = '', status, rollbackInfo }: CodeDeployDeployment,
  { taskDefinition, previousTaskDefinition }: EcsRecord,
  codeDeploy: Ports['codeDeploy'],
): Promise<Truth> {
  if (status === 'Succeeded') return ended('succeeded', taskDefinition)
  if (status !== 'Failed' && status !== 'Stopped') return { kind: 'running', id: deploymentId }
  const back = rollbackInfo?.rollbackDeploymentId
  if (back === undefined) return ended(status === 'Failed' ? 'failed' : 'stopped')
  const rollback = await codeDeploy.describeDeployment(back)
  if (rollback.status === 'Succeeded') return ended('rolled-back', previousTaskDefinition)
  const hasFailed = rollback.status === 'Failed' || rollback.status === 'Stopped'
  return ended(hasFailed ? 'rollback-failed' : 'rolling-back')
}

/** Unknown, or not stated by AWS itself, so that reads have to agree on it. */
type Supposed = { readonly kind: 'unlisted' } | { readonly kind: 'supposed'; readonly how: Ended }

function startRollingReads(record: EcsRecord, { ecs, clock }: Ports): () => Promise<Truth | Supposed> {
  const { cluster, service, taskDefinition = '', previousTaskDefinition } = record
  const own = ownIn(record, clock.now())
  const classify = startReadings({ taskDefinition, previousTaskDefinition, service: {} }, own)
  return async () => {
    const arn = record.serviceDeploymentArn ?? (await findArn(record, own, ecs))
    const deployment = arn === undefined ? undefined : await ecs.describeServiceDeployment(arn)
    if (arn !== undefined && deployment) return truthBy(arn, deployment, record)
    return truthByReading(classify(await ecs.describeService(cluster, service)), record)
  }
}

function ownIn({ deploymentId, createdAt, startedAt }: EcsRecord, now: number): Own {
  const id = deploymentId?.startsWith('ecs-svc/') ? deploymentId : undefined
  return { id, from: createdAt ?? startedAt - skew, to: createdAt ?? now }
}

function truthBy(arn: string, deployment: ServiceDeployment, record: EcsRecord): Truth {
  const standing = standingOf(deployment)
  if (standing === 'running') return { kind: 'running', id: arn }
  const served = { succeeded: record.taskDefinition, 'rolled-back': record.previousTaskDefinition }
  const serving = standing === 'succeeded' || standing === 'rolled-back' ? served[standing] : undefined
  return ended(standing, serving, deployment.status === 'ROLLBACK_REQUESTED')
}

function truthByReading({ holder, current }: DeploymentReading, { stage }: EcsRecord): Truth | Supposed {
  const state = current?.rolloutState
  switch (holder) {
    case 'ours':
      if (state === 'IN_PROGRESS') return { kind: 'unlisted' }
      return ended(state === 'FAILED' ? 'given-up' : 'settled')
    case 'rollback':
      return { kind: 'supposed', how: state === 'COMPLETED' ? 'rolled-back' : 'rolling-back' }
    case 'others':
      return { kind: 'supposed', how: 'replaced' }
    case 'unknown':
      return stage === 'watching' ? { kind: 'unlisted' } : { kind: 'nothing' }
  }
}

async function findArn(record: EcsRecord, own: Own, ecs: Ports['ecs']): Promise<string | undefined> {
  const listed = await ecs.listServiceDeployments(record.cluster, record.service, new Date(own.from - slack))
  for (const { serviceDeploymentArn, targetServiceRevision } of listed) {
    const revision = targetServiceRevision?.arn
    if (revision && (await ecs.taskDefinitionOfRevision(revision)) === record.taskDefinition)
      return serviceDeploymentArn
  }
  return undefined
}
