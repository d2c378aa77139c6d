/** What Application Auto Scaling may set a service's desired count to. */
export interface ScalableTarget {
  readonly MinCapacity?: number
  readonly MaxCapacity?: number
  /** Activities that are turned off; with all of them the count is left alone. */
  readonly SuspendedState?: {
    readonly DynamicScalingInSuspended?: boolean
    readonly DynamicScalingOutSuspended?: boolean
    readonly ScheduledScalingSuspended?: boolean
  }
}

/** Application Auto Scaling. */
export interface Scaling {
  /** The scaling target that owns the desired count of a service (names, not ARNs); undefined when there is none. */
  describeScalableTarget(cluster: string, service: string): Promise<ScalableTarget | undefined>
}
