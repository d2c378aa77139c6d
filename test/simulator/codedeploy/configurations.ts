/** Deployment configurations: how production traffic moves from blue to green. */
import type {
  CreateDeploymentConfigInput,
  DeploymentConfigInfo,
  GetDeploymentConfigInput,
  ListDeploymentConfigsInput,
  TrafficRoutingConfig,
} from '@aws-sdk/client-codedeploy'
import type { Handlers } from '../contract.ts'
import { paginate, uuid } from '../identifiers.ts'
import { type CodeDeployState, refusal } from './state.ts'

export const allAtOnce = 'CodeDeployDefault.ECSAllAtOnce'

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configurations-predefined-ecs */
const predefined: Readonly<Record<string, TrafficRoutingConfig>> = {
  [allAtOnce]: { type: 'AllAtOnce' },
  'CodeDeployDefault.ECSLinear10PercentEvery1Minutes': linear(10, 1),
  'CodeDeployDefault.ECSLinear10PercentEvery3Minutes': linear(10, 3),
  'CodeDeployDefault.ECSCanary10Percent5Minutes': canary(10, 5),
  'CodeDeployDefault.ECSCanary10Percent15Minutes': canary(10, 15),
}

/** Names of other compute platforms, which ListDeploymentConfigs names too. */
const otherPlatforms = ['CodeDeployDefault.AllAtOnce', 'CodeDeployDefault.HalfAtATime', 'CodeDeployDefault.OneAtATime']

function linear(linearPercentage: number, linearInterval: number): TrafficRoutingConfig {
  return { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage, linearInterval } }
}

function canary(canaryPercentage: number, canaryInterval: number): TrafficRoutingConfig {
  return { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage, canaryInterval } }
}

export function findConfig(state: CodeDeployState, name: string): DeploymentConfigInfo {
  const trafficRoutingConfig = predefined[name]
  if (trafficRoutingConfig)
    return {
      deploymentConfigId: '00000000-0000-0000-0000-000000000001',
      deploymentConfigName: name,
      computePlatform: 'ECS',
      createTime: new Date(0),
      trafficRoutingConfig,
    }
  const custom = state.customConfigs.get(name)
  if (!custom)
    throw refusal('DeploymentConfigDoesNotExistException', `No Deployment Configuration found for name: ${name}`)
  return custom
}

/** When how much of the traffic reaches green: seconds since AllowTraffic began, and percent. The last step is 100. */
export function trafficSteps(
  routing: TrafficRoutingConfig | undefined,
): readonly { readonly atSeconds: number; readonly percent: number }[] {
  if (routing?.type === 'TimeBasedCanary') {
    const { canaryPercentage = 10, canaryInterval = 5 } = routing.timeBasedCanary ?? {}
    return [
      { atSeconds: 0, percent: canaryPercentage },
      { atSeconds: canaryInterval * 60, percent: 100 },
    ]
  }
  if (routing?.type === 'TimeBasedLinear') {
    const { linearPercentage = 10, linearInterval = 1 } = routing.timeBasedLinear ?? {}
    return Array.from({ length: Math.ceil(100 / linearPercentage) }, (_, step) => ({
      atSeconds: step * linearInterval * 60,
      percent: Math.min(100, (step + 1) * linearPercentage),
    }))
  }
  return [{ atSeconds: 0, percent: 100 }]
}

function validate(routing: TrafficRoutingConfig | undefined) {
  const percentage = routing?.timeBasedCanary?.canaryPercentage ?? routing?.timeBasedLinear?.linearPercentage
  const interval = routing?.timeBasedCanary?.canaryInterval ?? routing?.timeBasedLinear?.linearInterval
  const isTimed = routing?.type === 'TimeBasedCanary' || routing?.type === 'TimeBasedLinear'
  const matches = routing?.type === 'TimeBasedCanary' ? routing.timeBasedCanary : routing?.timeBasedLinear
  const isFine = isTimed
    ? matches && Number(percentage) >= 1 && Number(percentage) <= 99 && Number(interval) >= 1
    : routing?.type === 'AllAtOnce' && percentage === undefined
  if (!isFine)
    throw refusal(
      'InvalidTrafficRoutingConfigurationException',
      'The configuration that specifies how traffic routes during a deployment is invalid.',
    )
}

export const configHandlers = (state: CodeDeployState): Handlers => ({
  CreateDeploymentConfig: (input: CreateDeploymentConfigInput) => {
    const name = input.deploymentConfigName ?? ''
    if (name.startsWith('CodeDeployDefault.'))
      throw refusal(
        'InvalidDeploymentConfigNameException',
        'Deployment configuration names cannot begin with CodeDeployDefault.',
      )
    if (state.customConfigs.has(name))
      throw refusal('DeploymentConfigAlreadyExistsException', `The deployment configuration ${name} already exists.`)
    if (input.computePlatform !== 'ECS')
      throw refusal('InvalidComputePlatformException', 'The simulator knows the compute platform ECS only.')
    validate(input.trafficRoutingConfig)
    const deploymentConfigId = uuid(state.world)
    state.customConfigs.set(name, {
      deploymentConfigId,
      deploymentConfigName: name,
      computePlatform: 'ECS',
      createTime: new Date(state.world.clock.now()),
      trafficRoutingConfig: input.trafficRoutingConfig,
    })
    return { deploymentConfigId }
  },
  GetDeploymentConfig: (input: GetDeploymentConfigInput) => ({
    deploymentConfigInfo: findConfig(state, input.deploymentConfigName ?? ''),
  }),
  ListDeploymentConfigs: (input: ListDeploymentConfigsInput) => {
    const names = [...Object.keys(predefined), ...otherPlatforms, ...state.customConfigs.keys()].sort()
    const { page, nextToken } = paginate(names, 100, input.nextToken)
    return { deploymentConfigsList: page, ...(nextToken && { nextToken }) }
  },
})
