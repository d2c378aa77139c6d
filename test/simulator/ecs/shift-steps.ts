/** How production traffic moves to the new revision, by strategy. */
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs'

export interface ShiftStep {
  /** Of production traffic that the new revision gets, 0.1 to 100. */
  readonly percent: number
  /** Until the next step; none after 100 percent, where `bakeTimeInMinutes` follows. */
  readonly bakeMinutes: number
}

const whole: ShiftStep = { percent: 100, bakeMinutes: 0 }

/** Defaults are those of the API: canary 5 percent for 10 minutes; linear 10 percent every 6 minutes. */
export function shiftSteps(configuration: DeploymentConfiguration = {}): readonly ShiftStep[] {
  if (configuration.strategy === 'CANARY') {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = configuration.canaryConfiguration ?? {}
    return canaryPercent >= 100 ? [whole] : [{ percent: canaryPercent, bakeMinutes: canaryBakeTimeInMinutes }, whole]
  }
  if (configuration.strategy !== 'LINEAR') return [whole]
  const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = configuration.linearConfiguration ?? {}
  const steps: ShiftStep[] = []
  for (let step = 1; Math.round(step * stepPercent * 10) < 1000; step++)
    steps.push({ percent: Math.round(step * stepPercent * 10) / 10, bakeMinutes: stepBakeTimeInMinutes })
  return [...steps, whole]
}
