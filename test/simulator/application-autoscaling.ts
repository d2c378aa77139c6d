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
