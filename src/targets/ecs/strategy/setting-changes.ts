import { isDeepStrictEqual } from 'node:util'
import type { SettingChange } from '../../../deployment/plan.ts'
import type { AdvancedConfiguration, DeploymentConfiguration, LifecycleHook } from '../../../ports.ts'
import type { Settled } from '../request/former-settings.ts'

/** `value`: what is compared, with AWS's defaults in it; `words`: its display text. */
interface Setting {
  readonly value: unknown
  readonly words: string
}

/** What differs, setting by setting: `strategy ROLLING → CANARY 5 % for 10 min`. */
export function settingChanges(before: Settled, after: Settled): readonly SettingChange[] {
  const [old, now] = [settingsOf(before), settingsOf(after)]
  return Object.entries(now).flatMap(([name, { value, words }]) => {
    const was = old[name]
    if (was === undefined || isDeepStrictEqual(was.value, value)) return []
    return [{ name, from: was.words, to: was.words === words ? `${words} (other details differ)` : words }]
  })
}

/** `5 % for 10 min` of a canary, `10 % every 6 min` of a linear strategy; undefined for those without steps. */
export function stepsOf(configuration: DeploymentConfiguration | undefined): string | undefined {
  const { strategy, canaryConfiguration, linearConfiguration } = configuration ?? {}
  if (strategy === 'CANARY') {
    const { percent, minutes } = canary(canaryConfiguration)
    return `${percent}% for ${minutes} min`
  }
  if (strategy !== 'LINEAR') return undefined
  const { percent, minutes } = linear(linearConfiguration)
  return `${percent}% every ${minutes} min`
}

/** Minutes between two steps of traffic: AWS's own defaults where nothing is set (API CanaryConfiguration, LinearConfiguration). */
export function stepMinutes(configuration: DeploymentConfiguration | undefined): number {
  const { strategy, canaryConfiguration, linearConfiguration } = configuration ?? {}
  if (strategy === 'CANARY') return canary(canaryConfiguration).minutes
  return strategy === 'LINEAR' ? linear(linearConfiguration).minutes : 0
}

/** Minutes that a deployment spends waiting between its steps and after the last one. */
export function shiftMinutes(configuration: DeploymentConfiguration | undefined): number {
  const { strategy = 'ROLLING', linearConfiguration, bakeTimeInMinutes = 0 } = configuration ?? {}
  if (strategy === 'ROLLING') return 0
  const steps = strategy === 'LINEAR' ? Math.ceil(100 / linear(linearConfiguration).percent) - 1 : 1
  return steps * stepMinutes(configuration) + bakeTimeInMinutes
}

function canary({
  canaryPercent = 5,
  canaryBakeTimeInMinutes = 10,
}: DeploymentConfiguration['canaryConfiguration'] = {}) {
  return { percent: canaryPercent, minutes: canaryBakeTimeInMinutes }
}

function linear({ stepPercent = 10, stepBakeTimeInMinutes = 6 }: DeploymentConfiguration['linearConfiguration'] = {}) {
  return { percent: stepPercent, minutes: stepBakeTimeInMinutes }
}

function settingsOf({ configuration, loadBalancers }: Settled): Readonly<Record<string, Setting>> {
  const { strategy = 'ROLLING', bakeTimeInMinutes = 0, lifecycleHooks = [] } = configuration
  const { minimumHealthyPercent = 100, maximumPercent = 200 } = configuration
  const steps = stepsOf(configuration)
  const advanced = loadBalancers.map(({ advancedConfiguration }) => advancedConfiguration)
  return {
    strategy: plain(steps ? `${strategy} ${steps}` : strategy),
    'bake time': plain(`${bakeTimeInMinutes} min`),
    'minimum healthy percent': plain(`${minimumHealthyPercent}%`),
    'maximum percent': plain(`${maximumPercent}%`),
    'circuit breaker': circuitBreaker(configuration),
    alarms: alarms(configuration),
    'lifecycle hooks': { value: lifecycleHooks.map(complete), words: lifecycleHooks.map(hook).join('; ') || 'none' },
    'early success': plain(earlySuccess(configuration)),
    'load balancer': { value: advanced, words: advanced.map(traffic).join('; ') || 'none' },
  }
}

function plain(words: string): Setting {
  return { value: words, words }
}

function circuitBreaker({ deploymentCircuitBreaker: breaker = {} }: DeploymentConfiguration): Setting {
  if (!breaker.enable) return plain('off')
  const { type = 'BOUNDED_PERCENT', value = 50 } = breaker.thresholdConfiguration ?? {}
  const threshold = {
    COUNT: `${value} failed tasks`,
    UNBOUNDED_PERCENT: `${value}% of the tasks, unbounded`,
    BOUNDED_PERCENT: `${value}% of the tasks, at least 3 and at most 200`,
  }[type]
  return plain(`${breaker.rollback ? 'rolls back' : 'stops'} at ${threshold ?? `${value} (${type})`}`)
}

function alarms({ alarms: { enable, rollback, alarmNames = [] } = {} }: DeploymentConfiguration): Setting {
  if (!enable || alarmNames.length === 0) return plain('none')
  return plain(`${alarmNames.toSorted().join(', ')} (${rollback ? 'roll back' : 'stop'})`)
}

/** With what the API writes where nothing is given (DeploymentLifecycleHook, DeploymentLifecycleHookTimeoutConfiguration). */
function complete({ lifecycleStages = [], timeoutConfiguration, ...rest }: LifecycleHook): LifecycleHook {
  return {
    targetType: 'AWS_LAMBDA',
    ...rest,
    lifecycleStages: lifecycleStages.toSorted(),
    timeoutConfiguration: { timeoutInMinutes: 1440, action: 'ROLLBACK', ...timeoutConfiguration },
  }
}

function hook({ targetType = 'AWS_LAMBDA', hookTargetArn, lifecycleStages = [] }: LifecycleHook): string {
  return `${targetType === 'PAUSE' ? 'pause' : functionName(hookTargetArn)} at ${lifecycleStages.join(', ')}`
}

/** `check` of `arn:aws:lambda:eu-west-1:111122223333:function:check`, with its version where it has one. */
export function functionName(arn: string = 'a function'): string {
  return /:function:(.+)$/.exec(arn)?.[1] ?? arn
}

function earlySuccess({ earlySuccessCriteria: criteria }: DeploymentConfiguration): string {
  if (!criteria?.enable) return 'off'
  const cleanUp = (criteria.sourceServiceRevisionCleanup ?? 'unknown').toLowerCase()
  return `${criteria.healthyPercent ?? 100}% healthy, ${cleanUp} clean-up`
}

function traffic(advanced: AdvancedConfiguration | undefined): string {
  const group = advanced?.alternateTargetGroupArn
  return group ? `alternate target group ${/:targetgroup\/([^/]+)/.exec(group)?.[1] ?? group}` : 'one target group'
}
