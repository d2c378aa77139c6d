import type { DeploymentConfiguration, LoadBalancer, Service } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import { type DeploymentSettings, nameOf, strategiesOf } from '../request/requested-settings.ts'
import { hookProblems } from './lifecycle-hook-rules.ts'

interface Merged {
  readonly service: Service
  readonly merged: DeploymentConfiguration
  readonly loadBalancers: readonly LoadBalancer[]
}

/** Everything that AWS would refuse of these settings at this service, each a line that names the inputs. */
export function strategyProblems(settings: DeploymentSettings, merged: Merged): readonly Text[] {
  return [
    ...ofOtherStrategies(settings, merged.merged),
    ...percentages(settings, merged),
    ...earlySuccess(merged.merged),
    ...breakerAndAlarms(settings, merged.merged),
    ...(settings.lifecycleHooks === undefined ? [] : hookProblems(settings.lifecycleHooks)),
    ...traffic(settings, merged),
  ]
}

/** API DeploymentConfiguration documents for each member which strategy it applies to. */
function ofOtherStrategies(settings: DeploymentSettings, merged: DeploymentConfiguration): readonly Text[] {
  const { strategy = 'ROLLING', bakeTimeInMinutes } = merged
  const wrong = Object.entries(strategiesOf).flatMap(([name, wanted]) => {
    const key = name as keyof DeploymentSettings
    const isAsked = settings[key] !== undefined && settings[key] !== 'off'
    if (!isAsked || wanted.some((one) => one === strategy)) return []
    return [text`${setting(nameOf(key))} requires strategy ${wanted.join(' or ')}, and it is ${untrusted(strategy)}`]
  })
  const isUnbaked = strategy === 'BLUE_GREEN' && bakeTimeInMinutes === undefined
  return isUnbaked
    ? [...wrong, text`${setting('bake-minutes')} is required with strategy BLUE_GREEN (0 is allowed)`]
    : wrong
}

/** A service of the DAEMON kind has no second task to start beside the first, and rules of its own. */
function percentages(settings: DeploymentSettings, { service, merged }: Merged): readonly Text[] {
  const isAsked = settings.minimumHealthyPercent !== undefined || settings.maximumPercent !== undefined
  if (!isAsked || service.schedulingStrategy === 'DAEMON') return []
  const { minimumHealthyPercent: least = 100, maximumPercent: most = 200 } = merged
  const stuck = (merged.strategy ?? 'ROLLING') === 'ROLLING' && least >= 100 && most <= 100
  return stuck
    ? [
        text`${setting('minimum-healthy-percent')} and ${setting('maximum-percent')} cannot both be 100: ECS could neither stop a task first nor start one first (lower the former, or raise the latter)`,
      ]
    : []
}

/** API DeploymentEarlySuccessCriteria. */
function earlySuccess({
  minimumHealthyPercent = 100,
  earlySuccessCriteria: criteria,
}: DeploymentConfiguration): readonly Text[] {
  const percent = criteria?.enable ? criteria.healthyPercent : undefined
  return percent !== undefined && percent < minimumHealthyPercent
    ? [
        text`${setting('early-success')} (${percent}%) must not be lower than ${setting('minimum-healthy-percent')} (${minimumHealthyPercent}%)`,
      ]
    : []
}

function breakerAndAlarms(settings: DeploymentSettings, merged: DeploymentConfiguration): readonly Text[] {
  const isOff = settings.circuitBreakerThreshold !== undefined && !merged.deploymentCircuitBreaker?.enable
  const isUnwatched = settings.alarmsRollBack !== undefined && !merged.alarms?.enable
  return [
    ...(isOff
      ? [
          text`${setting('circuit-breaker-threshold')} requires a deployment circuit breaker, and it is off; set ${setting('circuit-breaker')}`,
        ]
      : []),
    ...(isUnwatched
      ? [text`${setting('alarms-roll-back')} requires alarms, and the service has none; set ${setting('alarms')}`]
      : []),
  ]
}

const needed = ['alternateTargetGroupArn', 'productionListenerRule', 'roleArn'] as const
/** Form of AWS's own check: a rule of an Application Load Balancer, a listener of a Network Load Balancer. */
const ruleArn = /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:(listener-rule\/app|listener\/net)\/.+/

/**
 * API LoadBalancer and AdvancedConfiguration; sentences of AWS in the developer guide, "Troubleshooting Amazon ECS
 * blue/green deployments".
 */
function traffic(settings: DeploymentSettings, { service, merged, loadBalancers }: Merged): readonly Text[] {
  const { loadBalancerConfiguration: wanted, strategy } = settings
  if (wanted === undefined && strategy === undefined) return []
  const own = service.loadBalancers ?? []
  const isShifting = (merged.strategy ?? 'ROLLING') !== 'ROLLING'
  return [
    ...(wanted === undefined ? [] : misplaced(wanted, own)),
    ...loadBalancers.flatMap((balancer) => (isShifting ? missing(balancer, merged.strategy) : [])),
    ...loadBalancers.flatMap(malformed),
    ...doubled(loadBalancers),
  ]
}

function misplaced(
  wanted: NonNullable<DeploymentSettings['loadBalancerConfiguration']>,
  own: readonly LoadBalancer[],
): readonly Text[] {
  if (own.length === 0)
    return [text`${setting('load-balancer-configuration')} is set, and the service has no load balancer`]
  const classic = own.find(({ loadBalancerName }) => loadBalancerName !== undefined)
  if (classic)
    return [
      text`${setting('load-balancer-configuration')} does not support Classic Load Balancers, and the service has one`,
    ]
  if (!('length' in wanted)) {
    const several = text`${setting('load-balancer-configuration')} must be a list with one targetGroupArn for each of the ${own.length} target groups of the service`
    return own.length > 1 ? [several] : []
  }
  return wanted.flatMap(({ targetGroupArn = '' }) =>
    own.some((balancer) => balancer.targetGroupArn === targetGroupArn)
      ? []
      : [
          text`${setting('load-balancer-configuration')} names the target group ${untrusted(targetGroupArn)}, which the service does not have`,
        ],
  )
}

function missing({ targetGroupArn = '', advancedConfiguration }: LoadBalancer, strategy = ''): readonly Text[] {
  const absent = needed.filter((member) => !advancedConfiguration?.[member])
  if (absent.length === 0) return []
  return [
    text`strategy ${untrusted(strategy)} shifts traffic between two target groups, and ${setting('load-balancer-configuration')} has no ${absent.join(', ')} for ${untrusted(shortGroup(targetGroupArn))}`,
  ]
}

function malformed({ advancedConfiguration: advanced }: LoadBalancer): readonly Text[] {
  const { productionListenerRule: production, testListenerRule: test } = advanced ?? {}
  const wrong = [production, test].filter((arn) => arn !== undefined && !ruleArn.test(arn))
  return [
    ...wrong.map(
      (arn) =>
        text`${setting('load-balancer-configuration')} must have the ARN of an Application Load Balancer rule or of a Network Load Balancer listener, not ${untrusted(arn ?? '')}`,
    ),
    ...(production !== undefined && production === test
      ? [
          text`${setting('load-balancer-configuration')} has the same rule as productionListenerRule and testListenerRule`,
        ]
      : []),
  ]
}

function doubled(balancers: readonly LoadBalancer[]): readonly Text[] {
  if (balancers.every(({ advancedConfiguration }) => advancedConfiguration === undefined)) return []
  const arns = balancers.flatMap(({ targetGroupArn, advancedConfiguration }) => [
    targetGroupArn,
    advancedConfiguration?.alternateTargetGroupArn,
  ])
  const twice = arns.find((arn, index) => arn !== undefined && arns.indexOf(arn) !== index)
  return twice === undefined
    ? []
    : [text`${setting('load-balancer-configuration')} uses the target group ${untrusted(shortGroup(twice))} twice`]
}

function shortGroup(arn: string): string {
  return /:targetgroup\/([^/]+)/.exec(arn)?.[1] ?? arn
}
