import { type Clock, type Deadline, deadlineIn } from '../../../clock.ts'
import type { DeploymentConfiguration } from '../../../ports.ts'

/**
 * Beside bake time and traffic steps: new tasks start, and old ones stop. Behind a Network Load Balancer, ECS waits for 10 minutes in
 * up to three stages (developer guide, "Network Load Balancer resources for Amazon ECS blue/green deployments"). Minutes.
 */
const besideBake = 60

/** Until when a deployment by ECS is watched. A pause may take the whole of its time. */
export function nativeDeadline(
  {
    bakeTimeInMinutes = 0,
    canaryConfiguration,
    linearConfiguration,
    lifecycleHooks = [],
  }: DeploymentConfiguration = {},
  clock: Clock,
): Deadline {
  const { stepPercent = 100, stepBakeTimeInMinutes = 0 } = linearConfiguration ?? {}
  const steps = Math.ceil(100 / stepPercent) * stepBakeTimeInMinutes
  const pauses = lifecycleHooks.reduce((sum, hook) => sum + (hook.timeoutConfiguration?.timeoutInMinutes ?? 0), 0)
  const minutes = bakeTimeInMinutes + (canaryConfiguration?.canaryBakeTimeInMinutes ?? 0) + steps + pauses + besideBake
  return deadlineIn(clock, minutes * 60_000)
}
