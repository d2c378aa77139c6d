import { resourceName } from '../../../arn.ts'
import { Failure } from '../../../failure.ts'
import type { DeploymentGroup, Service, UpdateServiceRequest } from '../../../ports.ts'
import { type Text, text } from '../../../text.ts'
import { requireGroup } from '../codedeploy-group/deployment-group.ts'
import { locateGroup } from '../codedeploy-group/group-search.ts'
import { primary } from '../facts/service-facts.ts'
import { awaitNative, type NativeEnd, type NativeGoal } from './await-native.ts'
import { mapSettings } from './map-settings.ts'
import { nativeDeadline } from './native-deadline.ts'
import { withPause } from './native-pause.ts'
import { type NativePorts, type NativeSubject, notOfCodeDeploy } from './read-native-facts.ts'

/** True for a service whose traffic ECS shifts already. */
export function isHanded({ deploymentController, loadBalancers = [] }: Service): boolean {
  const isOfEcs = (deploymentController?.type ?? 'ECS') === 'ECS'
  return isOfEcs && loadBalancers.some(({ advancedConfiguration }) => advancedConfiguration !== undefined)
}

/**
 * What is left of a change that was interrupted after ECS had become the controller: the watch of its newest deployment, and the
 * pause of the ready wait. Throws `service-unsupported` where the deployment group is gone, so that nothing is known to be left.
 */
export async function* finishNative(
  subject: NativeSubject,
  service: Service,
  ports: NativePorts,
): AsyncGenerator<Text, NativeEnd> {
  const group = await groupOf(subject, service, ports)
  if (group === undefined) throw notOfCodeDeploy(service.serviceName ?? subject.service, 'ECS')
  yield text`ECS is the deployment controller already: what is left of the change is done`
  const end = yield* watch(subject, service, group, ports)
  const pause = missingPause(subject, service, group)
  return pause ? yield* withPause(end, pause, ports) : end
}

async function groupOf(
  subject: NativeSubject,
  service: Service,
  ports: NativePorts,
): Promise<DeploymentGroup | undefined> {
  try {
    const { name } = await locateGroup(subject, service, ports, () => undefined)
    return await requireGroup(ports, name, service)
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'service-unsupported') return undefined
    throw error
  }
}

async function* watch(
  subject: NativeSubject,
  service: Service,
  group: DeploymentGroup,
  ports: NativePorts,
): AsyncGenerator<Text, NativeEnd> {
  const [cluster, name] = [resourceName(subject.cluster), service.serviceName ?? '']
  const [newest] = await ports.ecs.listServiceDeployments(cluster, name)
  if (newest === undefined) return ofLongAgo
  const [{ targetGroupArn, advancedConfiguration } = {}] = service.loadBalancers ?? []
  const [pair = {}] = group.loadBalancerInfo?.targetGroupPairInfoList ?? []
  const goal: NativeGoal = {
    ...{ cluster, service: name },
    deployment: newest.serviceDeploymentArn,
    since: newest.createdAt?.getTime() ?? ports.clock.now(),
    taskDefinition: primary(service)?.taskDefinition,
    targetGroups: [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn],
    listenerArn: pair.prodTrafficRoute?.listenerArns?.[0] ?? '',
    ruleArn: advancedConfiguration?.productionListenerRule,
    deadline: nativeDeadline(service.deploymentConfiguration, ports.clock),
  }
  return yield* awaitNative(goal, ports)
}

const ofLongAgo: NativeEnd = {
  isDone: true,
  isOver: true,
  words: text`The service is on the deployment controller ECS, and its deployments are of long ago: ECS lists none.`,
}

/** The pause of the group's ready wait, where the service has none. */
function missingPause(
  { cluster }: NativeSubject,
  { serviceName = '', deploymentConfiguration = {} }: Service,
  group: DeploymentGroup,
): UpdateServiceRequest | undefined {
  const { pause } = mapSettings(group, undefined, false)
  const { lifecycleHooks = [] } = deploymentConfiguration
  if (pause === undefined || lifecycleHooks.some(({ targetType }) => targetType === 'PAUSE')) return undefined
  return {
    cluster: resourceName(cluster),
    service: serviceName,
    deploymentConfiguration: { ...deploymentConfiguration, lifecycleHooks: [...lifecycleHooks, pause] },
  }
}
