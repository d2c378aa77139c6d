/** Activities that are turned off. */
export interface SuspendedState {
  readonly DynamicScalingInSuspended?: boolean
  readonly DynamicScalingOutSuspended?: boolean
  readonly ScheduledScalingSuspended?: boolean
}

/** What Application Auto Scaling may set a service's desired count to. */
export interface ScalableTarget {
  readonly MinCapacity?: number
  readonly MaxCapacity?: number
  /** With all activities turned off the count is left alone. */
  readonly SuspendedState?: SuspendedState
  readonly ScalableTargetARN?: string
}

/** Application Auto Scaling. */
export interface Scaling {
  /** The scaling target that owns the desired count of a service (names, not ARNs); undefined when there is none. */
  describeScalableTarget(cluster: string, service: string): Promise<ScalableTarget | undefined>
  /** Turns activities of it off and on; limits and policies stay as they are. */
  suspend(cluster: string, service: string, state: SuspendedState): Promise<void>
  /** Tags of a scaling target, by its ARN. */
  tags(arn: string): Promise<Readonly<Record<string, string>>>
  tag(arn: string, key: string, value: string): Promise<void>
  untag(arn: string, key: string): Promise<void>
}
