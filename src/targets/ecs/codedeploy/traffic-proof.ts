import { deadlineIn } from '../../../clock.ts'
import { agreed, patient, startAgreement } from '../../../deployment/agreement.ts'
import { stoppedByHand, supersededBy } from '../../../deployment/outcomes.ts'
import { afterEndTime, readAfterEnd, readBesideWatch } from '../../../deployment/time-limits.ts'
import type { CodeDeployDeployment, EcsTarget, Service, TaskSet } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { isDeleted } from '../facts/service-facts.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { shortName, versionOf } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { serviceNouns } from '../request/service-nouns.ts'
import { green } from './target-progress.ts'

/** The task set with the traffic of a CodeDeploy service, as ECS reports it. */
interface TrafficHolder {
  readonly holder: 'ours' | 'others' | 'none' | 'unknown'
  readonly set: TaskSet | undefined
}

/**
 * Proves the success of a deployment, in one call: the task set with the traffic is of its revision. Undefined where the
 * service does not show that yet; the end where it shows a newer deployment instead, or was deleted.
 */
export function startProof(rollout: Rollout) {
  const agree = startAgreement(rollout.context.clock)
  return async (deployment: CodeDeployDeployment, target: EcsTarget | undefined): Promise<ServiceEnd | undefined> => {
    const { cluster, service } = rollout.request
    const seen = await readBesideWatch(rollout.context, ({ ecs }) => ecs.describeService(cluster, service))
    const { holder, set } = trafficHolder(seen, deployment, target, rollout)
    if (holder === 'ours') return { outcome: 'succeeded', serving: set?.taskDefinition }
    if (!agree(holder === 'unknown' ? undefined : `${holder} ${set?.id}`)) return undefined
    if (holder === 'none') return stoppedByHand(untrusted('the service was deleted'))
    const wasComplete = deployment.status === 'Succeeded'
    return supersededBy(serviceNouns, versionOf(set?.taskDefinition), set?.externalId, wasComplete)
  }
}

function trafficHolder(
  service: Service | undefined,
  { deploymentId, createTime }: CodeDeployDeployment,
  target: EcsTarget | undefined,
  { taskDefinition }: Rollout,
): TrafficHolder {
  if (service !== undefined && isDeleted(service)) return { holder: 'none', set: undefined }
  const set = primarySet(service)
  const isOurs = (one: TaskSet | undefined) => one !== undefined && isSame(one.taskDefinition, taskDefinition)
  if (isOurs(set)) return { holder: 'ours', set }
  // CodeDeploy may have given it all traffic before ECS calls it PRIMARY.
  const { identifer, trafficWeight } = green(target) ?? {}
  const shifted = service?.taskSets?.find(({ id, externalId }) => externalId === deploymentId || id === identifer)
  if (isOurs(shifted) && trafficWeight === 100) return { holder: 'ours', set: shifted }
  const isNewer = set?.createdAt !== undefined && createTime !== undefined && set.createdAt > createTime
  return { holder: isNewer && set.externalId !== deploymentId ? 'others' : 'unknown', set }
}

/** An AppSpec may name a revision as `family:7`. */
function isSame(one: string | undefined, other: string): boolean {
  return one !== undefined && shortName(one) === shortName(other)
}

/** ARN of the live revision after a deployment that did not continue, once reads agree; undefined where they do not. */
export async function servingNow(rollout: Rollout): Promise<string | undefined> {
  return await servingBy(rollout, (set) => set?.id)
}

/** The same after a rollback: as soon as a read shows that the deployed revision has lost the traffic. */
export async function servingAgain(
  rollout: Rollout,
  { deploymentId }: CodeDeployDeployment,
): Promise<string | undefined> {
  const { taskDefinition, previousTaskDefinition: previous } = rollout
  const isDifferent = previous !== undefined && !isSame(previous, taskDefinition)
  return await servingBy(rollout, (set) => {
    const isLeft = set?.externalId === deploymentId || (isDifferent && isSame(set?.taskDefinition, taskDefinition))
    return set !== undefined && !isLeft
  })
}

async function servingBy(
  { request, context }: Rollout,
  named: (set: TaskSet | undefined) => string | boolean | undefined,
): Promise<string | undefined> {
  const { cluster, service } = request
  const deadline = deadlineIn(context.clock, afterEndTime)
  const read = async () =>
    primarySet(await readAfterEnd(context, ({ ecs }) => ecs.describeService(cluster, service), deadline))
  return (await agreed(context, read, named, patient))?.taskDefinition
}

/** The task set with the traffic. */
function primarySet(service: Service | undefined): TaskSet | undefined {
  if (service === undefined || isDeleted(service)) return undefined
  return service.taskSets?.find(({ status }) => status === 'PRIMARY')
}
