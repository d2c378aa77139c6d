import { DescribeServicesCommand, DescribeTaskSetsCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { seedBlueGreenService } from '../fixtures.ts'
import { createClients } from './rig.ts'

const target = { cluster: 'shop', service: 'api' }

const setUp = () => {
  const clients = createClients()
  const seeded = seedBlueGreenService(clients.sim)
  const { ecs, home } = clients
  const describeService = async () =>
    (await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['api'] }))).services![0]!
  return { ...clients, seeded, describeService, service: home.ecs.service('shop', 'api')! }
}

describe('a service that AWS CodeDeploy deploys', () => {
  test('has task sets instead of deployments', async () => {
    const { describeService, seeded } = setUp()
    const service = await describeService()
    expect(service).toMatchObject({
      deploymentController: { type: 'CODE_DEPLOY' },
      deployments: [],
      runningCount: 2,
      taskSets: [
        {
          status: 'PRIMARY',
          taskDefinition: seeded.taskDefinitionArn,
          stabilityStatus: 'STEADY_STATE',
          runningCount: 2,
        },
      ],
    })
    expect(service.currentServiceDeployment).toBeUndefined()
  })

  test.each([
    [
      { taskDefinition: 'api:1' },
      'Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    ],
    [
      { forceNewDeployment: true },
      'Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    ],
  ])('refuses to be updated with %j', async (change, message) => {
    const { ecs } = setUp()
    await expect(ecs.send(new UpdateServiceCommand({ ...target, ...change }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message,
    })
  })

  test('runs a second task set beside the first, swaps them, and drains the old one', async () => {
    const { sim, ecs, home, service, seeded, describeService } = setUp()
    const [blue] = service.taskSets
    const green = home.ecs.createTaskSet(service, {
      externalId: 'd-ABCDEF123',
      taskDefinitionArn: seeded.taskDefinitionArn,
      targetGroupArn: seeded.greenTargetGroupArn,
      desired: 2,
    })
    sim.clock.advance(90_000)
    expect(green.group).toMatchObject({ running: 2, healthy: 2, pending: 0, failed: 0 })
    const { taskSets } = await ecs.send(new DescribeTaskSetsCommand(target))
    expect(taskSets!.map(({ status, externalId }) => [status, externalId])).toEqual([
      ['PRIMARY', undefined],
      ['ACTIVE', 'd-ABCDEF123'],
    ])
    home.ecs.setPrimary(service, green)
    home.ecs.deleteTaskSet(service, blue!)
    sim.clock.advance(60_000)
    expect(await describeService()).toMatchObject({
      runningCount: 2,
      taskSets: [{ id: green.id, status: 'PRIMARY' }],
      loadBalancers: [{ targetGroupArn: seeded.greenTargetGroupArn }],
    })
    const messages = (await describeService()).events!.map(({ message }) => message!)
    expect(
      messages.some((message) => message.startsWith(`(service api, taskSet ${green.id}) has started 2 tasks: (task `)),
    ).toBe(true)
  })

  test('replaces tasks that fail, and counts them', () => {
    const { sim, home, service, seeded } = setUp()
    sim.world.scenarios.set('v1', { kind: 'crash', exitCode: 1 })
    let changes = 0
    const group = home.ecs.startTaskGroup({
      clusterArn: service.clusterArn,
      serviceName: 'api',
      taskDefinitionArn: seeded.taskDefinitionArn,
      startedBy: 'ecs-svc/1',
      desired: 2,
      loadBalancers: [],
      onChange: () => changes++,
    })
    sim.clock.advance(180_000)
    expect(group.failed).toBeGreaterThanOrEqual(4)
    expect(changes).toBeGreaterThan(group.failed)
    group.scaleTo(0)
    sim.clock.advance(60_000)
    expect([group.running, group.pending]).toEqual([0, 0])
  })
})
