import {
  bounds,
  circuitBreakers,
  type DeploymentSettings,
  isShare,
  notations,
  readEarlySuccess,
  readThreshold,
  strategies,
} from '../deployment/strategy/settings.ts'
import { Failure } from '../failure.ts'
import type { AdvancedConfiguration, Json, LifecycleHook, LoadBalancer } from '../ports.ts'
import {
  type InputReader,
  type Inputs,
  integer,
  invalidInputs,
  list,
  optionalFlag,
  optionalOneOf,
  optionalText,
} from '../runner/inputs.ts'
import { type Text, text } from '../text.ts'

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
  'lifecycle-hooks': optionalText,
  'early-success': notation(readEarlySuccess, notations.earlySuccess),
  'load-balancer-configuration': optionalText,
}

type StrategyInputs = Inputs<typeof strategyInputs>

/** The settings that the inputs give. Throws `inputs-invalid` for JSON or YAML of another form. */
export async function settingsOf(inputs: StrategyInputs): Promise<DeploymentSettings> {
  const problems: Text[] = []
  const [lifecycleHooks, loadBalancerConfiguration] = [
    await written('lifecycle-hooks', inputs.lifecycleHooks, 'a list of objects', isObjects, problems),
    await written(
      'load-balancer-configuration',
      inputs.loadBalancerConfiguration,
      'an object, or a list of objects',
      (value) => isObject(value) || isObjects(value),
      problems,
    ),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
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
    lifecycleHooks: lifecycleHooks as readonly LifecycleHook[] | undefined,
    earlySuccess: inputs.earlySuccess,
    loadBalancerConfiguration: loadBalancerConfiguration as AdvancedConfiguration | readonly LoadBalancer[] | undefined,
  }
}

async function written(
  name: string,
  given: string | undefined,
  form: string,
  isRight: (value: Json) => boolean,
  problems: Text[],
): Promise<Json | undefined> {
  if (given === undefined) return undefined
  // Loaded only now: few deployments have such an input, and YAML takes time to load.
  const { parseDocument } = await import('../document.ts')
  try {
    const { value } = parseDocument(given, name)
    if (isRight(value)) return value
    problems.push(text`${name} must be ${form} in JSON or YAML`)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    problems.push(text`${name} must be ${form} in JSON or YAML: ${error.parts.what}, ${error.parts.why ?? ''}`)
  }
  return undefined
}

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isObjects(value: Json): boolean {
  return Array.isArray(value) && value.every(isObject)
}
