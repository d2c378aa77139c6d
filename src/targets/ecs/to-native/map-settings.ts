import type { DeploymentConfiguration, DeploymentGroup, LifecycleHook, TrafficRouting } from '../../../ports.ts'
import { settingsOf } from '../codedeploy-group/group-settings.ts'
import { longestPause } from '../strategy/lifecycle-hook-rules.ts'

/** What a group does, as ECS does it. */
export interface MappedSettings {
  readonly configuration: DeploymentConfiguration
  /** Set once the service is on ECS, as its first deployment would wait for an answer. */
  readonly pause?: LifecycleHook | undefined
  /** Rows `there → here`. */
  readonly rows: readonly { readonly from: string; readonly to: string }[]
}

/** Lifecycle events and the stages that correspond to them. */
export const stages: Readonly<Record<string, string>> = {
  BeforeInstall: 'PRE_SCALE_UP',
  AfterInstall: 'POST_SCALE_UP',
  AfterAllowTestTraffic: 'POST_TEST_TRAFFIC_SHIFT',
  BeforeAllowTraffic: 'PRE_PRODUCTION_TRAFFIC_SHIFT',
  AfterAllowTraffic: 'POST_PRODUCTION_TRAFFIC_SHIFT',
}

/** The longest bake time and wait between steps (API DeploymentConfiguration: a stage takes 24 hours at most). Minutes. */
const longest = 1440

/** API DeploymentLifecycleHookTimeoutConfiguration, default. Minutes. */
const usualPause = 1440

/** The smallest step of traffic (API LinearConfiguration). Percent. */
export const smallestStep = 3

/**
 * A deployment group as a deployment configuration of ECS. `isNetwork`: behind a Network Load Balancer, where CodeDeploy shifts all
 * traffic at once. Sources: developer guide, "Migrate CodeDeploy blue/green deployments to Amazon ECS blue/green deployments".
 */
export function mapSettings(
  group: DeploymentGroup,
  routing: TrafficRouting | undefined,
  isNetwork: boolean,
): MappedSettings {
  const { alarms, rollbackEvents, readyWait, terminationWait } = settingsOf(group, {})
  const bakeTimeInMinutes = Math.min(terminationWait, longest)
  const shift = isNetwork ? { strategy: 'BLUE_GREEN' } : shiftOf(routing)
  const shiftText = routing === undefined ? 'unknown' : shiftWords(shift)
  const rollsBack = (event: string) => rollbackEvents.includes(event)
  const breaker = { enable: true, rollback: rollsBack('DEPLOYMENT_FAILURE') }
  const watched = { alarmNames: alarms, enable: alarms.length > 0, rollback: rollsBack('DEPLOYMENT_STOP_ON_ALARM') }
  const pause = pauseOf(group, readyWait)
  return {
    configuration: {
      ...shift,
      bakeTimeInMinutes,
      deploymentCircuitBreaker: breaker,
      alarms: alarms.length > 0 ? watched : { alarmNames: [], enable: false, rollback: false },
    },
    pause,
    rows: [
      { from: group.deploymentConfigName ?? 'deployment configuration', to: shiftText },
      { from: `terminationWaitTimeInMinutes ${terminationWait}`, to: `bakeTimeInMinutes ${bakeTimeInMinutes}` },
      ...(pause
        ? [
            {
              from: readyWait > 0 ? `ready wait ${readyWait} min` : 'ready wait without a time',
              to: `PAUSE hook at POST_TEST_TRAFFIC_SHIFT, ROLLBACK after ${pause.timeoutConfiguration.timeoutInMinutes} min`,
            },
          ]
        : []),
      {
        from: alarms.length > 0 ? `alarms ${alarms.join(', ')}` : 'no alarms',
        to: alarms.length > 0 ? `the same, rollback ${watched.rollback ? 'on' : 'off'}` : 'the same',
      },
      {
        from: `auto-rollback ${rollbackEvents.join(', ') || 'off'}`,
        to: `deploymentCircuitBreaker with rollback ${breaker.rollback ? 'on' : 'off'}`,
      },
    ],
  }
}

/** A group may wait without saying for how long (API DeploymentReadyOption). */
function pauseOf({ blueGreenDeploymentConfiguration: blueGreen }: DeploymentGroup, readyWait: number) {
  const { actionOnTimeout, waitTimeInMinutes } = blueGreen?.deploymentReadyOption ?? {}
  const isUnsaid = actionOnTimeout === 'STOP_DEPLOYMENT' && waitTimeInMinutes === undefined
  if (readyWait === 0 && !isUnsaid) return undefined
  const timeoutInMinutes = isUnsaid ? usualPause : Math.min(readyWait, longestPause)
  return {
    targetType: 'PAUSE',
    lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
    timeoutConfiguration: { timeoutInMinutes, action: 'ROLLBACK' },
  }
}

function shiftOf({ type, timeBasedCanary, timeBasedLinear }: TrafficRouting = {}): DeploymentConfiguration {
  if (type === 'TimeBasedCanary')
    return {
      strategy: 'CANARY',
      canaryConfiguration: {
        canaryPercent: timeBasedCanary?.canaryPercentage ?? 10,
        canaryBakeTimeInMinutes: Math.min(timeBasedCanary?.canaryInterval ?? 5, longest),
      },
    }
  if (type === 'TimeBasedLinear')
    return {
      strategy: 'LINEAR',
      linearConfiguration: {
        stepPercent: Math.max(timeBasedLinear?.linearPercentage ?? 10, smallestStep),
        stepBakeTimeInMinutes: Math.min(timeBasedLinear?.linearInterval ?? 1, longest),
      },
    }
  return { strategy: 'BLUE_GREEN' }
}

function shiftWords({ strategy = '', canaryConfiguration, linearConfiguration }: DeploymentConfiguration): string {
  if (canaryConfiguration)
    return `${strategy} ${canaryConfiguration.canaryPercent}%, then the rest after ${canaryConfiguration.canaryBakeTimeInMinutes} min`
  if (linearConfiguration)
    return `${strategy} ${linearConfiguration.stepPercent}% every ${linearConfiguration.stepBakeTimeInMinutes} min`
  return strategy
}
