import { resourceName } from '../../../arn.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { parseDocument } from '../../../document/document.ts'
import { Failure } from '../../../failure.ts'
import type { JsonObject, Listeners, TrafficRoute } from '../../../ports.ts'
import { isList, isObject } from '../../../task-definition/members.ts'
import { text, untrusted } from '../../../text.ts'
import { requireGroup } from '../codedeploy-group/deployment-group.ts'
import { locateGroup } from '../codedeploy-group/group-search.ts'
import { readService } from '../facts/read-service.ts'
import { requireService } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { CodeDeployRequest } from '../request/service-request.ts'
import type { AppSpecHook, NamedGroup, NativeFacts, NativeWish } from './native-facts.ts'

/** AWS as the change of a controller sees it. */
export type NativePorts = Pick<EcsContext, 'ecs' | 'codeDeploy' | 'roles' | 'revisions' | 'clock' | 'signal'> & {
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
  wish: NativeWish,
  ports: NativePorts,
): Promise<NativeFacts> {
  const { cluster, region } = subject
  const service = await requireService(await readService(ports, subject), subject, ports.ecs)
  const controller = service.deploymentController?.type ?? 'ECS'
  if (controller !== 'CODE_DEPLOY') throw notOfCodeDeploy(service.serviceName ?? subject.service, controller)
  const { name, active } = await locateGroup(subject, service, ports, () => undefined)
  const group = await requireGroup(ports, name, service)
  const [pair = {}] = group.loadBalancerInfo?.targetGroupPairInfoList ?? []
  const names = (pair.targetGroups ?? []).flatMap((one) => one.name ?? [])
  const primary = service.taskSets?.find(({ status }) => status === 'PRIMARY')
  const servingArn = primary?.loadBalancers?.[0]?.targetGroupArn
  const [arns, production, test, routing, role, hooks] = await Promise.all([
    ports.listeners.targetGroupArns(names),
    routesOf(pair.prodTrafficRoute?.listenerArns, ports),
    routesOf(pair.testTrafficRoute?.listenerArns, ports),
    unlessDenied(ports.codeDeploy.trafficRouting(group.deploymentConfigName ?? ''), () => undefined),
    roleOf(wish, ports),
    hooksOf(name, ports),
  ])
  const groups = [...arns].map(([one, arn]): NamedGroup => ({ name: one, arn }))
  const forwardsTo = (route: TrafficRoute, wanted: readonly (string | undefined)[]) =>
    route.targets.some(({ targetGroupArn }) => wanted.includes(targetGroupArn))
  return {
    ...{ region, cluster: resourceName(cluster), service, name, group, active, routing, primary, role, hooks },
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

async function roleOf({ infrastructureRole }: NativeWish, { roles }: NativePorts): Promise<NativeFacts['role']> {
  if (infrastructureRole === undefined) return undefined
  let isDenied = false
  const found = await unlessDenied(roles.role(resourceName(infrastructureRole)), () => {
    isDenied = true
  })
  return found ?? (isDenied ? undefined : 'missing')
}

/** The hooks of the AppSpec that succeeded last: CodeDeploy keeps none of its own. */
async function hooksOf(
  { application, deploymentGroup }: NativeFacts['name'],
  { revisions }: NativePorts,
): Promise<readonly AppSpecHook[] | undefined> {
  const read = revisions.codeDeployDeployments(application, deploymentGroup)
  const deployments = await unlessDenied(read, () => undefined)
  if (deployments === undefined) return undefined
  const last = deployments.find(({ status }) => status === 'Succeeded')
  // Without any deployment there was no hook.
  if (last === undefined) return []
  const content = last.revision?.appSpecContent?.content
  return content === undefined ? undefined : hooksIn(content)
}

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

function notOfCodeDeploy(service: string, controller: string): Failure {
  return new Failure({
    code: 'service-unsupported',
    what: text`The service ${untrusted(service)} has the deployment controller ${untrusted(controller)}, not CODE_DEPLOY`,
    why: text`only a service of CodeDeploy can be changed to the deployment controller ECS`,
    fix:
      controller === 'ECS'
        ? text`Nothing is left to do: set strategy BLUE_GREEN, LINEAR or CANARY with actions/deploy.`
        : text`Nothing has been changed.`,
  })
}
