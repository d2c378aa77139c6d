import {
  DescribeServiceRevisionsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import type { Behaviour } from '../contract.ts'
import { createRig, region } from './rig.ts'

const good = 'registry.example.com/api:v2'
const bad = 'registry.example.com/api:bad'

const withBadImage = (options: Parameters<typeof createRig>[0] = {}) => {
  const rig = createRig(options)
  rig.sim.world.scenarios.set('bad', { kind: 'crash', exitCode: 1 })
  return rig
}

describe('a rolling deployment', () => {
  test('ends SUCCESSFUL with the new revision alone, and tells of it newest first', async () => {
    const rig = createRig()
    const before = (await rig.service()).deployments![0]!
    const revision = await rig.deploy(good)
    const [primary, active] = (await rig.service()).deployments!
    expect([primary, active]).toMatchObject([
      { status: 'PRIMARY', taskDefinition: revision, rolloutState: 'IN_PROGRESS', desiredCount: 2, runningCount: 0 },
      { status: 'ACTIVE', id: before.id, rolloutState: 'COMPLETED', runningCount: 2 },
    ])
    expect(primary!.rolloutStateReason).toBe(`ECS deployment ${primary!.id} in progress.`)
    const end = await rig.finish()
    expect(end.status).toBe('SUCCESSFUL')
    expect(end.statusReason).toBeUndefined()
    const service = await rig.service()
    expect(service).toMatchObject({ taskDefinition: revision, runningCount: 2, pendingCount: 0 })
    expect(service.currentServiceDeployment).toBe(end.serviceDeploymentArn)
    expect(service.deployments).toMatchObject([
      { rolloutState: 'COMPLETED', rolloutStateReason: `ECS deployment ${primary!.id} completed.`, failedTasks: 0 },
    ])
    const messages = await rig.messages()
    expect(messages.slice(0, 2)).toEqual([
      '(service api) has reached a steady state.',
      `(service api) (deployment ${primary!.id}) deployment completed.`,
    ])
    expect(
      messages.some((message) =>
        /^\(service api\) has started 2 tasks: \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\)\.$/.test(message),
      ),
    ).toBe(true)
    expect(messages).toContain(`(service api) registered 1 targets in (target-group ${rig.targetGroupArn})`)
    expect(messages).toContain(`(service api) deregistered 2 targets in (target-group ${rig.targetGroupArn})`)
    expect(messages).toContain(`(service api, taskSet ${before.id}) has begun draining connections on 2 tasks.`)
  })

  test('records which revision went where', async () => {
    const rig = createRig()
    const revision = await rig.deploy(good)
    const { sourceServiceRevisions, targetServiceRevision } = await rig.finish()
    const arns = [
      sourceServiceRevisions![0]!.arn!,
      targetServiceRevision!.arn!,
      `arn:aws:ecs:${region}:1:service-revision/gone`,
    ]
    const { serviceRevisions, failures } = await rig.ecs.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns }),
    )
    expect(serviceRevisions!.map(({ taskDefinition }) => taskDefinition)).toEqual([rig.taskDefinitionArn, revision])
    expect(failures).toEqual([{ arn: arns[2], reason: 'MISSING' }])
  })

  test.each([
    { minimumHealthyPercent: 100, maximumPercent: 200, least: 4, most: 8 },
    { minimumHealthyPercent: 50, maximumPercent: 100, least: 2, most: 4 },
    { minimumHealthyPercent: 75, maximumPercent: 125, least: 3, most: 5 },
    { minimumHealthyPercent: 0, maximumPercent: 100, least: 0, most: 4 },
  ])(
    'keeps between $minimumHealthyPercent % and $maximumPercent % of 4 tasks',
    async ({ least, most, ...percentages }) => {
      const rig = createRig({ ...percentages, desiredCount: 4 })
      await rig.deploy(good)
      const running: number[] = []
      const all: number[] = []
      for (let second = 0; second < 240; second++) {
        rig.sim.clock.advance(1000)
        const { runningCount = 0, pendingCount = 0 } = await rig.service()
        running.push(runningCount)
        all.push(runningCount + pendingCount)
      }
      expect(Math.min(...running)).toBeGreaterThanOrEqual(least)
      expect(Math.max(...all)).toBeLessThanOrEqual(most)
      expect((await rig.latest()).status).toBe('SUCCESSFUL')
    },
  )
})

describe('a deployment that fails', () => {
  test('goes back to the deployment that worked, which keeps its id', async () => {
    const rig = withBadImage()
    const before = (await rig.service()).deployments![0]!
    await rig.deploy(bad)
    const failed = (await rig.service()).deployments![0]!
    const end = await rig.finish()
    const because = 'Service deployment rolled back because the circuit breaker threshold was exceeded.'
    expect(end).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL', statusReason: because })
    expect(end.rollback).toMatchObject({ reason: because, serviceRevisionArn: end.sourceServiceRevisions![0]!.arn })
    const service = await rig.service()
    expect(service.taskDefinition).toBe(rig.taskDefinitionArn)
    expect(service.deployments).toMatchObject([{ id: before.id, status: 'PRIMARY', rolloutState: 'COMPLETED' }])
    const messages = await rig.messages()
    expect(messages).toContain(`(service api) (deployment ${failed.id}) deployment failed: tasks failed to start.`)
    expect(messages).toContain(`(service api) rolling back to deployment ${before.id}.`)
  })

  test('shows both sides while it rolls back', async () => {
    const rig = withBadImage()
    const before = (await rig.service()).deployments![0]!
    await rig.deploy(bad)
    let { status } = await rig.latest()
    while (status !== 'ROLLBACK_IN_PROGRESS') {
      rig.sim.clock.advance(500)
      status = (await rig.latest()).status
    }
    expect((await rig.service()).deployments).toMatchObject([
      {
        id: before.id,
        status: 'PRIMARY',
        rolloutState: 'IN_PROGRESS',
        rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${before.id}.`,
      },
      {
        status: 'ACTIVE',
        rolloutState: 'FAILED',
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
        failedTasks: 3,
      },
    ])
  })

  test('without roll back stops, and leaves the old tasks running', async () => {
    const rig = withBadImage({ circuitBreaker: 'stop' })
    await rig.deploy(bad)
    expect((await rig.finish()).status).toBe('STOPPED')
    rig.sim.clock.advance(600_000)
    const { deployments, runningCount } = await rig.service()
    expect(runningCount).toBe(2)
    expect(deployments).toMatchObject([
      { rolloutState: 'FAILED' },
      { taskDefinition: rig.taskDefinitionArn, runningCount: 2 },
    ])
  })

  test('that is the first of its service has nowhere to go back to', async () => {
    const rig = createRig({ desiredCount: 0, waitUntilSteady: false })
    const { sim, ecs } = rig
    sim.world.scenarios.set('v1', { kind: 'crash', exitCode: 1 })
    await ecs.send(new UpdateServiceCommand({ ...rig.target, desiredCount: 1 }))
    const end = await rig.finish()
    expect(end).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: 'No rollback candidate was found to run the rollback.',
    })
  })

  test('and whose old revision is broken too, ends ROLLBACK_FAILED', async () => {
    const rig = withBadImage({ minimumHealthyPercent: 0, maximumPercent: 100 })
    rig.sim.world.scenarios.set('v1', { kind: 'fails-to-start', stoppedReason: 'CannotPullContainerError: gone' })
    await rig.deploy(bad)
    expect((await rig.finish()).status).toBe('ROLLBACK_FAILED')
  })

  test('without circuit breaker never ends by itself, and is told off', async () => {
    const rig = withBadImage({ circuitBreaker: 'off' })
    await rig.deploy(bad)
    rig.sim.clock.advance(3 * 3_600_000)
    const { status, deploymentCircuitBreaker } = await rig.latest()
    expect([status, deploymentCircuitBreaker!.status]).toEqual(['IN_PROGRESS', 'DISABLED'])
    expect(await rig.messages()).toContain(
      '(service api) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
    )
    expect((await rig.service()).runningCount).toBe(2)
  })

  test.each<Behaviour>([{ kind: 'crash', exitCode: 1 }, { kind: 'out-of-memory' }])(
    'fails without a load balancer too: %j',
    async (behaviour) => {
      const rig = createRig({ loadBalanced: false })
      rig.sim.world.scenarios.set('bad', behaviour)
      await rig.deploy(bad)
      expect((await rig.finish()).status).toBe('ROLLBACK_SUCCESSFUL')
    },
  )

  test.each([
    { desiredCount: 1, threshold: 3 },
    { desiredCount: 7, threshold: 4 },
    { desiredCount: 25, threshold: 13 },
  ])('has failed after $threshold tasks of $desiredCount', async ({ desiredCount, threshold }) => {
    const rig = withBadImage({ desiredCount })
    await rig.deploy(bad)
    expect((await rig.finish()).deploymentCircuitBreaker).toEqual({
      status: 'TRIGGERED',
      failureCount: threshold,
      threshold,
    })
  })
})

describe('deployment alarms', () => {
  test('roll back when one goes off', async () => {
    const rig = createRig({ alarms: ['api-5xx'] })
    await rig.deploy(good)
    rig.sim.clock.advance(70_000)
    rig.home.cloudwatch.setState('api-5xx', 'ALARM', 'Threshold Crossed')
    const end = await rig.finish()
    expect(end).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['api-5xx'] },
    })
    expect((await rig.messages()).some((message) => message.endsWith('deployment failed: alarm detected.'))).toBe(true)
    expect(await rig.service()).toMatchObject({ taskDefinition: rig.taskDefinitionArn, runningCount: 2 })
  })

  test('that are in ALARM from the start do not count', async () => {
    const rig = createRig({ alarms: ['api-5xx'] })
    rig.home.cloudwatch.setState('api-5xx', 'ALARM')
    await rig.deploy(good)
    rig.home.cloudwatch.setState('api-5xx', 'OK')
    rig.home.cloudwatch.setState('api-5xx', 'ALARM')
    expect((await rig.finish()).status).toBe('SUCCESSFUL')
  })
})

describe('while a deployment is in flight', () => {
  test('a newer one stops it and takes over', async () => {
    const rig = createRig()
    await rig.deploy(good)
    rig.sim.clock.advance(10_000)
    const older = await rig.latest()
    const revision = await rig.deploy('registry.example.com/api:v3')
    const end = await rig.finish()
    expect(end.serviceDeploymentArn).not.toBe(older.serviceDeploymentArn)
    expect([(await rig.deployment(older.serviceDeploymentArn!)).status, end.status]).toEqual(['STOPPED', 'SUCCESSFUL'])
    expect(await rig.service()).toMatchObject({
      taskDefinition: revision,
      runningCount: 2,
      deployments: [{ status: 'PRIMARY' }],
    })
  })

  test('it can be stopped and rolled back, even without circuit breaker', async () => {
    const rig = createRig({ circuitBreaker: 'off' })
    await rig.deploy(good)
    rig.sim.clock.advance(10_000)
    const { serviceDeploymentArn } = await rig.latest()
    await rig.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }))
    expect((await rig.latest()).status).toBe('ROLLBACK_REQUESTED')
    expect((await rig.finish()).status).toBe('ROLLBACK_SUCCESSFUL')
    expect((await rig.service()).taskDefinition).toBe(rig.taskDefinitionArn)
    await expect(rig.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }))).rejects.toMatchObject({
      name: 'ConflictException',
    })
  })

  test('five others at most may be unfinished', async () => {
    const rig = createRig({ circuitBreaker: 'off' })
    rig.home.ecs.quirks.drainSeconds = 86_400
    for (let version = 2; version < 7; version++) {
      await rig.deploy(`registry.example.com/api:v${version}`)
      rig.sim.clock.advance(45_000)
    }
    const { taskDefinition } = await rig.service()
    await expect(rig.deploy('registry.example.com/api:v7')).rejects.toThrow(
      '5 active deployments exist, unable to create new deployment.',
    )
    expect((await rig.service()).taskDefinition).toBe(taskDefinition)
  })
})
