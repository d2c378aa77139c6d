import { resourceName } from '../../../arn.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { parseDocument } from '../../../document/document.ts'
import { Failure } from '../../../failure.ts'
import type { DeploymentGroup, JsonObject, Listeners, Service, TrafficRoute } from '../../../ports.ts'
import { isList, isObject } from '../../../task-definition/members.ts'
import { text, untrusted } from '../../../text.ts'
import { requireGroup } from '../codedeploy-group/deployment-group.ts'
import { locateGroup } from '../codedeploy-group/group-search.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { CodeDeployRequest } from '../request/service-request.ts'
import { readInfrastructureRole } from './infrastructure-role.ts'
import type { AppSpecHook, NamedGroup, NativeFacts, NativeWish } from './native-facts.ts'

/** AWS as the change of a controller sees it. */
export type NativePorts = Pick<EcsContext, 'ecs' | 'codeDeploy' | 'roles' | 'clock' | 'signal'> & {
  readonly listeners: Listeners
}

/** The service that is to be changed. */
export interface NativeSubject {
  readonly cluster: string
  readonly service: string
  readonly region: string
  readonly codeDeploy: CodeDeployRequest
}

/** Reads all that decides about the change. Changes nothing. Throws `service-unsupported` for a service without CodeDeploy. */
export async function readNativeFacts(
  subject: NativeSubject,
  service: Service,
  wish: NativeWish,
  ports: NativePorts,
): Promise<NativeFacts> {
  const { cluster, region } = subject
  const controller = service.deploymentController?.type ?? 'ECS'
  if (controller !== 'CODE_DEPLOY') throw notOfCodeDeploy(service.serviceName ?? subject.service, controller)
  const { name, active } = await locateGroup(subject, service, ports, () => undefined)
  const group = await requireGroup(ports, name, service)
  const [pair = {}] = group.loadBalancerInfo?.targetGroupPairInfoList ?? []
  const names = (pair.targetGroups ?? []).flatMap((one) => one.name ?? [])
  const primary = service.taskSets?.find(({ status }) => status === 'PRIMARY')
  const servingArn = primary?.loadBalancers?.[0]?.targetGroupArn
  const [arns, production, test, routing, role, hooks, revisionStatus] = await Promise.all([
    ports.listeners.targetGroupArns(names),
    routesOf(pair.prodTrafficRoute?.listenerArns, ports),
    routesOf(pair.testTrafficRoute?.listenerArns, ports),
    routingOf(group, ports),
    readInfrastructureRole(wish.infrastructureRole, service.serviceArn ?? '', ports),
    hooksOf(primary, ports),
    revisionStatusOf(primary, ports),
  ])
  const groups = [...arns].map(([one, arn]): NamedGroup => ({ name: one, arn }))
  const forwardsTo = (route: TrafficRoute, wanted: readonly (string | undefined)[]) =>
    route.targets.some(({ targetGroupArn }) => wanted.includes(targetGroupArn))
  return {
    ...{
      region,
      cluster: resourceName(cluster),
      service,
      name,
      group,
      active,
      routing,
      primary,
      revisionStatus,
      role,
      hooks,
    },
    serving: groups.find(({ arn }) => arn === servingArn),
    other: groups.find(({ arn }) => arn !== servingArn),
    production: production.filter((route) => forwardsTo(route, [servingArn])),
    test: test.filter((route) => forwardsTo(route, [...arns.values()])),
  }
}

async function routesOf(
  arns: readonly string[] | undefined,
  { listeners }: NativePorts,
): Promise<readonly TrafficRoute[]> {
  const found = await Promise.all((arns ?? []).map((arn) => listeners.routes(arn)))
  return found.flatMap((routes) => routes ?? [])
}

async function routingOf(
  { deploymentConfigName }: DeploymentGroup,
  { codeDeploy }: NativePorts,
): Promise<NativeFacts['routing']> {
  if (deploymentConfigName === undefined) return { type: 'AllAtOnce' }
  const read = codeDeploy.trafficRouting(deploymentConfigName).then((routing) => ({ routing }))
  const found = await unlessDenied(read, () => undefined)
  return found ? found.routing : 'unread'
}

async function revisionStatusOf(primary: NativeFacts['primary'], { ecs }: NativePorts): Promise<string | undefined> {
  if (primary?.taskDefinition === undefined) return undefined
  const definition = await unlessDenied(ecs.describeTaskDefinition(primary.taskDefinition), () => undefined)
  return typeof definition?.status === 'string' ? definition.status : undefined
}

/**
 * The hooks of the AppSpec by which the live task set was deployed: CodeDeploy keeps none of its own. Its external id is that of the
 * deployment (API TaskSet); the first task set, which is made together with the service, has none.
 */
async function hooksOf(
  primary: NativeFacts['primary'],
  { codeDeploy }: NativePorts,
): Promise<readonly AppSpecHook[] | undefined> {
  if (primary?.externalId === undefined) return []
  try {
    const { revision } = await codeDeploy.describeDeployment(primary.externalId)
    const content = revision?.appSpecContent?.content
    return content === undefined ? undefined : hooksIn(content)
  } catch (error) {
    if (error instanceof Failure && unreadable.includes(error.parts.code)) return undefined
    throw error
  }
}

/** Not allowed, gone, or no document. */
const unreadable: readonly string[] = ['permission-missing', 'aws-rejected', 'file-invalid']

function hooksIn(content: string): readonly AppSpecHook[] | undefined {
  const { value } = parseDocument(content, { input: 'AppSpec' })
  if (!isObject(value)) return undefined
  const [, hooks] = Object.entries(value).find(([name]) => name.toLowerCase() === 'hooks') ?? []
  return (isList(hooks) ? hooks : []).flatMap((hook) =>
    isObject(hook)
      ? Object.entries(hook as JsonObject).map(([event, lambda]) => ({ event, lambda: String(lambda) }))
      : [],
  )
}

/** The failure for a service of another deployment controller. */
export function notOfCodeDeploy(service: string, controller: string): Failure {
  return new Failure({
    code: 'service-unsupported',
    what: text`The service ${untrusted(service)} has the deployment controller ${untrusted(controller)}, not CODE_DEPLOY`,
    why: text`only a service of CodeDeploy can be changed to the deployment controller ECS`,
    fix:
      controller === 'ECS'
        ? text`Set strategy BLUE_GREEN, LINEAR or CANARY with actions/deploy. A change by slipway to-native that was interrupted is continued by --execute, as long as the deployment group exists.`
        : text`Nothing has been changed.`,
  })
}
