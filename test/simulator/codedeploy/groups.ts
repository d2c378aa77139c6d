/** Deployment groups of the compute platform ECS. */
import type {
  BatchGetDeploymentGroupsInput,
  CreateDeploymentGroupInput,
  DeleteDeploymentGroupInput,
  DeploymentGroupInfo,
  GetDeploymentGroupInput,
  LastDeploymentInfo,
  ListDeploymentGroupsInput,
  UpdateDeploymentGroupInput,
} from '@aws-sdk/client-codedeploy'
import type { Handlers } from '../contract.ts'
import { paginate, uuid } from '../identifiers.ts'
import { findApplication } from './applications.ts'
import { findConfig } from './configurations.ts'
import {
  type ApplicationRecord,
  type CodeDeployState,
  type DeploymentRecord,
  type GroupRecord,
  refusal,
  regionOf,
} from './state.ts'

export function findGroup(application: ApplicationRecord, name: string | undefined): GroupRecord {
  const found = application.groups.get(name ?? '')
  if (!found) throw refusal('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${name}`)
  return found
}

export function validateAlarms(configuration: CreateDeploymentGroupInput['alarmConfiguration']) {
  if (configuration?.enabled && !configuration.alarms?.length)
    throw refusal('InvalidAlarmConfigException', 'Alarm configuration is enabled but no alarms are specified.')
}

export function validateAutoRollback(configuration: CreateDeploymentGroupInput['autoRollbackConfiguration']) {
  if (configuration?.enabled && !configuration.events?.length)
    throw refusal(
      'InvalidAutoRollbackConfigException',
      'Automatic rollback configuration is enabled but no events are specified.',
    )
}

function validateTargetGroups(settings: CreateDeploymentGroupInput) {
  const [pair, ...others] = settings.loadBalancerInfo?.targetGroupPairInfoList ?? []
  if (!pair)
    throw refusal('InvalidLoadBalancerInfoException', 'A target group pair is required for the ECS compute platform.')
  const production = pair.prodTrafficRoute?.listenerArns?.length ?? 0
  const test = pair.testTrafficRoute?.listenerArns?.length ?? 0
  if (others.length > 0 || pair.targetGroups?.length !== 2 || production !== 1 || test > 1)
    throw refusal(
      'InvalidTargetGroupPairException',
      'Specify one target group pair with two target groups, one production listener and at most one test listener.',
    )
}

/** Waits in minutes: https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html */
function validateWaits(settings: CreateDeploymentGroupInput) {
  const { deploymentReadyOption, terminateBlueInstancesOnDeploymentSuccess } =
    settings.blueGreenDeploymentConfiguration ?? {}
  const terminationWait = terminateBlueInstancesOnDeploymentSuccess?.terminationWaitTimeInMinutes ?? 0
  const readyWait = deploymentReadyOption?.waitTimeInMinutes ?? 0
  const isStopping = deploymentReadyOption?.actionOnTimeout === 'STOP_DEPLOYMENT'
  if (terminationWait > 2880 || readyWait > 7200 || (readyWait > 0 && !isStopping))
    throw refusal(
      'InvalidBlueGreenDeploymentConfigurationException',
      'The configuration for the blue/green deployment group was provided in an invalid format.',
    )
}

function validateServices(state: CodeDeployState, settings: CreateDeploymentGroupInput, self?: GroupRecord) {
  const [wanted, ...others] = settings.ecsServices ?? []
  if (!wanted?.clusterName || !wanted.serviceName || others.length > 0)
    throw refusal('InvalidECSServiceException', 'Specify one Amazon ECS service with its cluster.')
  const service = regionOf(state).ecs.service(wanted.clusterName, wanted.serviceName)
  if (service?.deploymentControllerType !== 'CODE_DEPLOY')
    throw refusal(
      'InvalidECSServiceException',
      `The Amazon ECS service ${wanted.clusterName}/${wanted.serviceName} does not exist or has no CODE_DEPLOY controller.`,
    )
  for (const { groups } of state.applications.values())
    for (const group of groups.values()) {
      const [taken] = group.settings.ecsServices ?? []
      if (group !== self && taken?.clusterName === wanted.clusterName && taken.serviceName === wanted.serviceName)
        throw refusal(
          'ECSServiceMappingLimitExceededException',
          `The Amazon ECS service is associated with more than one deployment groups: ${group.settings.deploymentGroupName}`,
        )
    }
}

function validate(state: CodeDeployState, settings: CreateDeploymentGroupInput, self?: GroupRecord) {
  const style = settings.deploymentStyle
  if (style?.deploymentType !== 'BLUE_GREEN' || style.deploymentOption !== 'WITH_TRAFFIC_CONTROL')
    throw refusal(
      'InvalidDeploymentStyleException',
      'For ECS deployment group, deployment type must be BLUE_GREEN and deployment option WITH_TRAFFIC_CONTROL.',
    )
  if (!settings.serviceRoleArn) throw refusal('RoleRequiredException', 'The role ID was not specified.')
  if (settings.deploymentConfigName) findConfig(state, settings.deploymentConfigName)
  validateTargetGroups(settings)
  validateWaits(settings)
  validateAlarms(settings.alarmConfiguration)
  validateAutoRollback(settings.autoRollbackConfiguration)
  validateServices(state, settings, self)
}

const lastDeployment = (deployment: DeploymentRecord): LastDeploymentInfo => ({
  deploymentId: deployment.id,
  status: deployment.status,
  createTime: new Date(deployment.createdAt),
  ...(deployment.completedAt !== undefined && { endTime: new Date(deployment.completedAt) }),
})

function describe({ id, settings, lastAttempted, lastSuccessful }: GroupRecord): DeploymentGroupInfo {
  const { tags: _tags, autoScalingGroups: _groups, ...kept } = settings
  return {
    ...kept,
    deploymentGroupId: id,
    computePlatform: 'ECS',
    deploymentConfigName: settings.deploymentConfigName ?? 'CodeDeployDefault.ECSAllAtOnce',
    ...(lastSuccessful?.revision && { targetRevision: lastSuccessful.revision }),
    ...(lastSuccessful && { lastSuccessfulDeployment: lastDeployment(lastSuccessful) }),
    ...(lastAttempted && { lastAttemptedDeployment: lastDeployment(lastAttempted) }),
  } as DeploymentGroupInfo
}

export const groupHandlers = (state: CodeDeployState): Handlers => ({
  CreateDeploymentGroup: (input: CreateDeploymentGroupInput) => {
    const { groups } = findApplication(state, input.applicationName)
    const name = input.deploymentGroupName ?? ''
    if (groups.has(name))
      throw refusal('DeploymentGroupAlreadyExistsException', `Deployment group name ${name} already exists`)
    validate(state, input)
    const id = uuid(state.world)
    groups.set(name, { id, settings: input, lastSuccessful: undefined, lastAttempted: undefined })
    return { deploymentGroupId: id }
  },
  GetDeploymentGroup: (input: GetDeploymentGroupInput) => ({
    deploymentGroupInfo: describe(findGroup(findApplication(state, input.applicationName), input.deploymentGroupName)),
  }),
  BatchGetDeploymentGroups: (input: BatchGetDeploymentGroupsInput) => {
    const { groups } = findApplication(state, input.applicationName)
    const names = input.deploymentGroupNames ?? []
    if (names.length > 100) throw refusal('BatchLimitExceededException', 'The maximum number of names is 100.')
    const missing = names.filter((name) => !groups.has(name))
    return {
      deploymentGroupsInfo: names.flatMap((name) => groups.get(name) ?? []).map(describe),
      ...(missing.length > 0 && { errorMessage: `No deployment groups found for names: ${missing.join(', ')}` }),
    }
  },
  ListDeploymentGroups: (input: ListDeploymentGroupsInput) => {
    const { applicationName, groups } = findApplication(state, input.applicationName)
    const { page, nextToken } = paginate([...groups.keys()].sort(), 100, input.nextToken)
    return { applicationName, deploymentGroups: page, ...(nextToken && { nextToken }) }
  },
  UpdateDeploymentGroup: (input: UpdateDeploymentGroupInput) => {
    const application = findApplication(state, input.applicationName)
    const { groups } = application
    const group = findGroup(application, input.currentDeploymentGroupName)
    const { currentDeploymentGroupName, newDeploymentGroupName, ...changes } = input
    const name = newDeploymentGroupName ?? currentDeploymentGroupName ?? ''
    const settings = { ...group.settings, ...changes, deploymentGroupName: name } as CreateDeploymentGroupInput
    validate(state, settings, group)
    group.settings = settings
    groups.delete(currentDeploymentGroupName ?? '')
    groups.set(name, group)
    return {}
  },
  DeleteDeploymentGroup: (input: DeleteDeploymentGroupInput) => {
    state.applications.get(input.applicationName ?? '')?.groups.delete(input.deploymentGroupName ?? '')
    return {}
  },
})
