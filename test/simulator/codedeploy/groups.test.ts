import {
  BatchGetDeploymentGroupsCommand,
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  CreateDeploymentCommand,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  ListApplicationsCommand,
  ListDeploymentConfigsCommand,
  ListDeploymentGroupsCommand,
  ListDeploymentsCommand,
  type ListDeploymentsCommandInput,
  ListDeploymentTargetsCommand,
  UpdateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy'
import { describe, expect, test } from '@jest/globals'
import { appSpec, scene } from './scene.ts'

const refusedWith = (name: string, message?: string) =>
  expect.objectContaining({ name, ...(message !== undefined && { message }) })

describe('what CreateDeployment refuses', () => {
  test('a second deployment while one is active, naming it', async () => {
    const { deploy, deployment, advance } = await scene()
    const id = await deploy()
    const message = `The Deployment Group 'DgpECS-shop-api' already has an active Deployment '${id}'`
    await expect(deploy()).rejects.toThrow(refusedWith('DeploymentLimitExceededException', message))
    advance(900)
    expect((await deployment(id)).status).toBe('Succeeded')
    await expect(deploy()).resolves.toMatch(/^d-[A-Z0-9]{9}$/)
  })

  test.each([
    ['DescriptionTooLongException', { description: 'x'.repeat(513) }],
    ['DeploymentConfigDoesNotExistException', { deploymentConfigName: 'Nobody' }],
    ['ApplicationDoesNotExistException', { applicationName: 'Nobody' }],
    ['DeploymentGroupDoesNotExistException', { deploymentGroupName: 'Nobody' }],
    ['RevisionRequiredException', { revision: undefined }],
    ['InvalidRevisionException', { revision: { revisionType: 'AppSpecContent' as const } }],
    [
      'InvalidRevisionException',
      { revision: { revisionType: 'AppSpecContent' as const, appSpecContent: { content: '{}', sha256: 'ab' } } },
    ],
    ['InvalidAutoRollbackConfigException', { autoRollbackConfiguration: { enabled: true } }],
    ['InvalidAlarmConfigException', { overrideAlarmConfiguration: { enabled: true } }],
  ])('%s: %j', async (name, input) => {
    const { deploy } = await scene()
    await expect(deploy(input)).rejects.toThrow(refusedWith(name))
  })

  test('no token makes it idempotent: the same request again is a second deployment', async () => {
    const { codedeploy, deploy, names, two, advance } = await scene()
    const first = await deploy()
    advance(900)
    const revision = { revisionType: 'AppSpecContent' as const, appSpecContent: { content: appSpec(two) } }
    const { deploymentId } = await codedeploy.send(
      new CreateDeploymentCommand({ applicationName: names.application, deploymentGroupName: names.group, revision }),
    )
    expect(deploymentId).not.toBe(first)
  })
})

describe('deployment groups', () => {
  test('are found, and keep members that were not given absent', async () => {
    const { codedeploy } = await scene({ terminationWaitMinutes: undefined, readyWait: 30 })
    const applicationName = 'AppECS-shop-api'
    expect((await codedeploy.send(new ListApplicationsCommand({}))).applications).toEqual([applicationName])
    const { deploymentGroups } = await codedeploy.send(new ListDeploymentGroupsCommand({ applicationName }))
    expect(deploymentGroups).toEqual(['DgpECS-shop-api'])
    const { deploymentGroupsInfo } = await codedeploy.send(
      new BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames: deploymentGroups }),
    )
    expect(deploymentGroupsInfo?.[0]).toMatchObject({
      computePlatform: 'ECS',
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      ecsServices: [{ clusterName: 'shop', serviceName: 'api' }],
    })
    expect(deploymentGroupsInfo?.[0]?.blueGreenDeploymentConfiguration).toEqual({
      deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 30 },
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE' },
    })
  })

  test('name their last deployments, and follow an update', async () => {
    const { codedeploy, deploy, advance, names } = await scene()
    const id = await deploy()
    advance(900)
    const group = { applicationName: names.application, deploymentGroupName: names.group }
    await codedeploy.send(
      new UpdateDeploymentGroupCommand({
        applicationName: names.application,
        currentDeploymentGroupName: names.group,
        deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
      }),
    )
    const { deploymentGroupInfo } = await codedeploy.send(new GetDeploymentGroupCommand(group))
    expect(deploymentGroupInfo).toMatchObject({
      deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
      lastSuccessfulDeployment: { deploymentId: id, status: 'Succeeded' },
      lastAttemptedDeployment: { deploymentId: id },
    })
  })

  test.each([
    ['ECSServiceMappingLimitExceededException', {}],
    ['InvalidDeploymentStyleException', { deploymentStyle: { deploymentType: 'IN_PLACE' as const } }],
    ['InvalidECSServiceException', { ecsServices: [{ clusterName: 'shop', serviceName: 'nobody' }] }],
    ['InvalidLoadBalancerInfoException', { loadBalancerInfo: undefined }],
    ['InvalidTargetGroupPairException', { loadBalancerInfo: { targetGroupPairInfoList: [{}] } }],
    [
      'InvalidBlueGreenDeploymentConfigurationException',
      {
        blueGreenDeploymentConfiguration: {
          terminateBlueInstancesOnDeploymentSuccess: {
            action: 'TERMINATE' as const,
            terminationWaitTimeInMinutes: 2881,
          },
        },
      },
    ],
  ])('%s', async (name, change) => {
    const { codedeploy, names } = await scene()
    const { deploymentGroupInfo } = await codedeploy.send(
      new GetDeploymentGroupCommand({ applicationName: names.application, deploymentGroupName: names.group }),
    )
    const { deploymentStyle, loadBalancerInfo, ecsServices, serviceRoleArn } = deploymentGroupInfo ?? {}
    const command = new CreateDeploymentGroupCommand({
      applicationName: names.application,
      deploymentGroupName: 'another',
      serviceRoleArn,
      deploymentStyle,
      loadBalancerInfo,
      ecsServices,
      ...change,
    })
    await expect(codedeploy.send(command)).rejects.toThrow(refusedWith(name))
  })
})

test('a custom configuration shifts as it says', async () => {
  const { codedeploy, deploy, advance, weights } = await scene()
  const deploymentConfigName = 'ThreeThenAll'
  await codedeploy.send(
    new CreateDeploymentConfigCommand({
      deploymentConfigName,
      computePlatform: 'ECS',
      trafficRoutingConfig: { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage: 3, canaryInterval: 2 } },
    }),
  )
  const { deploymentConfigInfo } = await codedeploy.send(new GetDeploymentConfigCommand({ deploymentConfigName }))
  expect(deploymentConfigInfo?.trafficRoutingConfig?.timeBasedCanary?.canaryPercentage).toBe(3)
  const { deploymentConfigsList } = await codedeploy.send(new ListDeploymentConfigsCommand({}))
  expect(deploymentConfigsList).toEqual(
    expect.arrayContaining([deploymentConfigName, 'CodeDeployDefault.ECSLinear10PercentEvery1Minutes']),
  )
  await deploy({ deploymentConfigName })
  while (weights().green === 0) advance(1)
  expect(weights().green).toBe(3)
  advance(121)
  expect(weights().green).toBe(100)
})

test('deployments are listed by group, status and time, newest first', async () => {
  const { codedeploy, deploy, advance, names, sim } = await scene()
  const first = await deploy()
  advance(900)
  const between = new Date(sim.clock.now())
  advance(60)
  const second = await deploy()
  const list = async (input: ListDeploymentsCommandInput) =>
    (await codedeploy.send(new ListDeploymentsCommand(input))).deployments
  const group = { applicationName: names.application, deploymentGroupName: names.group }
  expect(await list(group)).toEqual([second, first])
  expect(await list({ ...group, includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Ready'] })).toEqual([second])
  expect(await list({ createTimeRange: { end: between } })).toEqual([first])
  await expect(list({ applicationName: names.application })).rejects.toThrow(
    refusedWith('DeploymentGroupNameRequiredException'),
  )
  const { deploymentsInfo } = await codedeploy.send(new BatchGetDeploymentsCommand({ deploymentIds: [second, first] }))
  expect(deploymentsInfo?.map(({ deploymentId, status }) => [deploymentId, status])).toEqual([
    [second, 'Created'],
    [first, 'Succeeded'],
  ])
  await expect(codedeploy.send(new ListDeploymentTargetsCommand({ deploymentId: second }))).rejects.toThrow(
    refusedWith('DeploymentNotStartedException'),
  )
  const { targetIds } = await codedeploy.send(new ListDeploymentTargetsCommand({ deploymentId: first }))
  const { deploymentTargets } = await codedeploy.send(
    new BatchGetDeploymentTargetsCommand({ deploymentId: first, targetIds }),
  )
  expect(targetIds).toEqual(['shop:api'])
  expect(deploymentTargets?.[0]?.ecsTarget?.status).toBe('Succeeded')
})
