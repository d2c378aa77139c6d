import type { TrafficRoute } from '../../../ports.ts'
import type { NativeFacts, NativeWish } from './native-facts.ts'

/** Something that must hold before the change. */
export interface NativeCheck {
  readonly what: string
  readonly holds: boolean
  /** What is there instead, and what to do; empty where it holds. */
  readonly why: string
}

const sends = ({ targets }: TrafficRoute, arn: string | undefined) =>
  targets.some(({ targetGroupArn, weight }) => weight > 0 && targetGroupArn === arn)

/** The production rule that ECS is to shift: the only one that sends traffic to the tasks; undefined where there is none, or several. */
export function productionRoute({ production, serving }: NativeFacts): TrafficRoute | undefined {
  const [only, ...others] = production.filter((route) => sends(route, serving?.arn))
  return others.length === 0 ? only : undefined
}

/** Everything that must hold before the change, in the order of a person's work. */
export function judgeNative(facts: NativeFacts, wish: NativeWish): readonly NativeCheck[] {
  return [
    judgeActive(facts),
    judgePrimary(facts),
    judgeRevision(facts),
    judgeGroups(facts),
    ...judgeRoutes(facts),
    judgeConfiguration(facts),
    judgeRole(facts),
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

/** API UpdateService: the task definition must be ACTIVE, or ClientException. */
function judgeRevision({ primary, revisionStatus }: NativeFacts): NativeCheck {
  const what = 'the live revision can be deployed'
  const { taskDefinition = '' } = primary ?? {}
  // Without a task set, the check before this one says so.
  if (revisionStatus === 'ACTIVE' || primary === undefined) return check(what, '')
  if (revisionStatus === undefined)
    return check(
      what,
      `not authorized to perform ecs:DescribeTaskDefinition: whether ${taskDefinition} is ACTIVE is unknown`,
    )
  return check(what, `${taskDefinition} is ${revisionStatus}: deploy an ACTIVE revision with CodeDeploy first`)
}

function judgeGroups({ serving, other, group }: NativeFacts): NativeCheck {
  const [pair = {}] = group.loadBalancerInfo?.targetGroupPairInfoList ?? []
  const names = (pair.targetGroups ?? []).flatMap(({ name }) => name ?? []).join(' and ')
  const what = 'the PRIMARY task set is in one of the two target groups of the deployment group'
  return check(what, serving && other ? '' : `it is in neither of ${names || 'none'}, or one of them does not exist`)
}

/** ECS shifts one rule: another one would go on sending its traffic to tasks that ECS stops. */
function judgeRoutes(facts: NativeFacts): readonly NativeCheck[] {
  const { production, serving, test } = facts
  const route = productionRoute(facts)
  const one = 'one rule of the production listener sends traffic to the serving target group'
  if (route === undefined) {
    const arns = production.filter((other) => sends(other, serving?.arn)).map(({ arn }) => arn)
    const several = `${arns.length} do, and ECS shifts the traffic of one: join their conditions in one rule, or give each a service of its own: ${arns.join(', ')}`
    return [check(one, arns.length === 0 ? 'none does: correct the listener of the deployment group' : several)]
  }
  const serves = route.targets.filter(({ weight }) => weight > 0)
  return [
    check(one, ''),
    check('it sends all traffic there', serves.length === 1 ? '' : splitTraffic),
    judgeActions([route, ...(test.length === 1 ? test : [])]),
  ]
}

const splitTraffic = 'it splits the traffic: give the serving target group all of it'

/** Developer guide, "Application Load Balancer resources for blue/green, linear, and canary deployments", limitations. */
function judgeActions(routes: readonly TrafficRoute[]): NativeCheck {
  const mixed = routes.flatMap(({ arn, actions }) => {
    const others = actions.flatMap(({ Type }) => (Type === 'forward' ? [] : [String(Type)]))
    return others.length === 0 ? [] : [`${arn} has ${others.join(', ')}`]
  })
  return check(
    'production and test rule have no action beside forward',
    mixed.length === 0 ? '' : `${mixed.join('; ')}: deployments of ECS fail with it`,
  )
}

function judgeConfiguration({ routing, group }: NativeFacts): NativeCheck {
  const name = group.deploymentConfigName ?? ''
  const why = {
    unread: `not authorized to perform codedeploy:GetDeploymentConfig on ${name}: how it shifts traffic is unknown`,
    missing: `CodeDeploy has no deployment configuration ${name} (DeploymentConfigDoesNotExistException)`,
  }
  const problem = routing === undefined ? why.missing : routing === 'unread' ? why.unread : ''
  return check('how the deployment configuration shifts traffic is known', problem)
}

function judgeRole({ role }: NativeFacts): NativeCheck {
  return check('an infrastructure role lets ECS change listeners', role.problem)
}

function judgeHooks({ hooks }: NativeFacts, { withoutHooks }: NativeWish): NativeCheck {
  const what = 'no Lambda hook is lost'
  if (withoutHooks) return check(what, '')
  if (hooks === undefined)
    return check(what, 'the AppSpec of the live task set could not be read; --without-hooks continues without it')
  const named = hooks.map(({ event, lambda }) => `${event} ${lambda}`).join(', ')
  return check(
    what,
    hooks.length === 0 ? '' : `${named}: rewrite the handlers first; --without-hooks continues without them`,
  )
}
