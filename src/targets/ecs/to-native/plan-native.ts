import type { JsonObject, LoadBalancer, TrafficRoute, UpdateServiceRequest } from '../../../ports.ts'
import { isObject } from '../../../task-definition/members.ts'
import { type MappedSettings, mapSettings, smallestStep, stages } from './map-settings.ts'
import { judgeNative, type NativeCheck, productionRoute } from './native-checks.ts'
import type { NativeFacts, NativeWish } from './native-facts.ts'
import { type NativePermission, nativePermissions } from './native-permissions.ts'

/** One call of AWS's API, as it is sent. */
export interface NativeCall {
  readonly api: string
  readonly input: JsonObject
  readonly why: string
}

/** How a service goes from CodeDeploy to the blue/green deployments of ECS. */
export interface NativePlan {
  readonly rows: MappedSettings['rows']
  /** What ECS has no counterpart for, and what to do. */
  readonly lost: readonly { readonly what: string; readonly instead: string }[]
  readonly checks: readonly NativeCheck[]
  readonly calls: readonly NativeCall[]
  readonly permissions: readonly NativePermission[]
  /** Undefined where the facts do not suffice. */
  readonly change?: NativeChange | undefined
}

/** The change itself. */
export interface NativeChange {
  readonly route: TrafficRoute
  /** Undefined: the rule forwards to both target groups already. */
  readonly actions?: readonly JsonObject[] | undefined
  readonly update: UpdateServiceRequest
  /** After the service is on ECS. */
  readonly pause?: UpdateServiceRequest | undefined
}

/** Decides from what there is. Asks nothing of AWS and changes nothing. */
export function planNative(facts: NativeFacts, wish: NativeWish): NativePlan {
  const route = productionRoute(facts)
  const routing = facts.routing === 'unread' ? undefined : facts.routing
  const mapped = mapSettings(facts.group, routing, route?.arn.includes(':listener/net/') ?? false)
  const change = route && routing && changeOf(facts, route, mapped)
  return {
    rows: mapped.rows,
    lost: lostIn(facts),
    checks: judgeNative(facts, wish),
    calls: change ? callsOf(change, facts) : [],
    permissions: nativePermissions(facts, route),
    change,
  }
}

function changeOf(
  { cluster, service, primary, serving, other, test, role }: NativeFacts,
  route: TrafficRoute,
  { configuration, pause }: MappedSettings,
): NativeChange | undefined {
  const [balancer] = primary?.loadBalancers ?? []
  if (serving === undefined || other === undefined || balancer === undefined) return undefined
  const name = service.serviceName ?? ''
  const testRule = test.length === 1 ? test[0]?.arn : undefined
  const hasBoth = route.targets.some(({ targetGroupArn }) => targetGroupArn === other.arn)
  const loadBalancer: LoadBalancer = {
    targetGroupArn: serving.arn,
    ...(balancer.containerName === undefined ? {} : { containerName: balancer.containerName }),
    ...(balancer.containerPort === undefined ? {} : { containerPort: balancer.containerPort }),
    advancedConfiguration: {
      alternateTargetGroupArn: other.arn,
      productionListenerRule: route.arn,
      ...(testRule === undefined ? {} : { testListenerRule: testRule }),
      roleArn: role.arn ?? '<ARN of the infrastructure role>',
    },
  }
  return {
    route,
    actions: hasBoth ? undefined : withBoth(route, serving.arn, other.arn),
    update: {
      cluster,
      service: name,
      // What runs now: the change of the controller is not also one of the version.
      ...(primary?.taskDefinition === undefined ? {} : { taskDefinition: primary.taskDefinition }),
      deploymentController: { type: 'ECS' },
      deploymentConfiguration: configuration,
      loadBalancers: [loadBalancer],
    },
    pause: pause && { cluster, service: name, deploymentConfiguration: { ...configuration, lifecycleHooks: [pause] } },
  }
}

/** The same actions, forwarding to both target groups: all to the one that serves (developer guide: weights 1 and 0). */
function withBoth({ actions }: TrafficRoute, serving: string, other: string): readonly JsonObject[] {
  const groups = [
    { TargetGroupArn: serving, Weight: 1 },
    { TargetGroupArn: other, Weight: 0 },
  ]
  return actions.map((action) => {
    if (action.Type !== 'forward') return action
    // With several target groups there is no TargetGroupArn (API Action).
    const { TargetGroupArn: _, ForwardConfig: before, ...rest } = action
    const { TargetGroupStickinessConfig: stickiness } = isObject(before) ? before : {}
    return {
      ...rest,
      ForwardConfig: {
        TargetGroups: groups,
        ...(stickiness === undefined ? {} : { TargetGroupStickinessConfig: stickiness }),
      },
    }
  })
}

function callsOf({ route, actions, update, pause }: NativeChange, { name }: NativeFacts): readonly NativeCall[] {
  const json = (input: unknown) => JSON.parse(JSON.stringify(input)) as JsonObject
  const modified: JsonObject = route.isDefault
    ? { ListenerArn: route.listenerArn, DefaultActions: actions ?? [] }
    : { RuleArn: route.arn, Actions: actions ?? [] }
  return [
    ...(actions === undefined
      ? []
      : [
          {
            api: `elbv2 ${route.isDefault ? 'modify-listener' : 'modify-rule'}`,
            input: modified,
            why: 'The production rule forwards to both target groups, with weights 1 and 0: no traffic moves. To undo it, set the actions of before.',
          },
        ]),
    {
      api: 'ecs update-service',
      input: json(update),
      why: 'ECS becomes the deployment controller and deploys the live revision once, from one target group to the other. It cannot be undone in place: CodeDeploy would need a new service (aws/aws-cdk#36012).',
    },
    ...(pause
      ? [
          {
            api: 'ecs update-service',
            input: json(pause),
            why: 'The pause replaces the ready wait. It starts no deployment.',
          },
        ]
      : []),
    {
      api: 'deploy delete-deployment-group',
      input: { applicationName: name.application, deploymentGroupName: name.deploymentGroup },
      why: 'By you, once the service works: Slipway deletes nothing.',
    },
  ]
}

function lostIn({ group, hooks, test, routing }: NativeFacts): NativePlan['lost'] {
  const triggers = group.triggerConfigurations ?? []
  const step = routing === 'unread' ? undefined : routing?.timeBasedLinear?.linearPercentage
  return [
    ...(hooks ?? []).map(({ event, lambda }) => ({
      what: `hook ${event}: ${lambda}`,
      instead: `a lifecycle hook at ${stages[event] ?? 'a stage'} with a role for ECS. Its handler returns hookStatus (SUCCEEDED, FAILED or IN_PROGRESS) and does not call PutLifecycleEventHookExecutionStatus`,
    })),
    ...triggers.map(({ triggerName = '', triggerTargetArn = '' }) => ({
      what: `SNS trigger ${triggerName} (${triggerTargetArn})`,
      instead: 'an EventBridge rule for "ECS Deployment State Change"',
    })),
    ...(test.length > 1
      ? [
          {
            what: `${test.length} rules of the test listener`,
            instead: 'one testListenerRule; name none, and add it with actions/deploy',
          },
        ]
      : []),
    ...(step !== undefined && step < smallestStep
      ? [{ what: `linear steps of ${step}%`, instead: `steps of ${smallestStep}% (API LinearConfiguration)` }]
      : []),
    {
      what: 'network, platform version and capacity providers in an AppSpec',
      instead: 'the same settings of the service: ECS has none for a single deployment',
    },
    {
      what: 'a rollback as a second deployment',
      instead: 'a rollback inside the deployment (ROLLBACK_SUCCESSFUL): alarms on CodeDeploy events need other names',
    },
  ]
}
