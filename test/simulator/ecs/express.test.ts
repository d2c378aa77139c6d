import {
  CreateExpressGatewayServiceCommand,
  DescribeExpressGatewayServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  UpdateExpressGatewayServiceCommand,
  type UpdateExpressGatewayServiceRequest,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { type ExpressOptions, expressDefinition, seedExpressService } from '../express-fixture.ts'
import { createClients } from './rig.ts'

function createExpressRig(options: ExpressOptions = {}) {
  const clients = createClients()
  const { sim, ecs } = clients
  const seeded = seedExpressService(sim, options)
  const { serviceArn } = seeded
  const target = { cluster: 'shop', service: serviceArn }
  return {
    ...clients,
    ...seeded,
    update: async (input: Omit<UpdateExpressGatewayServiceRequest, 'serviceArn'>) =>
      (await ecs.send(new UpdateExpressGatewayServiceCommand({ serviceArn, ...input }))).service!,
    describe: async () => (await ecs.send(new DescribeExpressGatewayServiceCommand({ serviceArn }))).service!,
    service: async () =>
      (await ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['api'] }))).services![0]!,
    register: async (members: object = {}) => {
      const input = { ...expressDefinition(sim, { image: 'registry.example.com/api:v2' }), ...members }
      return (await ecs.send(new RegisterTaskDefinitionCommand(input))).taskDefinition!.taskDefinitionArn!
    },
    end: async () => {
      for (let waited = 0; waited < 720; waited++) {
        sim.clock.advance(5000)
        const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand(target))
        const arn = serviceDeployments![0]!.serviceDeploymentArn!
        const found = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }))
        if (found.serviceDeployments![0]!.finishedAt) return found.serviceDeployments![0]!
      }
      throw new Error('The service deployment did not end within an hour.')
    },
  }
}

test('an Express service is managed by ECS, and only its deployments name a task definition', async () => {
  const rig = createExpressRig()
  const service = await rig.service()
  expect(service).toMatchObject({ resourceManagementType: 'ECS', deploymentConfiguration: { strategy: 'CANARY' } })
  expect(service.taskDefinition).toBeUndefined()
  expect(service.deployments?.[0]?.taskDefinition).toMatch(/task-definition\/shop-api:1$/)
  expect(await rig.describe()).toMatchObject({
    status: { statusCode: 'ACTIVE' },
    activeConfigurations: [
      { cpu: '256', memory: '512', healthCheckPath: '/health', primaryContainer: { containerPort: 8080 } },
    ],
  })
})

test('an update with a task definition is a canary of 5 % for 3 minutes, then 3 minutes of bake', async () => {
  const rig = createExpressRig()
  const taskDefinitionArn = await rig.register()
  const start = rig.sim.clock.now()
  const { targetConfiguration } = await rig.update({ taskDefinitionArn })
  expect(targetConfiguration).toMatchObject({
    taskDefinitionArn,
    primaryContainer: { image: 'registry.example.com/api:v2' },
  })
  const end = await rig.end()
  expect(end).toMatchObject({
    status: 'SUCCESSFUL',
    deploymentConfiguration: {
      canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
      bakeTimeInMinutes: 3,
    },
  })
  expect(rig.sim.clock.now() - start).toBeGreaterThan(6 * 60_000)
  expect((await rig.service()).deployments?.[0]?.taskDefinition).toBe(taskDefinitionArn)
})

test('an alarm during the canary rolls back to the revision before', async () => {
  const rig = createExpressRig()
  const before = (await rig.service()).deployments![0]!.taskDefinition
  await rig.update({ taskDefinitionArn: await rig.register() })
  rig.sim.clock.advance(90_000)
  rig.home.cloudwatch.setState(rig.alarm, 'ALARM')
  expect(await rig.end()).toMatchObject({
    status: 'ROLLBACK_SUCCESSFUL',
    alarms: { triggeredAlarmNames: [rig.alarm] },
  })
  expect((await rig.service()).deployments?.[0]?.taskDefinition).toBe(before)
})

test('an image in the primary container makes a revision of the managed definition, and the rest stays', async () => {
  const rig = createExpressRig()
  const updated = await rig.update({ primaryContainer: { image: 'registry.example.com/api:v2' } })
  expect(updated.targetConfiguration).toMatchObject({
    taskDefinitionArn: expect.stringMatching(/shop-api:2$/),
    primaryContainer: { image: 'registry.example.com/api:v2', containerPort: 8080 },
  })
})

test('an update that changes nothing starts no deployment', async () => {
  const rig = createExpressRig()
  const deployments = async () =>
    (await rig.ecs.send(new ListServiceDeploymentsCommand({ cluster: 'shop', service: 'api' }))).serviceDeployments!
  const before = await deployments()
  await rig.update({ healthCheckPath: '/health', scalingTarget: { maxTaskCount: 9 } })
  rig.sim.clock.advance(10_000)
  expect(await deployments()).toHaveLength(before.length)
  expect((await rig.describe()).activeConfigurations?.[0]?.scalingTarget).toMatchObject({ maxTaskCount: 9 })
})

test.each([
  ['a container of another name', { container: { name: 'api' } }, /container named Main/],
  ['a port without a name', { container: { portMappings: [{ containerPort: 80 }] } }, /port name/],
  [
    'two ports',
    {
      container: {
        portMappings: [
          { containerPort: 80, name: 'a' },
          { containerPort: 81, name: 'b' },
        ],
      },
    },
    /single TCP/,
  ],
  ['no Fargate', { taskDefinition: { requiresCompatibilities: ['EC2' as const] } }, /FARGATE compatibility/],
])('refuses a definition with %s', async (_, options, message) => {
  const rig = createExpressRig()
  const taskDefinitionArn = await rig.register(expressDefinition(rig.sim, options))
  await expect(rig.update({ taskDefinitionArn })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringMatching(message),
  })
})

test('refuses what excludes each other, and UpdateService', async () => {
  const rig = createExpressRig()
  const taskDefinitionArn = await rig.register()
  await expect(rig.update({ taskDefinitionArn, cpu: '512' })).rejects.toThrow(/cpu together with taskDefinitionArn/)
  await expect(rig.update({ healthCheckPath: 'health' })).rejects.toThrow(/forward slash/)
  await expect(
    rig.ecs.send(new UpdateServiceCommand({ cluster: 'shop', service: 'api', taskDefinition: taskDefinitionArn })),
  ).rejects.toThrow(/UpdateExpressGatewayService/)
  const again = { serviceName: 'api', cluster: 'shop', infrastructureRoleArn: rig.infrastructureRoleArn }
  await expect(rig.ecs.send(new CreateExpressGatewayServiceCommand(again))).rejects.toThrow(/are required without/)
  await expect(rig.ecs.send(new CreateExpressGatewayServiceCommand({ ...again, taskDefinitionArn }))).rejects.toThrow(
    /not idempotent/,
  )
})
