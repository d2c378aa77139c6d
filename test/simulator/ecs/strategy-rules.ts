/** What CreateService and UpdateService refuse of a deployment configuration. */
import type { DeploymentConfiguration, DeploymentLifecycleHook } from '@aws-sdk/client-ecs'
import { invalidParameter } from './state.ts'

/** Hooks of each type: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html */
const mostHooks = 10
const longestMinutes = 1440

/** `configuration` as it will be stored. Sentences about ranges are ours: AWS's are not known. */
export function checkDeploymentConfiguration(
  configuration: DeploymentConfiguration = {},
  controller: string = 'ECS',
): void {
  checkPercentages(configuration)
  const { alarms, deploymentCircuitBreaker: breaker, lifecycleHooks = [], strategy = 'ROLLING' } = configuration
  if (controller !== 'ECS') {
    if (breaker?.enable)
      throw invalidParameter('Deployment circuit breaker is only supported with the ECS deployment controller.')
    if (alarms?.enable)
      throw invalidParameter('Deployment alarms are only supported with the ECS deployment controller.')
    if (strategy !== 'ROLLING')
      throw invalidParameter(
        `The ${strategy} deployment strategy is only supported with the ECS deployment controller.`,
      )
  }
  if ((breaker?.thresholdConfiguration?.value ?? 1) < 1)
    throw invalidParameter('The value of thresholdConfiguration must be at least 1.')
  checkTimes(configuration)
  checkShifting(configuration)
  checkEarlySuccess(configuration)
  checkHooks(lifecycleHooks)
}

function checkPercentages({ minimumHealthyPercent = 100, maximumPercent = 200 }: DeploymentConfiguration): void {
  if (maximumPercent < 100 || maximumPercent < minimumHealthyPercent)
    throw invalidParameter('maximumPercent must be at least 100 and not less than minimumHealthyPercent.')
  if (maximumPercent === 100 && minimumHealthyPercent >= 100)
    throw invalidParameter(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    )
}

function checkTimes({ strategy, bakeTimeInMinutes }: DeploymentConfiguration): void {
  if (strategy === 'BLUE_GREEN' && bakeTimeInMinutes === undefined)
    throw invalidParameter('bakeTimeInMinutes is required when using the BLUE_GREEN deployment strategy')
  checkRange('bakeTimeInMinutes', bakeTimeInMinutes, 0, longestMinutes)
}

/** API CanaryConfiguration and LinearConfiguration: multiples of 0.1. */
function checkShifting(configuration: DeploymentConfiguration): void {
  const { strategy = 'ROLLING', canaryConfiguration, linearConfiguration } = configuration
  if (canaryConfiguration && strategy !== 'CANARY')
    throw invalidParameter('canaryConfiguration is only valid when the deployment strategy is CANARY')
  if (linearConfiguration && strategy !== 'LINEAR')
    throw invalidParameter('linearConfiguration is only valid when the deployment strategy is LINEAR')
  checkRange('canaryPercent', canaryConfiguration?.canaryPercent, 0.1, 100)
  checkRange('canaryBakeTimeInMinutes', canaryConfiguration?.canaryBakeTimeInMinutes, 0, longestMinutes)
  checkRange('stepPercent', linearConfiguration?.stepPercent, 3, 100)
  checkRange('stepBakeTimeInMinutes', linearConfiguration?.stepBakeTimeInMinutes, 0, longestMinutes)
  for (const percent of [canaryConfiguration?.canaryPercent, linearConfiguration?.stepPercent])
    if (percent !== undefined && Math.abs(percent * 10 - Math.round(percent * 10)) > 1e-6)
      throw invalidParameter('Percentages of traffic must be multiples of 0.1')
}

function checkRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && (value < least || value > most))
    throw invalidParameter(`${name} must be between ${least} and ${most}`)
}

/** API DeploymentEarlySuccessCriteria. */
function checkEarlySuccess({
  strategy,
  earlySuccessCriteria,
  minimumHealthyPercent = 100,
}: DeploymentConfiguration): void {
  if (!earlySuccessCriteria?.enable) return
  const { healthyPercent, sourceServiceRevisionCleanup } = earlySuccessCriteria
  if (strategy && strategy !== 'ROLLING')
    throw invalidParameter('earlySuccessCriteria is only valid when the deployment strategy is ROLLING')
  if (healthyPercent === undefined || sourceServiceRevisionCleanup === undefined)
    throw invalidParameter(
      'healthyPercent and sourceServiceRevisionCleanup are required when earlySuccessCriteria is enabled',
    )
  if (healthyPercent < minimumHealthyPercent)
    throw invalidParameter('healthyPercent must be greater than or equal to minimumHealthyPercent')
}

function checkHooks(hooks: readonly DeploymentLifecycleHook[]): void {
  for (const { targetType = 'AWS_LAMBDA', lifecycleStages = [], hookTargetArn, roleArn } of hooks) {
    if (lifecycleStages.length === 0) throw invalidParameter('lifecycleStages is required for lifecycle hooks')
    const isTraffic = lifecycleStages.some(
      (stage) => stage === 'TEST_TRAFFIC_SHIFT' || stage === 'PRODUCTION_TRAFFIC_SHIFT',
    )
    if (targetType === 'PAUSE' && isTraffic) throw invalidParameter('Invalid lifecycle stage provided for Pause Hook')
    if (targetType === 'AWS_LAMBDA' && (!hookTargetArn || !roleArn))
      throw invalidParameter('hookTargetArn and roleArn are required for AWS_LAMBDA lifecycle hooks')
  }
  const pauses = hooks.filter(({ targetType }) => targetType === 'PAUSE').length
  if (pauses > mostHooks || hooks.length - pauses > mostHooks)
    throw invalidParameter(`A service can have at most ${mostHooks} lifecycle hooks of each type`)
}
