import type { TrafficRoute } from '../../../ports.ts'
import { trustsService } from '../preflight/task-trust.ts'
import type { NativeFacts, NativeWish } from './native-facts.ts'

/** Something that must hold before the change. */
export interface NativeCheck {
  readonly what: string
  readonly holds: boolean
  /** What is there instead, and what to do; empty where it holds. */
  readonly why: string
}

/** The production rule that ECS is to shift: the only one, or the one that is named. */
export function productionRoute({ production }: NativeFacts, { productionRule }: NativeWish): TrafficRoute | undefined {
  if (productionRule !== undefined) return production.find(({ arn }) => arn === productionRule)
  return production.length === 1 ? production[0] : undefined
}

/** Everything that must hold before the change, in the order of a person's work. */
export function judgeNative(facts: NativeFacts, wish: NativeWish): readonly NativeCheck[] {
  return [
    judgeActive(facts),
    judgePrimary(facts),
    judgeGroups(facts),
    ...judgeRoute(facts, wish),
    judgeRole(facts, wish),
    judgeHooks(facts, wish),
  ]
}

const check = (what: string, why: string): NativeCheck => ({ what, holds: why === '', why })

function judgeActive({ active, name }: NativeFacts): NativeCheck {
  const what = 'no deployment of CodeDeploy is active'
  if (active === undefined) return check(what, 'not authorized to perform codedeploy:ListDeployments')
  return check(
    what,
    active.length === 0 ? '' : `${active.join(', ')} of ${name.deploymentGroup}: wait until it has ended`,
  )
}

function judgePrimary({ primary, service }: NativeFacts): NativeCheck {
  const what = 'one task set, PRIMARY and steady, has all traffic'
  const sets = service.taskSets ?? []
  if (primary === undefined) return check(what, 'the service has no PRIMARY task set: deploy it once with CodeDeploy')
  if (sets.length > 1) return check(what, `${sets.length} task sets: wait until CodeDeploy has terminated the old one`)
  if (primary.stabilityStatus !== 'STEADY_STATE')
    return check(what, `its stabilityStatus is ${primary.stabilityStatus}: wait until it is STEADY_STATE`)
  const balancers = primary.loadBalancers ?? []
  return check(
    what,
    balancers.length === 1 ? '' : `it has ${balancers.length} load balancers, and exactly one is supported`,
  )
}

function judgeGroups({ serving, other, group }: NativeFacts): NativeCheck {
  const [pair = {}] = group.loadBalancerInfo?.targetGroupPairInfoList ?? []
  const names = (pair.targetGroups ?? []).flatMap(({ name }) => name ?? []).join(' and ')
  const what = 'the PRIMARY task set is in one of the two target groups of the deployment group'
  return check(what, serving && other ? '' : `it is in neither of ${names || 'none'}, or one of them does not exist`)
}

function judgeRoute(facts: NativeFacts, wish: NativeWish): readonly NativeCheck[] {
  const { production, serving } = facts
  const route = productionRoute(facts, wish)
  const one = 'one rule of the production listener forwards to the serving target group'
  if (route === undefined) {
    const arns = production.map(({ arn }) => arn).join(', ')
    const several = `${production.length} do: name one with --production-rule: ${arns}`
    return [check(one, production.length === 0 ? 'none does: correct the listener of the deployment group' : several)]
  }
  const serves = route.targets.filter(({ weight }) => weight > 0)
  const isAlone = serves.length === 1 && serves[0]?.targetGroupArn === serving?.arn
  return [
    check(one, ''),
    check(
      'it sends all traffic there',
      isAlone ? '' : 'it splits the traffic: give the serving target group all of it',
    ),
  ]
}

/** Developer guide, "Amazon ECS infrastructure IAM role". */
function judgeRole({ role }: NativeFacts, { infrastructureRole }: NativeWish): NativeCheck {
  const what = 'an infrastructure role lets ECS change listeners'
  const needs = 'with AmazonECSInfrastructureRolePolicyForLoadBalancers and a trust policy for ecs.amazonaws.com'
  if (infrastructureRole === undefined)
    return check(what, `create a role ${needs}, and name it with --infrastructure-role`)
  if (role === 'missing') return check(what, `IAM has no role ${infrastructureRole}: create it ${needs}`)
  if (role !== undefined && !trustsService(role.trust, 'ecs.'))
    return check(what, `its trust policy has no statement for ecs.amazonaws.com (sts:AssumeRole)`)
  return check(what, '')
}

function judgeHooks({ hooks }: NativeFacts, { withoutHooks }: NativeWish): NativeCheck {
  const what = 'no Lambda hook is lost'
  if (withoutHooks) return check(what, '')
  if (hooks === undefined)
    return check(what, 'the AppSpec that was deployed last could not be read; --without-hooks continues without it')
  const named = hooks.map(({ event, lambda }) => `${event} ${lambda}`).join(', ')
  return check(
    what,
    hooks.length === 0 ? '' : `${named}: rewrite the handlers first; --without-hooks continues without them`,
  )
}
