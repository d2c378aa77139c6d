import { isDeepStrictEqual } from 'node:util'
import type { SettingChange } from '../../../deployment/plan.ts'
import { Failure } from '../../../failure.ts'
import type { AdvancedConfiguration, DeploymentConfiguration, LoadBalancer, Service } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import type { Engine } from '../request/ecs-record.ts'
import { type FormerSettings, formerOf, restored, type Settled } from '../request/former-settings.ts'
import { type DeploymentSettings, givenNames } from '../request/requested-settings.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { settingChanges } from './setting-changes.ts'
import { strategyProblems } from './strategy-rules.ts'

/** A deployment configuration that differs from the one that a service has. */
export interface Arrangement {
  /** The whole of it; undefined where only load balancers change. */
  readonly deploymentConfiguration?: DeploymentConfiguration | undefined
  /** All of them; undefined where they stay. Changing them makes ECS start a deployment. */
  readonly loadBalancers?: readonly LoadBalancer[] | undefined
  readonly changes: readonly SettingChange[]
  /** What takes it back. */
  readonly former: FormerSettings
}

/**
 * The change of a service for the requested settings, or for its previous ones; undefined when there is none. Makes no call.
 * Throws `inputs-invalid` with everything that AWS would refuse, and `service-unsupported` where ECS does not deploy.
 *
 * UpdateService keeps omitted members of `deploymentConfiguration`, but replaces a given one with all below it:
 * `canaryConfiguration {canaryPercent: 30}` turned {21, 9} into {30, 10}, and a circuit breaker without `rollback` lost it
 * (measured on AWS in August 2026, go-to-k/cdkd #1805 and #1848). So the whole is sent as it was read, with the settings put in.
 */
export function arrange(
  { settings, former }: Pick<ServiceRequest, 'settings' | 'former'>,
  service: Service,
  engine: Engine,
): Arrangement | undefined {
  if (former) return difference(service, restored(former, service))
  if (settings === undefined || givenNames(settings).length === 0) return undefined
  if (engine !== 'ecs-rolling') throw notByEcs(service, settings)
  const before = service.deploymentConfiguration ?? {}
  const merged = merge(before, settings)
  const loadBalancers = withAdvanced(service.loadBalancers ?? [], settings.loadBalancerConfiguration)
  const problems = strategyProblems(settings, { service, merged, loadBalancers })
  if (problems.length > 0) {
    throw new Failure({
      code: 'inputs-invalid',
      what: text`The deployment settings are invalid for the service ${untrusted(service.serviceName ?? '')}`,
      why: problems.flatMap((problem, index) => (index === 0 ? problem : ['; ', ...problem])),
      fix: text`Correct them. Nothing has been changed on AWS.`,
    })
  }
  return difference(service, { configuration: merged, loadBalancers })
}

function difference({ deploymentConfiguration = {}, loadBalancers = [] }: Service, after: Settled) {
  const now = { configuration: deploymentConfiguration, loadBalancers }
  const changes = settingChanges(now, after)
  if (changes.length === 0) return undefined
  const isOnlyTraffic = changes.every(({ name }) => name === 'load balancer')
  return {
    changes,
    former: formerOf(now, after),
    ...(isOnlyTraffic ? {} : { deploymentConfiguration: after.configuration }),
    ...(isDeepStrictEqual(after.loadBalancers, loadBalancers) ? {} : { loadBalancers: after.loadBalancers }),
  }
}

function notByEcs({ serviceName = '', deploymentController }: Service, settings: DeploymentSettings): Failure {
  const names: Text = givenNames(settings).flatMap((name, index) => [index === 0 ? '' : ', ', setting(name)])
  return new Failure({
    code: 'service-unsupported',
    what: text`The service ${untrusted(serviceName)} does not support ${names}`,
    why: text`these settings are of the deployment controller ECS, and the service has ${untrusted(deploymentController?.type ?? 'unknown')}`,
    fix: text`Remove them. With CodeDeploy, use ${setting('codedeploy-deployment-config')} for the traffic steps, and the deployment group for alarms and rollback.`,
  })
}

function merge(before: DeploymentConfiguration, settings: DeploymentSettings): DeploymentConfiguration {
  const { canaryConfiguration, linearConfiguration, earlySuccessCriteria: _, ...kept } = before
  const strategy = settings.strategy ?? before.strategy
  const canary = present({
    ...canaryConfiguration,
    ...present({ canaryPercent: settings.canaryPercent, canaryBakeTimeInMinutes: settings.canaryBakeMinutes }),
  })
  const linear = present({
    ...linearConfiguration,
    ...present({ stepPercent: settings.linearStepPercent, stepBakeTimeInMinutes: settings.linearStepBakeMinutes }),
  })
  return {
    ...kept,
    ...present({
      strategy,
      bakeTimeInMinutes: settings.bakeMinutes,
      minimumHealthyPercent: settings.minimumHealthyPercent,
      maximumPercent: settings.maximumPercent,
      canaryConfiguration: strategy === 'CANARY' && Object.keys(canary).length > 0 ? canary : undefined,
      linearConfiguration: strategy === 'LINEAR' && Object.keys(linear).length > 0 ? linear : undefined,
      deploymentCircuitBreaker: circuitBreaker(before, settings),
      alarms: alarms(before, settings),
      lifecycleHooks: settings.lifecycleHooks,
      earlySuccessCriteria: earlySuccess(before, settings, strategy),
    }),
  }
}

function circuitBreaker(
  { deploymentCircuitBreaker: before }: DeploymentConfiguration,
  { circuitBreaker: wanted, circuitBreakerThreshold }: DeploymentSettings,
): DeploymentConfiguration['deploymentCircuitBreaker'] {
  if (wanted === undefined && circuitBreakerThreshold === undefined) return before
  return {
    enable: before?.enable ?? false,
    rollback: before?.rollback ?? false,
    ...before,
    ...(wanted === undefined ? {} : { enable: wanted !== 'off', rollback: wanted === 'roll-back' }),
    ...(circuitBreakerThreshold === undefined ? {} : { thresholdConfiguration: circuitBreakerThreshold }),
  }
}

/** Alarms that are watched now decide about the rollback; where none are, a firing one rolls back. */
function alarms(
  { alarms: before }: DeploymentConfiguration,
  { alarms: names, alarmsRollBack }: DeploymentSettings,
): DeploymentConfiguration['alarms'] {
  if (names === undefined && alarmsRollBack === undefined) return before
  const alarmNames = names ?? before?.alarmNames ?? []
  if (alarmNames.length === 0) return { alarmNames: [], enable: false, rollback: false }
  const rollback = alarmsRollBack ?? (before?.enable ? (before.rollback ?? false) : true)
  return { alarmNames, enable: true, rollback }
}

/** Turned off where another strategy would make AWS refuse it. */
function earlySuccess(
  { earlySuccessCriteria: before }: DeploymentConfiguration,
  { earlySuccess: wanted }: DeploymentSettings,
  strategy: string | undefined = 'ROLLING',
): DeploymentConfiguration['earlySuccessCriteria'] {
  if (wanted === 'off' || (strategy !== 'ROLLING' && wanted === undefined))
    return before?.enable ? { enable: false } : before
  if (wanted === undefined) return before
  const { healthyPercent, cleanUp } = wanted
  const sourceServiceRevisionCleanup = cleanUp ?? before?.sourceServiceRevisionCleanup ?? 'DEFERRED'
  return { enable: true, healthyPercent, sourceServiceRevisionCleanup }
}

function withAdvanced(
  balancers: readonly LoadBalancer[],
  wanted: DeploymentSettings['loadBalancerConfiguration'],
): readonly LoadBalancer[] {
  if (wanted === undefined) return balancers
  return balancers.map((balancer) => {
    const found = isList(wanted)
      ? wanted.find(({ targetGroupArn }) => targetGroupArn === balancer.targetGroupArn)?.advancedConfiguration
      : wanted
    return found ? { ...balancer, advancedConfiguration: { ...balancer.advancedConfiguration, ...found } } : balancer
  })
}

function isList(value: AdvancedConfiguration | readonly LoadBalancer[]): value is readonly LoadBalancer[] {
  return Array.isArray(value)
}

function present<T extends object>(members: T): { [Member in keyof T]?: Exclude<T[Member], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Member in keyof T]?: Exclude<T[Member], undefined>
  }
}
