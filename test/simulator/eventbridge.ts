/** Amazon EventBridge: rules and their targets, as far as scheduled tasks need them. No event is sent. */
import type { PutRuleRequest, PutTargetsRequest, Target } from '@aws-sdk/client-eventbridge'
import { AwsError, type AwsService, type World } from './contract.ts'
import { arn, paginate } from './identifiers.ts'

interface Rule extends PutRuleRequest {
  readonly arn: string
  readonly managedBy?: string | undefined
  readonly targets: Map<string, Target>
}

interface RuleName {
  readonly Rule?: string
  readonly Name?: string
  readonly EventBusName?: string
  readonly NextToken?: string
  readonly Limit?: number
}

export interface EventBridge extends AwsService {
  /** A rule that a service of AWS has made: its targets are that service's alone. */
  manage(rule: string, service: string): void
}

/** Quota "Targets per rule": https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const mostTargets = 5

export function createEventBridge(world: World, region: string): EventBridge {
  const rules = new Map<string, Rule>()
  const busOf = ({ EventBusName = 'default' }: RuleName) => EventBusName.replace(/^.*\//, '')
  const find = (named: RuleName): Rule => {
    const name = named.Rule ?? named.Name ?? ''
    const rule = rules.get(`${busOf(named)}/${name}`)
    if (rule) return rule
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${busOf(named)}.`)
  }
  const changed = (rule: Rule) => {
    if (rule.managedBy)
      throw new AwsError(
        'ManagedRuleException',
        `Rule ${rule.Name} is managed by ${rule.managedBy}, so it cannot be changed.`,
      )
    return rule
  }

  return {
    manage(name, service) {
      const rule = rules.get(`default/${name}`)
      if (rule) rules.set(`default/${name}`, { ...rule, managedBy: service })
    },
    handlers: {
      PutRule: (input: PutRuleRequest) => {
        const bus = busOf({ ...(input.EventBusName && { EventBusName: input.EventBusName }) })
        if (!input.ScheduleExpression && !input.EventPattern)
          throw new AwsError(
            'ValidationException',
            'Parameter(s) EventPattern or ScheduleExpression must be specified.',
          )
        if (input.ScheduleExpression && bus !== 'default')
          throw new AwsError('ValidationException', 'ScheduleExpression is supported only on the default event bus.')
        const key = `${bus}/${input.Name}`
        const before = rules.get(key)
        const path = bus === 'default' ? input.Name : `${bus}/${input.Name}`
        const made = { arn: arn('events', region, world.accountId, `rule/${path}`), targets: new Map<string, Target>() }
        rules.set(key, { ...made, ...(before && changed(before)), ...input })
        return { RuleArn: made.arn }
      },
      DescribeRule: (input: RuleName) => {
        const { Name, ScheduleExpression, EventPattern, Description, RoleArn, managedBy, ...rule } = find(input)
        const rest = { ScheduleExpression, EventPattern, Description, RoleArn, ManagedBy: managedBy }
        return { Name, Arn: rule.arn, State: rule.State ?? 'ENABLED', EventBusName: busOf(input), ...rest }
      },
      ListTargetsByRule: (input: RuleName) => {
        const { page, nextToken } = paginate([...find(input).targets.values()], input.Limit ?? 100, input.NextToken)
        return { Targets: page, ...(nextToken && { NextToken: nextToken }) }
      },
      /** "If you specify a target that is already associated with the rule, it is updated": all of it is replaced. */
      PutTargets: (input: PutTargetsRequest) => {
        const rule = changed(
          find({
            ...(input.Rule && { Rule: input.Rule }),
            ...(input.EventBusName && { EventBusName: input.EventBusName }),
          }),
        )
        const targets = input.Targets ?? []
        for (const target of targets) requireTarget(target)
        const ids = new Set([...rule.targets.keys(), ...targets.map(({ Id }) => Id ?? '')])
        if (ids.size > mostTargets)
          throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.')
        for (const target of targets) rule.targets.set(target.Id ?? '', target)
        return { FailedEntryCount: 0, FailedEntries: [] }
      },
    },
  }
}

/** API reference, Target and EcsParameters. */
function requireTarget({ Id, Arn, RoleArn, EcsParameters, Input, InputPath, InputTransformer }: Target): void {
  const refuse = (message: string): never => {
    throw new AwsError('ValidationException', `${message} for target ${Id}.`)
  }
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1)
    refuse('Only one of Input, InputPath, or InputTransformer must be provided')
  const isCluster = /^arn:aws[\w-]*:ecs:[^:]+:\d{12}:cluster\//.test(Arn ?? '')
  if (isCluster !== (EcsParameters !== undefined))
    refuse('Parameter EcsParameters is required with, and only with, an ECS cluster')
  if (EcsParameters === undefined) return
  if (RoleArn === undefined) refuse('RoleArn is required')
  if (!/^arn:aws[\w-]*:ecs:[^:]+:\d{12}:task-definition\//.test(EcsParameters.TaskDefinitionArn ?? ''))
    refuse('Parameter TaskDefinitionArn is not valid')
  if (EcsParameters.LaunchType !== undefined && EcsParameters.CapacityProviderStrategy !== undefined)
    refuse('LaunchType and CapacityProviderStrategy cannot both be specified')
  if (EcsParameters.LaunchType === 'FARGATE' && EcsParameters.NetworkConfiguration === undefined)
    refuse('NetworkConfiguration is required with FARGATE')
}
