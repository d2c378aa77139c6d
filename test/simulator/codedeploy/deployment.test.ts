import { ContinueDeploymentCommand, StopDeploymentCommand } from '@aws-sdk/client-codedeploy'
import { describe, expect, test } from '@jest/globals'
import { appSpec, scene } from './scene.ts'

const allSucceeded = [
  'BeforeInstall:Succeeded',
  'Install:Succeeded',
  'AfterInstall:Succeeded',
  'AllowTestTraffic:Succeeded',
  'AfterAllowTestTraffic:Succeeded',
  'BeforeAllowTraffic:Succeeded',
  'AllowTraffic:Succeeded',
  'AfterAllowTraffic:Succeeded',
]
const linear = 'CodeDeployDefault.ECSLinear10PercentEvery1Minutes'
const canary = 'CodeDeployDefault.ECSCanary10Percent5Minutes'

test('a linear deployment keeps the recorded timeline of AWS', async () => {
  const { deploy, deployment, target, events, advance, weights, running, testWeights, two } = await scene({
    deploymentConfig: linear,
  })
  const id = await deploy()
  expect((await deployment(id)).status).toBe('Created')
  await expect(target(id)).rejects.toThrow(expect.objectContaining({ name: 'DeploymentTargetDoesNotExistException' }))
  const seen = []
  let at = 0
  for (const until of [26, 117, 140, 163, 209, 324, 531, 692, 761]) {
    advance(until - at)
    at = until
    seen.push([until, weights().green, (await target(id)).taskSetsInfo?.map((set) => set.trafficWeight)])
  }
  expect(seen).toEqual([
    [26, 0, [100, 0]],
    [117, 0, [100, 0]],
    [140, 10, [90, 10]],
    [163, 10, [90, 10]],
    [209, 20, [80, 20]],
    [324, 40, [60, 40]],
    [531, 70, [30, 70]],
    [692, 100, [0, 100]],
    [761, 100, [0, 100]],
  ])
  expect(await events(id)).toEqual(allSucceeded)
  expect(await deployment(id)).toMatchObject({ status: 'InProgress', instanceTerminationWaitTimeStarted: true })
  expect(await running()).toEqual({ taskDefinition: two, taskSets: ['ACTIVE api:1', 'PRIMARY api:2'] })
  expect(testWeights()).toEqual({ blue: 0, green: 1 })
  advance(976 + 30 - 761)
  expect((await deployment(id)).status).toBe('Succeeded')
  expect((await running()).taskSets).toEqual(['PRIMARY api:2'])
})

describe('traffic over time', () => {
  test.each([
    ['CodeDeployDefault.ECSAllAtOnce', [100, 100, 100]],
    [linear, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
    ['CodeDeployDefault.ECSLinear10PercentEvery3Minutes', [10, 10, 10, 20, 20, 20, 30]],
    [canary, [10, 10, 10, 10, 10, 100]],
    ['CodeDeployDefault.ECSCanary10Percent15Minutes', [...Array<number>(15).fill(10), 100]],
  ])('%s', async (deploymentConfig, expected) => {
    const { deploy, advance, weights, target } = await scene({ deploymentConfig })
    const id = await deploy()
    while (weights().green === 0) advance(1)
    const seen = expected.map((_, minute) => {
      advance(minute === 0 ? 1 : 60)
      return weights().green
    })
    expect(seen).toEqual(expected)
    expect((await target(id)).taskSetsInfo?.[1]?.trafficWeight).toBe(expected.at(-1))
  })
})

test('a deployment may be queued before it begins', async () => {
  const { deploy, deployment, advance, service } = await scene()
  service.quirks.queuedSeconds = 60
  const id = await deploy()
  advance(30)
  expect(await deployment(id)).toMatchObject({ status: 'Queued' })
  advance(40)
  expect(await deployment(id)).toMatchObject({ status: 'InProgress' })
})

test('without a test listener there are six events', async () => {
  const { deploy, events, advance } = await scene({ withoutTestListener: true })
  const id = await deploy()
  advance(600)
  expect(await events(id)).toEqual(allSucceeded.filter((event) => !event.includes('AllowTestTraffic')))
})

test('a group without waits and without blue/green configuration ends right after the shift', async () => {
  const { deploy, deployment, advance } = await scene({ withoutBlueGreenConfiguration: true })
  const id = await deploy()
  advance(150)
  const info = await deployment(id)
  expect(info.status).toBe('Succeeded')
  expect(info.blueGreenDeploymentConfiguration).toBeUndefined()
})

describe('an unhealthy replacement', () => {
  const unhealthy = async (autoRollback: NonNullable<Parameters<typeof scene>[0]>['autoRollback']) => {
    const made = await scene({ deploymentConfig: canary, ...(autoRollback && { autoRollback }) })
    made.sim.world.scenarios.set('two', { kind: 'crash', exitCode: 1 })
    const id = await made.deploy()
    made.advance(3500)
    expect((await made.deployment(id)).status).toBe('InProgress')
    made.advance(200)
    return { ...made, id, info: await made.deployment(id) }
  }

  test('fails after an hour and is rolled back by a second deployment', async () => {
    const { id, info, events, deployment, running, weights, one } = await unhealthy(['DEPLOYMENT_FAILURE'])
    expect(info).toMatchObject({
      status: 'Failed',
      errorInformation: {
        code: 'TIMEOUT',
        message:
          'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
      },
    })
    expect((await events(id)).slice(0, 3)).toEqual([
      'BeforeInstall:Succeeded',
      'Install:Failed',
      'AfterInstall:Skipped',
    ])
    const rollbackId = info.rollbackInfo?.rollbackDeploymentId ?? ''
    expect(info.rollbackInfo?.rollbackMessage).toBe(
      `Deployment ${id} terminated. Automatic rollback is triggered with a DeploymentId ${rollbackId}.`,
    )
    expect(await deployment(rollbackId)).toMatchObject({
      status: 'Succeeded',
      creator: 'codeDeployRollback',
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      rollbackInfo: {
        rollbackTriggeringDeploymentId: id,
        rollbackMessage: `Deployment ${rollbackId} is triggered to roll back deployment ${id}.`,
      },
    })
    expect(await running()).toEqual({ taskDefinition: one, taskSets: ['PRIMARY api:1'] })
    expect(weights()).toEqual({ blue: 100, green: 0 })
  })

  test('stays where it is without automatic roll back, and the next deployment replaces it', async () => {
    const { info, running, sim, deploy, deployment, advance } = await unhealthy([])
    expect(info.rollbackInfo).toBeUndefined()
    expect((await running()).taskSets).toEqual(['PRIMARY api:1', 'ACTIVE api:2'])
    sim.world.scenarios.set('two', { kind: 'healthy' })
    const again = await deploy()
    advance(1000)
    expect((await deployment(again)).status).toBe('Succeeded')
    expect((await running()).taskSets).toEqual(['PRIMARY api:2'])
  })
})

describe('alarms', () => {
  const alarmActive = {
    code: 'ALARM_ACTIVE',
    message:
      'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <api-5xx>',
  }

  test('an alarm in the middle of the shift stops the deployment and restores the traffic in 23 seconds', async () => {
    const { deploy, deployment, target, events, advance, weights, testWeights, alarms, running } = await scene({
      deploymentConfig: linear,
      alarms: ['api-5xx', 'api-latency'],
    })
    const id = await deploy()
    advance(240)
    expect(weights().green).toBeGreaterThan(0)
    alarms.setState('api-5xx', 'ALARM')
    advance(23)
    expect(weights()).toEqual({ blue: 100, green: 0 })
    expect(await deployment(id)).toMatchObject({ status: 'Stopped', errorInformation: alarmActive })
    expect((await events(id)).slice(-2)).toEqual(['AllowTraffic:Failed', 'AfterAllowTraffic:Skipped'])
    expect((await running()).taskSets).toEqual(['PRIMARY api:1'])
    expect(testWeights()).toEqual({ blue: 100, green: 0 })
    const rollback = await target((await deployment(id)).rollbackInfo?.rollbackDeploymentId ?? '')
    expect(rollback.taskSetsInfo?.map((set) => [set.taskSetLabel, set.status, set.trafficWeight])).toEqual([
      ['Blue', 'PRIMARY', 100],
      ['Green', 'DRAINING', 0],
    ])
  })

  test('an alarm that is active from the start stops the deployment in Install', async () => {
    const { deploy, deployment, events, advance, alarms } = await scene({ alarms: ['api-5xx'] })
    alarms.setState('api-5xx', 'ALARM')
    const id = await deploy()
    advance(95)
    expect((await deployment(id)).status).toBe('InProgress')
    advance(20)
    expect(await deployment(id)).toMatchObject({ status: 'Stopped', errorInformation: alarmActive })
    expect((await events(id))[1]).toBe('Install:Failed')
  })

  test('an override without alarms lets the deployment pass', async () => {
    const { deploy, deployment, advance, alarms } = await scene({ alarms: ['api-5xx'] })
    alarms.setState('api-5xx', 'ALARM')
    const id = await deploy({ overrideAlarmConfiguration: { enabled: false } })
    advance(600)
    expect((await deployment(id)).status).toBe('Succeeded')
  })

  test('an alarm in the termination wait brings the old version back', async () => {
    const { deploy, advance, alarms, running, weights, one } = await scene({ alarms: ['api-5xx'] })
    await deploy()
    advance(240)
    expect((await running()).taskSets).toEqual(['ACTIVE api:1', 'PRIMARY api:2'])
    alarms.setState('api-5xx', 'ALARM')
    advance(40)
    expect(await running()).toEqual({ taskDefinition: one, taskSets: ['PRIMARY api:1'] })
    expect(weights()).toEqual({ blue: 100, green: 0 })
  })
})

describe('StopDeployment', () => {
  test.each([
    [true, [], 0, true],
    [undefined, ['DEPLOYMENT_STOP_ON_REQUEST'], 0, true],
    [undefined, ['DEPLOYMENT_FAILURE'], 10, false],
    [false, ['DEPLOYMENT_STOP_ON_REQUEST'], 10, false],
  ] as const)('autoRollbackEnabled %s with events %j', async (autoRollbackEnabled, autoRollback, green, rollsBack) => {
    const { codedeploy, deploy, deployment, advance, weights } = await scene({
      deploymentConfig: canary,
      autoRollback: [...autoRollback],
    })
    const id = await deploy()
    advance(200)
    expect(weights().green).toBe(10)
    const answer = await codedeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled }))
    expect(answer.status).toBe('Pending')
    advance(40)
    const info = await deployment(id)
    expect(info).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } })
    expect(info.rollbackInfo !== undefined).toBe(rollsBack)
    expect(weights().green).toBe(green)
    await expect(codedeploy.send(new StopDeploymentCommand({ deploymentId: id }))).rejects.toThrow(
      expect.objectContaining({ name: 'DeploymentAlreadyCompletedException' }),
    )
  })

  test('a roll back can fail, and then the traffic stays', async () => {
    const { codedeploy, deploy, deployment, advance, weights, service } = await scene({ deploymentConfig: canary })
    service.quirks.rollbackFailure = { code: 'INTERNAL_ERROR', message: 'There was an internal error.' }
    const id = await deploy()
    advance(200)
    await codedeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }))
    advance(60)
    const { rollbackInfo } = await deployment(id)
    expect((await deployment(rollbackInfo?.rollbackDeploymentId ?? '')).status).toBe('Failed')
    expect(weights().green).toBe(10)
  })
})

describe('hooks', () => {
  const hooks = [{ AfterAllowTestTraffic: 'CodeDeployHook_smoke' }]

  test('production traffic waits for a hook that succeeds', async () => {
    const { deploy, two, advance, weights, service } = await scene()
    service.hook('CodeDeployHook_smoke', { kind: 'Succeeded', seconds: 300 })
    await deploy({ content: appSpec(two, hooks) })
    advance(400)
    expect(weights().green).toBe(0)
    advance(60)
    expect(weights().green).toBe(100)
  })

  test.each([
    [
      'Failed',
      20,
      'HOOK_EXECUTION_FAILURE',
      'ScriptFailed',
      'The deployment failed because one or more of the lifecycle event validation functions failed.',
    ],
    [
      'never',
      3600,
      'TIMEOUT',
      'ScriptTimedOut',
      'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.',
    ],
  ] as const)('a hook that answers %s fails the deployment', async (kind, seconds, code, errorCode, message) => {
    const { deploy, two, advance, service, deployment, target } = await scene()
    service.hook('CodeDeployHook_smoke', { kind })
    const id = await deploy({ content: appSpec(two, hooks) })
    advance(150 + seconds)
    expect(await deployment(id)).toMatchObject({ status: 'Failed', errorInformation: { code, message } })
    const event = (await target(id)).lifecycleEvents?.[4]
    expect(event).toMatchObject({
      status: 'Failed',
      diagnostics: { errorCode, scriptName: 'CodeDeployHook_smoke', message },
    })
  })
})

describe('waits', () => {
  test('a ready wait ends by ContinueDeployment, the termination wait too', async () => {
    const { codedeploy, deploy, deployment, advance, weights, running } = await scene({
      readyWait: 60,
      terminationWaitMinutes: 60,
    })
    const deploymentId = await deploy()
    const proceed = (deploymentWaitType: 'READY_WAIT' | 'TERMINATION_WAIT') =>
      codedeploy.send(new ContinueDeploymentCommand({ deploymentId, deploymentWaitType }))
    await expect(proceed('READY_WAIT')).rejects.toThrow(
      expect.objectContaining({ name: 'DeploymentIsNotInReadyStateException' }),
    )
    advance(300)
    expect((await deployment(deploymentId)).status).toBe('Ready')
    expect(weights().green).toBe(0)
    await proceed('READY_WAIT')
    advance(30)
    expect(weights().green).toBe(100)
    expect((await deployment(deploymentId)).status).toBe('InProgress')
    await proceed('TERMINATION_WAIT')
    advance(5)
    expect((await deployment(deploymentId)).status).toBe('Succeeded')
    expect((await running()).taskSets).toEqual(['PRIMARY api:2'])
  })

  test('nobody continues: the deployment is stopped', async () => {
    const { deploy, deployment, advance } = await scene({ readyWait: 15 })
    const id = await deploy()
    advance(200 + 15 * 60)
    expect(await deployment(id)).toMatchObject({
      status: 'Stopped',
      errorInformation: {
        code: 'TIMEOUT',
        message:
          'The deployment timed out while waiting for a notification to continue. This time out period is 15 minutes.',
      },
    })
  })
})

describe('revisions that cannot be deployed', () => {
  const definition = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api'
  const withContainer = (name: string, port: number) =>
    appSpec(`${definition}:2`).replace(
      '"ContainerName":"api","ContainerPort":8080',
      `"ContainerName":"${name}","ContainerPort":${port}`,
    )

  test.each([
    ['ECS_UPDATE_ERROR', 'Invalid revision number. Number: latest', appSpec(`${definition}:latest`)],
    ['ECS_UPDATE_ERROR', 'TaskDefinition not found.', appSpec(`${definition}:99`)],
    ['ECS_UPDATE_ERROR', 'The container does not exist in the task definition.', withContainer('web', 8080)],
    ['ECS_UPDATE_ERROR', 'The container api did not have a container port 443 defined.', withContainer('api', 443)],
    [
      'INVALID_REVISION',
      'TaskDefinition is required',
      'version: 0.0\nResources: [{TargetService: {Type: "AWS::ECS::Service", Properties: {}}}]',
    ],
    ['INVALID_REVISION', 'neither JSON nor YAML', '{"version": 0.0,'],
  ])('%s: %s', async (code, message, content) => {
    const { deploy, deployment, advance } = await scene()
    const id = await deploy({ content })
    advance(20)
    const { status, errorInformation } = await deployment(id)
    expect([status, errorInformation?.code]).toEqual(['Failed', code])
    expect(errorInformation?.message).toContain(message)
  })

  test('YAML with keys in any case is an AppSpec too', async () => {
    const { deploy, deployment, advance, two } = await scene()
    const id = await deploy({
      content: `version: 0.0\nresources:\n  - TargetService:\n      type: AWS::ECS::Service\n      properties:\n        taskDefinition: "${two}"\n        loadBalancerInfo: { containerName: api, containerPort: 8080 }\n`,
    })
    advance(900)
    expect((await deployment(id)).status).toBe('Succeeded')
  })
})
