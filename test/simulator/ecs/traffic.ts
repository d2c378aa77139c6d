/** Production and test traffic of a service with two target groups: the weights of its listener rules. */
import type { LoadBalancer } from '@aws-sdk/client-ecs'
import { DeploymentFailure, hookProblems, networking, sessionOf } from './deployment-failure.ts'
import type { InfrastructureDenial } from './quirks.ts'
import { type EcsState, here, type RolloutRecord, type ServiceRecord } from './state.ts'

type Kind = 'production' | 'test'

const ruleOf = ({ advancedConfiguration }: LoadBalancer, kind: Kind) =>
  kind === 'production' ? advancedConfiguration?.productionListenerRule : advancedConfiguration?.testListenerRule

const isListener = (arn: string) => arn.includes(':listener/net/')

const isDenied = (ecs: EcsState, { advancedConfiguration }: LoadBalancer, action: InfrastructureDenial) =>
  ecs.infrastructureDenials.get(advancedConfiguration?.roleArn ?? '')?.has(action) ?? false

/** Load balancers whose traffic the service's deployments shift. */
export const shiftedBalancers = (service: ServiceRecord) =>
  service.loadBalancers.filter(({ advancedConfiguration }) => advancedConfiguration !== undefined)

export const hasTestTraffic = (service: ServiceRecord) =>
  shiftedBalancers(service).some((balancer) => ruleOf(balancer, 'test') !== undefined)

/** `service.loadBalancers` with the target groups in which a new revision's tasks are registered. */
export function targetBalancers(service: ServiceRecord, source: RolloutRecord | undefined): LoadBalancer[] {
  const taken = new Set(source?.loadBalancers.map(({ targetGroupArn }) => targetGroupArn))
  return service.loadBalancers.map((balancer) => {
    const { targetGroupArn, advancedConfiguration } = balancer
    const free = [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].find(
      (arn) => arn !== undefined && !taken.has(arn),
    )
    return { ...balancer, targetGroupArn: free ?? targetGroupArn }
  })
}

/** For rolling deployments, which stay in the target groups that serve. */
export function servingBalancers(service: ServiceRecord): LoadBalancer[] {
  const serving = service.completed?.loadBalancers.map(({ targetGroupArn }) => targetGroupArn) ?? []
  return service.loadBalancers.map((balancer) => {
    const alternate = balancer.advancedConfiguration?.alternateTargetGroupArn
    return alternate !== undefined && serving.includes(alternate)
      ? { ...balancer, targetGroupArn: alternate }
      : balancer
  })
}

/** Throws DeploymentFailure when the infrastructure role, the rules or their target groups do not allow to shift traffic. */
export function checkTraffic(ecs: EcsState, service: ServiceRecord): void {
  const { elbv2 } = here(ecs)
  for (const balancer of shiftedBalancers(service)) {
    const { targetGroupArn: primary = '', advancedConfiguration } = balancer
    const { alternateTargetGroupArn: alternate = '', roleArn = '' } = advancedConfiguration ?? {}
    if (isDenied(ecs, balancer, 'sts:AssumeRole')) throw new DeploymentFailure(networking.missingRole(roleArn))
    const productionRule = ruleOf(balancer, 'production') ?? ''
    const testRule = ruleOf(balancer, 'test')
    const production = elbv2.route(productionRule)
    const test = testRule === undefined ? undefined : elbv2.route(testRule)
    if (!production || (testRule !== undefined && !test))
      throw new DeploymentFailure(networking.ruleNotFound(isListener(production ? (testRule ?? '') : productionRule)))
    if (production.first !== undefined || test?.first !== undefined)
      throw new DeploymentFailure(networking.otherActions(productionRule))
    const known = { ...test?.forward, ...production.forward }
    if (!isListener(productionRule)) {
      const missing = [primary, alternate].filter((arn) => !(arn in known))
      if (missing.length > 0 && !test) throw new DeploymentFailure(networking.bothUnassociated)
      if (missing[0] !== undefined) throw new DeploymentFailure(networking.unassociated(missing[0]))
    }
    const serving = Object.entries(production.forward).filter(([, weight]) => weight > 0)
    if (serving.length !== 1) throw new DeploymentFailure(networking.severalServing(productionRule, serving.length))
    const [found = ''] = serving[0] ?? []
    if (found !== primary && found !== alternate)
      throw new DeploymentFailure(networking.unexpected(found, primary, alternate))
  }
}

/** Sends `percent` of the traffic to one revision and the rest to the other. Throws DeploymentFailure. */
export function shiftTraffic(
  ecs: EcsState,
  service: ServiceRecord,
  kind: Kind,
  target: RolloutRecord,
  source: RolloutRecord | undefined,
  percent: number,
): void {
  const stage = kind === 'production' ? 'PRODUCTION_TRAFFIC_SHIFT' : 'TEST_TRAFFIC_SHIFT'
  // Weights are whole numbers from 0 to 999.
  const scale = Number.isInteger(percent) ? 1 : 10
  for (const [index, balancer] of service.loadBalancers.entries()) {
    const rule = balancer.advancedConfiguration && ruleOf(balancer, kind)
    if (rule === undefined) continue
    const route = here(ecs).elbv2.route(rule)
    if (!route) throw new DeploymentFailure(networking.ruleNotFound(isListener(rule)))
    refuseModification(ecs, balancer, stage, rule, route.listenerArn)
    const to = target.loadBalancers[index]?.targetGroupArn ?? ''
    const pair = [balancer.targetGroupArn, balancer.advancedConfiguration?.alternateTargetGroupArn]
    const from = source?.loadBalancers[index]?.targetGroupArn ?? pair.find((arn) => arn !== to)
    const others = from !== undefined && from !== to ? { [from]: Math.round((100 - percent) * scale) } : {}
    route.forward = { ...others, [to]: Math.round(percent * scale) }
  }
  if (shiftedBalancers(service).length === 0 || (kind === 'test' && !hasTestTraffic(service))) return
  target.traffic = { ...target.traffic, [kind]: percent }
  if (source) source.traffic = { ...source.traffic, [kind]: Math.round((100 - percent) * 10) / 10 }
}

/** All to the deployment that completed last: a rolling deployment, which shifts none, starts in its target groups. */
export function giveTrafficBack(ecs: EcsState, service: ServiceRecord): void {
  const { completed } = service
  const other = service.rollouts.find((rollout) => rollout !== completed)
  if (!completed || !other) return
  shiftTraffic(ecs, service, 'production', completed, other, 100)
  shiftTraffic(ecs, service, 'test', completed, other, 100)
}

function refuseModification(ecs: EcsState, balancer: LoadBalancer, stage: string, rule: string, listenerArn: string) {
  const user = sessionOf(balancer.advancedConfiguration?.roleArn ?? '', 'ECSNetworkingWithELB')
  for (const action of ['elasticloadbalancing:ModifyListener', 'elasticloadbalancing:ModifyRule'] as const) {
    const resource = action === 'elasticloadbalancing:ModifyListener' ? listenerArn : rule
    if (isDenied(ecs, balancer, action))
      throw new DeploymentFailure(hookProblems.cannotModify(stage, user, action, resource))
  }
}

/** The service event about targets that Amazon ECS may not see or register; undefined when it may. */
export function targetProblem(ecs: EcsState, service: ServiceRecord, rollout: RolloutRecord): string | undefined {
  for (const [index, balancer] of service.loadBalancers.entries()) {
    const arn = rollout.loadBalancers[index]?.targetGroupArn ?? ''
    const name = here(ecs).elbv2.targetGroup(arn)?.name ?? arn
    const user = `User: ${sessionOf(balancer.advancedConfiguration?.roleArn ?? '', 'ecs-service-scheduler')}`
    const lacks = (action: string, resource = '') =>
      `(error ${user} is not authorized to perform: ${action}${resource} because no identity-based policy allows the ${action} action)`
    const register = 'elasticloadbalancing:RegisterTargets'
    if (isDenied(ecs, balancer, register))
      return `failed to register targets in target-group ${name} with ${lacks(register, ` on resource: ${arn}`)}`
    const describe = 'elasticloadbalancing:DescribeTargetHealth'
    if (isDenied(ecs, balancer, describe))
      return `failed to describe target health on target-group ${name} with ${lacks(describe)}`
  }
  return undefined
}
