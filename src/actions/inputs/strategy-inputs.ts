import type { AdvancedConfiguration, LifecycleHook, LoadBalancer } from '../../ports.ts'
import { type InputReader, type Inputs, integer, list, optionalFlag, optionalOneOf } from '../../runner/inputs.ts'
import {
  bounds,
  circuitBreakers,
  type DeploymentSettings,
  isShare,
  notations,
  readEarlySuccess,
  readThreshold,
  strategies,
} from '../../targets/ecs/request/requested-settings.ts'
import { structured } from './structured-inputs.ts'

function share([least, most]: readonly [number, number]): InputReader<number | undefined> {
  return (given) => {
    if (given === '') return undefined
    const value = Number(given.replace(/\s*%$/, ''))
    if (/^\d{1,3}(\.\d+)?\s*%?$/.test(given) && value >= least && value <= most && isShare(value)) return value
    throw new Error(`must be a percentage from ${least} to ${most} in steps of 0.1, not "${given}"`)
  }
}

function notation<T>(read: (given: string) => T | undefined, allowed: string): InputReader<T | undefined> {
  return (given) => {
    if (given === '') return undefined
    const value = read(given)
    if (value !== undefined) return value
    throw new Error(`must be ${allowed}, not "${given}"`)
  }
}

/** Names, `none` for an empty list, or undefined when nothing is given. */
const alarmNames: InputReader<readonly string[] | undefined> = (given) =>
  given === '' ? undefined : given === 'none' ? [] : list(given)

const minutes = integer(...bounds.minutes, undefined)

/** Inputs that set the deployment configuration of a service; what is not given stays as the service has it. */
export const strategyInputs = {
  strategy: optionalOneOf(strategies),
  'canary-percent': share(bounds.canaryPercent),
  'canary-bake-minutes': minutes,
  'linear-step-percent': share(bounds.linearStepPercent),
  'linear-step-bake-minutes': minutes,
  'bake-minutes': minutes,
  'minimum-healthy-percent': integer(...bounds.minimumHealthyPercent, undefined),
  'maximum-percent': integer(...bounds.maximumPercent, undefined),
  'circuit-breaker': optionalOneOf(circuitBreakers),
  'circuit-breaker-threshold': notation(readThreshold, notations.circuitBreakerThreshold),
  alarms: alarmNames,
  'alarms-roll-back': optionalFlag,
  'lifecycle-hooks': structured<readonly LifecycleHook[]>({ list: 'DeploymentLifecycleHook' }),
  'early-success': notation(readEarlySuccess, notations.earlySuccess),
  'load-balancer-configuration': structured<AdvancedConfiguration | readonly LoadBalancer[]>({
    object: 'AdvancedConfiguration',
    list: 'LoadBalancer',
  }),
}

type StrategyInputs = Inputs<typeof strategyInputs>

/** The settings that the inputs give. */
export function settingsOf(inputs: StrategyInputs): DeploymentSettings {
  return {
    strategy: inputs.strategy,
    canaryPercent: inputs.canaryPercent,
    canaryBakeMinutes: inputs.canaryBakeMinutes,
    linearStepPercent: inputs.linearStepPercent,
    linearStepBakeMinutes: inputs.linearStepBakeMinutes,
    bakeMinutes: inputs.bakeMinutes,
    minimumHealthyPercent: inputs.minimumHealthyPercent,
    maximumPercent: inputs.maximumPercent,
    circuitBreaker: inputs.circuitBreaker,
    circuitBreakerThreshold: inputs.circuitBreakerThreshold,
    alarms: inputs.alarms,
    alarmsRollBack: inputs.alarmsRollBack,
    lifecycleHooks: inputs.lifecycleHooks,
    earlySuccess: inputs.earlySuccess,
    loadBalancerConfiguration: inputs.loadBalancerConfiguration,
  }
}
