import type { AdvancedConfiguration, FailureThreshold, LifecycleHook, LoadBalancer } from '../../../ports.ts'

/** API DeploymentConfiguration, `strategy`. */
export const strategies = ['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'] as const
/** A deployment strategy (ECS API DeploymentConfiguration, `strategy`). */
export type Strategy = (typeof strategies)[number]

/** What the input circuit-breaker takes: with `on`, a deployment that fails is stopped and not rolled back. */
export const circuitBreakers = ['off', 'on', 'roll-back'] as const
/** A value of the input `circuit-breaker`. */
export type CircuitBreaker = (typeof circuitBreakers)[number]

/**
 * The requested deployment configuration of a service, under the names of the inputs and of slipway.yml in camel case. What is
 * undefined stays as the service has it.
 */
export interface DeploymentSettings {
  readonly strategy?: Strategy | undefined
  readonly canaryPercent?: number | undefined
  readonly canaryBakeMinutes?: number | undefined
  readonly linearStepPercent?: number | undefined
  readonly linearStepBakeMinutes?: number | undefined
  readonly bakeMinutes?: number | undefined
  readonly minimumHealthyPercent?: number | undefined
  readonly maximumPercent?: number | undefined
  readonly circuitBreaker?: CircuitBreaker | undefined
  readonly circuitBreakerThreshold?: Required<FailureThreshold> | undefined
  /** Empty: none is watched any more. */
  readonly alarms?: readonly string[] | undefined
  readonly alarmsRollBack?: boolean | undefined
  /** In AWS's own shape; all that the service is to have. */
  readonly lifecycleHooks?: readonly LifecycleHook[] | undefined
  readonly earlySuccess?: EarlySuccess | 'off' | undefined
  /** For the one target group of a service, or for each of several by its `targetGroupArn`. */
  readonly loadBalancerConfiguration?: AdvancedConfiguration | readonly LoadBalancer[] | undefined
}

/** `cleanUp`: of old tasks, before the end (BLOCKING) or after it (DEFERRED); undefined for what the service has. */
export interface EarlySuccess {
  readonly healthyPercent: number
  readonly cleanUp?: 'BLOCKING' | 'DEFERRED' | undefined
}

/** Settings that only some strategies have (API DeploymentConfiguration). */
export const strategiesOf: Readonly<Partial<Record<keyof DeploymentSettings, readonly Strategy[]>>> = {
  canaryPercent: ['CANARY'],
  canaryBakeMinutes: ['CANARY'],
  linearStepPercent: ['LINEAR'],
  linearStepBakeMinutes: ['LINEAR'],
  bakeMinutes: ['BLUE_GREEN', 'LINEAR', 'CANARY'],
  earlySuccess: ['ROLLING'],
}

/** What the inputs say, filled up with slipway.yml: without what belongs to its own strategy where the inputs name another. */
export function combineSettings(file: DeploymentSettings | undefined, inputs: DeploymentSettings): DeploymentSettings {
  const { strategy } = inputs
  const given = (settings: DeploymentSettings) => Object.entries(settings).filter(([, value]) => value !== undefined)
  const fitting = given(file ?? {}).filter(([name]) => {
    const wanted = strategiesOf[name as keyof DeploymentSettings]
    return strategy === undefined || wanted === undefined || wanted.includes(strategy)
  })
  return Object.fromEntries([...fitting, ...given(inputs)])
}

/** Bounds, inclusive, as the API reference has them (CanaryConfiguration, LinearConfiguration, DeploymentConfiguration). */
export const bounds = {
  canaryPercent: [0.1, 100],
  linearStepPercent: [3, 100],
  /** Bake times: 24 hours is what a stage may take. */
  minutes: [0, 1440],
  minimumHealthyPercent: [0, 100],
  maximumPercent: [100, 200],
} as const

/** `50%` (at least 3 tasks, at most 200), `50% unbounded`, or `5` tasks. Undefined for what is none of them. */
export function readThreshold(given: string): Required<FailureThreshold> | undefined {
  const [, digits, percent, unbounded] = /^(\d{1,6})\s*(%)?\s*(unbounded)?$/.exec(given.trim()) ?? []
  const value = Number(digits)
  if (digits === undefined || value < 1 || (unbounded && !percent)) return undefined
  if (!percent) return { type: 'COUNT', value }
  return { type: unbounded ? 'UNBOUNDED_PERCENT' : 'BOUNDED_PERCENT', value }
}

/** `off`, `75%`, `75% deferred` or `75% blocking`. Undefined for what is none of them. */
export function readEarlySuccess(given: string): EarlySuccess | 'off' | undefined {
  if (given.trim() === 'off') return 'off'
  const [, digits, word] = /^(\d{1,3})\s*%?(?:\s+(deferred|blocking))?$/.exec(given.trim()) ?? []
  if (digits === undefined || Number(digits) > 100) return undefined
  const cleanUp = word === undefined ? undefined : word === 'blocking' ? 'BLOCKING' : 'DEFERRED'
  return { healthyPercent: Number(digits), cleanUp }
}

/** What `readThreshold` and `readEarlySuccess` take, for messages. */
export const notations = {
  circuitBreakerThreshold: 'a percentage such as 50% or 50% unbounded, or a number of tasks such as 5',
  earlySuccess: 'off, or a percentage such as 75%, 75% deferred or 75% blocking',
}

/** True for a percentage of traffic that AWS takes: a multiple of 0.1. */
export function isShare(value: number): boolean {
  return Math.abs(value * 10 - Math.round(value * 10)) < 1e-6
}

/** The name of a setting in slipway.yml and inputs: `canary-percent` of `canaryPercent`. */
export function nameOf(setting: keyof DeploymentSettings): string {
  return setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Names of the settings that are given. */
export function givenNames(settings: DeploymentSettings | undefined): readonly string[] {
  return Object.entries(settings ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [nameOf(name as keyof DeploymentSettings)],
  )
}
