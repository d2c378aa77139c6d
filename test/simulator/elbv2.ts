/** Elastic Load Balancing v2: target groups, their targets' health, and listeners whose weights decide who gets traffic. */
import type {
  Action,
  DescribeListenersInput,
  DescribeRulesInput,
  DescribeTargetGroupsInput,
  DescribeTargetHealthInput,
  Listener,
  ModifyListenerInput,
  ModifyRuleInput,
  Rule,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError, type LoadBalancing, type SimulatedTarget, type World } from './contract.ts'
import { arn, hexadecimal, paginate } from './identifiers.ts'

interface Group {
  readonly name: string
  readonly targetGroupArn: string
  readonly targets: Map<string, { target: SimulatedTarget; draining: boolean }>
}

/** A listener with its default rule. */
interface Front {
  readonly type: 'application' | 'network'
  readonly listenerArn: string
  readonly ruleArn: string
  readonly port: number
  /** Weight by target group ARN. */
  forward: Readonly<Record<string, number>>
  /** Type of the action before it. */
  first?: string
}

/** A rule besides the default one. */
interface PrioritizedRule {
  readonly listenerArn: string
  readonly ruleArn: string
  readonly priority: number
  forward: Readonly<Record<string, number>>
  first?: string
}

/** The load balancers `slipway` of one region, one for applications and one for networks. The deregistration delay of its target groups is among the quirks of ECS. */
export function createLoadBalancing(world: World, region: string): LoadBalancing {
  const groups = new Map<string, Group>()
  const fronts = new Map<string, Front>()
  const rules = new Map<string, PrioritizedRule>()
  const id = hexadecimal(world, 16)
  const loadBalancers = { application: `app/slipway/${id}`, network: `net/slipway/${id}` }
  const elbArn = (resource: string) => arn('elasticloadbalancing', region, world.accountId, resource)

  const group = (targetGroupArn: string) => {
    const found = groups.get(targetGroupArn)
    if (!found) throw new AwsError('TargetGroupNotFound', `Target groups '${targetGroupArn}' not found`)
    return found
  }
  const front = (listenerArn: string) => {
    const found = fronts.get(listenerArn)
    if (!found) throw new AwsError('ListenerNotFound', `Listeners '${listenerArn}' not found`)
    return found
  }
  const defaultRule = (ruleArn: string) =>
    [...fronts.values()].find((listener) => listener.type === 'application' && listener.ruleArn === ruleArn)
  const rule = (ruleArn: string) => {
    const found = rules.get(ruleArn) ?? defaultRule(ruleArn)
    if (!found) throw new AwsError('RuleNotFound', 'One or more rules not found')
    return found
  }
  const inUse = (targetGroupArn: string) =>
    [...fronts.values(), ...rules.values()].some(({ forward }) => targetGroupArn in forward)
  const balancersOf = (targetGroupArn: string) =>
    [...fronts.values()].filter(
      ({ listenerArn, forward }) =>
        targetGroupArn in forward ||
        [...rules.values()].some((other) => other.listenerArn === listenerArn && targetGroupArn in other.forward),
    )

  const health = (entry: Group, target: SimulatedTarget, draining: boolean) => {
    if (draining)
      return {
        State: 'draining',
        Reason: 'Target.DeregistrationInProgress',
        Description: 'Target deregistration is in progress',
      }
    if (!inUse(entry.targetGroupArn))
      return {
        State: 'unused',
        Reason: 'Target.NotInUse',
        Description: 'Target group is not configured to receive traffic from the load balancer',
      }
    return target.health()
  }

  const describeGroup = (entry: Group): TargetGroup => ({
    TargetGroupArn: entry.targetGroupArn,
    TargetGroupName: entry.name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: 'vpc-0a1b2c3d4e5f60718',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
    HealthCheckPath: '/health',
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: [
      ...new Set(balancersOf(entry.targetGroupArn).map(({ type }) => elbArn(`loadbalancer/${loadBalancers[type]}`))),
    ],
    TargetType: 'ip',
    ProtocolVersion: 'HTTP1',
    IpAddressType: 'ipv4',
  })

  const describeListener = (listener: Front): Listener => ({
    ListenerArn: listener.listenerArn,
    LoadBalancerArn: elbArn(`loadbalancer/${loadBalancers[listener.type]}`),
    Port: listener.port,
    Protocol: listener.type === 'network' ? 'TCP' : 'HTTP',
    DefaultActions: actionsOf(listener),
  })

  const describeRule = (entry: Front | PrioritizedRule): Rule => ({
    RuleArn: entry.ruleArn,
    Priority: 'priority' in entry ? String(entry.priority) : 'default',
    Conditions: [],
    Actions: actionsOf(entry),
    IsDefault: !('priority' in entry),
  })

  const rulesOf = (listener: Front) => [
    ...[...rules.values()]
      .filter(({ listenerArn }) => listenerArn === listener.listenerArn)
      .sort((one, other) => one.priority - other.priority),
    ...(listener.type === 'application' ? [listener] : []),
  ]

  const redirect = (entry: Front | PrioritizedRule, actions: readonly Action[] = []) => {
    const weights = weightsOf(actions)
    for (const targetGroupArn of Object.keys(weights)) group(targetGroupArn)
    entry.forward = weights
  }

  return {
    createTargetGroup: (name) => {
      const targetGroupArn = elbArn(`targetgroup/${name}/${hexadecimal(world, 16)}`)
      groups.set(targetGroupArn, { name, targetGroupArn, targets: new Map() })
      return { targetGroupArn, name }
    },
    createListener: (port, forward, type = 'application') => {
      const id = `${loadBalancers[type]}/${hexadecimal(world, 16)}`
      const ruleArn = elbArn(`listener-rule/${id}/${hexadecimal(world, 16)}`)
      const listener = { type, listenerArn: elbArn(`listener/${id}`), ruleArn, port, forward }
      fronts.set(listener.listenerArn, listener)
      return listener
    },
    createRule: (listenerArn, priority, forward) => {
      const path = front(listenerArn).listenerArn.replace(/^.*:listener\//, '')
      const ruleArn = elbArn(`listener-rule/${path}/${hexadecimal(world, 16)}`)
      rules.set(ruleArn, { listenerArn, ruleArn, priority, forward })
      return { ruleArn }
    },
    deleteRule: (ruleArn) => {
      rules.delete(ruleArn)
    },
    authenticate: (reference, type) => {
      const entry = rules.get(reference) ?? defaultRule(reference) ?? front(reference)
      entry.first = type
    },
    route: (reference) => {
      const listener = fronts.get(reference)
      return listener?.type === 'network' ? listener : (rules.get(reference) ?? defaultRule(reference))
    },
    targetGroup: (targetGroupArn) => groups.get(targetGroupArn),
    listener: (listenerArn) => fronts.get(listenerArn),
    isInUse: inUse,
    register: (targetGroupArn, target) => {
      group(targetGroupArn).targets.set(target.id, { target, draining: false })
    },
    deregister: (targetGroupArn, targetId) => {
      const targets = groups.get(targetGroupArn)?.targets
      const entry = targets?.get(targetId)
      if (!targets || !entry) return
      entry.draining = true
      world.clock.after(world.region(region).ecs.quirks.drainSeconds * 1000, () => {
        if (targets.get(targetId) === entry) targets.delete(targetId)
      })
    },
    handlers: {
      DescribeTargetGroups: (input: DescribeTargetGroupsInput) => {
        const named = (name: string) => {
          const found = [...groups.values()].find((entry) => entry.name === name)
          if (!found) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found')
          return found
        }
        const chosen = input.TargetGroupArns?.map(group) ?? input.Names?.map(named) ?? [...groups.values()]
        return { TargetGroups: chosen.map(describeGroup) }
      },
      DescribeTargetHealth: (input: DescribeTargetHealthInput) => {
        const entry = group(input.TargetGroupArn ?? '')
        const wanted = input.Targets?.map((target) => target.Id)
        const rows = [...entry.targets.values()].filter(({ target }) => wanted?.includes(target.id) ?? true)
        return {
          TargetHealthDescriptions: rows.map(({ target, draining }) => ({
            Target: { Id: target.id, Port: target.port, AvailabilityZone: `${region}a` },
            HealthCheckPort: String(target.port),
            TargetHealth: health(entry, target, draining) as TargetHealthDescription['TargetHealth'],
          })),
        }
      },
      DescribeListeners: (input: DescribeListenersInput) => ({
        Listeners: (input.ListenerArns?.map(front) ?? [...fronts.values()]).map(describeListener),
      }),
      DescribeRules: (input: DescribeRulesInput) => {
        if (input.RuleArns) return { Rules: input.RuleArns.map((ruleArn) => describeRule(rule(ruleArn))) }
        const chosen = input.ListenerArn ? [front(input.ListenerArn)] : [...fronts.values()]
        // How many AWS returns unasked is not known: API DescribeRules has a marker, and pages of at most 400.
        const { page, nextToken } = paginate(chosen.flatMap(rulesOf), input.PageSize ?? 20, input.Marker)
        return { Rules: page.map(describeRule), ...(nextToken && { NextMarker: nextToken }) }
      },
      ModifyListener: (input: ModifyListenerInput) => {
        const listener = front(input.ListenerArn ?? '')
        if (input.DefaultActions) redirect(listener, input.DefaultActions)
        return { Listeners: [describeListener(listener)] }
      },
      ModifyRule: (input: ModifyRuleInput) => {
        const changed = rule(input.RuleArn ?? '')
        if (input.Actions) redirect(changed, input.Actions)
        return { Rules: [describeRule(changed)] }
      },
    },
  }
}

/** All actions of a route, in their order (API Action). */
function actionsOf({ forward, first }: Pick<Front, 'forward' | 'first'>): Action[] {
  if (first === undefined) return [forwardAction(forward)]
  return [
    { Type: first as NonNullable<Action['Type']>, Order: 1 },
    { ...forwardAction(forward), Order: 2 },
  ]
}

function forwardAction(forward: Readonly<Record<string, number>>): Action {
  const weights = Object.entries(forward)
  const [only] = weights
  return {
    Type: 'forward',
    ...(weights.length === 1 && only && { TargetGroupArn: only[0] }),
    ForwardConfig: {
      TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  }
}

function weightsOf(actions: readonly Action[]): Record<string, number> {
  const action = actions.find((candidate) => candidate.Type === 'forward')
  if (!action) throw new AwsError('InvalidLoadBalancerAction', 'The simulator routes with forward actions only.')
  const tuples = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn, Weight: 1 }]
  return Object.fromEntries(tuples.map((tuple) => [tuple.TargetGroupArn ?? '', tuple.Weight ?? 1]))
}
