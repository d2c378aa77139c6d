/** Application Auto Scaling: which services' desired counts belong to a scaling target. Nothing is scaled. */
import { AwsError, type AwsService, type World } from './contract.ts'
import { arn, hexadecimal, paginate } from './identifiers.ts'

interface ScalableTarget {
  readonly ServiceNamespace: string
  readonly ResourceId: string
  readonly ScalableDimension: string
  readonly MinCapacity: number
  readonly MaxCapacity: number
  readonly RoleARN: string
  readonly CreationTime: Date
  readonly ScalableTargetARN: string
  readonly SuspendedState: SuspendedState
}

interface SuspendedState {
  readonly DynamicScalingInSuspended?: boolean
  readonly DynamicScalingOutSuspended?: boolean
  readonly ScheduledScalingSuspended?: boolean
}

interface Selection {
  readonly ServiceNamespace: string
  readonly ResourceIds?: readonly string[]
  readonly ResourceId?: string
  readonly ScalableDimension?: string
  readonly MaxResults?: number
  readonly NextToken?: string
}

interface Tagged {
  readonly ResourceARN: string
  readonly Tags?: Readonly<Record<string, string>>
  readonly TagKeys?: readonly string[]
}

interface Registration extends Required<Pick<Selection, 'ServiceNamespace' | 'ResourceId' | 'ScalableDimension'>> {
  readonly MinCapacity?: number
  readonly MaxCapacity?: number
  readonly RoleARN?: string
  readonly SuspendedState?: SuspendedState
}

const keyOf = ({ ServiceNamespace, ResourceId, ScalableDimension }: Registration) =>
  `${ServiceNamespace} ${ResourceId} ${ScalableDimension}`

export function createApplicationAutoScaling(world: World, region: string): AwsService {
  const targets = new Map<string, ScalableTarget>()
  const tags = new Map<string, Record<string, string>>()
  const tagsOf = (resource: string): Record<string, string> => {
    const known = [...targets.values()].some(({ ScalableTargetARN }) => ScalableTargetARN === resource)
    if (!known) throw new AwsError('ResourceNotFoundException', `Resource ${resource} was not found`)
    return tags.get(resource) ?? {}
  }
  const linkedRole = `arn:aws:iam::${world.accountId}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`

  return {
    handlers: {
      DescribeScalableTargets: (input: Selection) => {
        const rows = [...targets.values()].filter(
          (target) =>
            target.ServiceNamespace === input.ServiceNamespace &&
            (input.ResourceIds?.includes(target.ResourceId) ?? true) &&
            (!input.ScalableDimension || target.ScalableDimension === input.ScalableDimension),
        )
        const { page, nextToken } = paginate(rows, input.MaxResults ?? 50, input.NextToken)
        return { ScalableTargets: page, ...(nextToken && { NextToken: nextToken }) }
      },
      RegisterScalableTarget: (input: Registration) => {
        const before = targets.get(keyOf(input))
        const MinCapacity = input.MinCapacity ?? before?.MinCapacity
        const MaxCapacity = input.MaxCapacity ?? before?.MaxCapacity
        if (MinCapacity === undefined || MaxCapacity === undefined)
          throw new AwsError('ValidationException', 'Both MinCapacity and MaxCapacity must be specified')
        if (MinCapacity > MaxCapacity)
          throw new AwsError('ValidationException', 'MinCapacity cannot be greater than MaxCapacity')
        const ScalableTargetARN =
          before?.ScalableTargetARN ??
          arn('application-autoscaling', region, world.accountId, `scalable-target/${hexadecimal(world, 36)}`)
        targets.set(keyOf(input), {
          ServiceNamespace: input.ServiceNamespace,
          ResourceId: input.ResourceId,
          ScalableDimension: input.ScalableDimension,
          MinCapacity,
          MaxCapacity,
          RoleARN: input.RoleARN ?? before?.RoleARN ?? linkedRole,
          CreationTime: before?.CreationTime ?? new Date(world.clock.now()),
          ScalableTargetARN,
          SuspendedState: {
            DynamicScalingInSuspended: false,
            DynamicScalingOutSuspended: false,
            ScheduledScalingSuspended: false,
            ...before?.SuspendedState,
            ...input.SuspendedState,
          },
        })
        return { ScalableTargetARN }
      },
      ListTagsForResource: ({ ResourceARN }: Tagged) => ({ Tags: { ...tagsOf(ResourceARN) } }),
      TagResource: ({ ResourceARN, Tags = {} }: Tagged) => {
        const all = { ...tagsOf(ResourceARN), ...Tags }
        // API reference, TagResource: at most 50 tags of the user's own.
        if (Object.keys(all).length > 50)
          throw new AwsError('TooManyTagsException', 'The number of tags exceeds the maximum of 50', 400)
        if (Object.keys(Tags).some((key) => /^aws:/i.test(key)))
          throw new AwsError('ValidationException', 'Tag keys must not start with aws:')
        tags.set(ResourceARN, all)
        return {}
      },
      UntagResource: ({ ResourceARN, TagKeys = [] }: Tagged) => {
        const left = Object.entries(tagsOf(ResourceARN)).filter(([key]) => !TagKeys.includes(key))
        tags.set(ResourceARN, Object.fromEntries(left))
        return {}
      },
      DeregisterScalableTarget: (input: Registration) => {
        if (!targets.delete(keyOf(input)))
          throw new AwsError(
            'ObjectNotFoundException',
            `No scalable target registered for service namespace: ${input.ServiceNamespace}, resource ID: ${input.ResourceId}, scalable dimension: ${input.ScalableDimension}`,
          )
        return {}
      },
    },
  }
}
