import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
  TagResourceCommand,
} from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { seededTaskDefinition } from '../fixtures.ts'
import { createClients, region } from './rig.ts'

const setUp = () => {
  const { sim, ecs } = createClients()
  const base = seededTaskDefinition(sim.world)
  const register = (more: Partial<RegisterTaskDefinitionRequest> = {}) =>
    ecs.send(new RegisterTaskDefinitionCommand({ ...base, ...more }))
  const container = { ...base.containerDefinitions![0]! }
  return { ecs, base, container, register }
}

describe('RegisterTaskDefinition', () => {
  test('counts revisions and fills in what AWS fills in', async () => {
    const { register } = setUp()
    await register()
    const { taskDefinition } = await register({
      cpu: '.25 vCPU',
      memory: '0.5 GB',
      taskRoleArn: 'app',
      volumes: [{ name: 'tmp' }],
    })
    expect(taskDefinition).toMatchObject({
      taskDefinitionArn: `arn:aws:ecs:${region}:111122223333:task-definition/api:2`,
      revision: 2,
      status: 'ACTIVE',
      cpu: '256',
      memory: '512',
      taskRoleArn: 'arn:aws:iam::111122223333:role/app',
      compatibilities: ['EC2', 'FARGATE'],
      volumes: [{ name: 'tmp', host: {} }],
      placementConstraints: [],
    })
    expect(taskDefinition!.containerDefinitions![0]).toMatchObject({
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: 'tcp' }],
      logConfiguration: { secretOptions: [] },
    })
  })

  test('fills in volumes, and answers lists in an order of its own', async () => {
    const { register, container } = setUp()
    const { taskDefinition } = await register({
      requiresCompatibilities: ['FARGATE', 'EC2'],
      containerDefinitions: [
        { ...container, environment: ['B', 'C', 'A'].map((name) => ({ name, value: '1' })) },
        { name: 'log', image: 'log:1', essential: false, linuxParameters: {} },
      ],
      volumes: [
        { name: 'shared', efsVolumeConfiguration: { fileSystemId: 'fs-1' } },
        { name: 'own', dockerVolumeConfiguration: { driver: 'local' } },
      ],
    })
    expect(taskDefinition!.requiresCompatibilities).toEqual(['EC2', 'FARGATE'])
    expect(taskDefinition!.volumes).toEqual([
      { name: 'shared', efsVolumeConfiguration: { fileSystemId: 'fs-1', rootDirectory: '/' } },
      { name: 'own', dockerVolumeConfiguration: { driver: 'local', scope: 'task' } },
    ])
    const [first, second] = taskDefinition!.containerDefinitions!
    expect([first!.name, second!.name, second!.environment!.map(({ name }) => name)]).toEqual([
      'log',
      'api',
      ['C', 'B', 'A'],
    ])
    expect(first!.linuxParameters).toEqual({ devices: [], tmpfs: [] })
  })

  test.each<
    [
      string,
      (
        container: NonNullable<RegisterTaskDefinitionRequest['containerDefinitions']>[number],
      ) => Partial<RegisterTaskDefinitionRequest>,
    ]
  >([
    ['Family contains invalid characters.', () => ({ family: 'a/b' })],
    ['Container list cannot be empty.', () => ({ containerDefinitions: [] })],
    [
      'Container.image should not be null or empty.',
      (container) => ({ containerDefinitions: [{ ...container, image: '' }] }),
    ],
    [
      "Container.name must be unique. Duplicate: 'api'.",
      (container) => ({ containerDefinitions: [container, container] }),
    ],
    ['Role is not valid', () => ({ executionRoleArn: 'arn:aws:iam::1:role/x' })],
    ['No Fargate configuration exists for given values.', () => ({ cpu: '256', memory: '4096' })],
    ["Fargate requires that 'cpu' be defined at the task level.", () => ({ cpu: undefined })],
    ["Invalid 'cpu' setting for task.", () => ({ cpu: 'lots' })],
    ['Fargate only supports network mode ‘awsvpc’.', () => ({ networkMode: 'bridge' })],
    [
      'Fargate requires task definition to have execution role ARN to support log driver awslogs.',
      () => ({ executionRoleArn: undefined }),
    ],
    [
      "such as 'TOKEN'",
      (container) => ({
        containerDefinitions: [
          {
            ...container,
            environment: [{ name: 'TOKEN', value: '1' }],
            secrets: [{ name: 'TOKEN', valueFrom: '/token' }],
          },
        ],
      }),
    ],
    [
      'Log driver awslogs requires options: awslogs-group, awslogs-stream-prefix',
      (container) => ({
        containerDefinitions: [
          { ...container, logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-region': region } } },
        ],
      }),
    ],
    [
      'When networkMode=awsvpc, the host ports and container ports in port mappings must match.',
      (container) => ({
        containerDefinitions: [{ ...container, portMappings: [{ containerPort: 80, hostPort: 8080 }] }],
      }),
    ],
    [
      "Unknown volume 'data'.",
      (container) => ({
        containerDefinitions: [{ ...container, mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] }],
      }),
    ],
    [
      "Max allowed length is '65536' bytes.",
      (container) => ({ containerDefinitions: [{ ...container, command: ['x'.repeat(65_536)] }] }),
    ],
    ['Tags can not be empty.', () => ({ tags: [] })],
    [
      'credentialsParameter should not be null or empty.',
      (container) => ({
        containerDefinitions: [{ ...container, repositoryCredentials: { credentialsParameter: '' } }],
      }),
    ],
    ["Tag keys cannot start with 'aws:'.", () => ({ tags: [{ key: 'aws:team', value: 'shop' }] })],
  ])('refuses: %s', async (message, change) => {
    const { register, container } = setUp()
    await expect(register(change(container))).rejects.toThrow(message)
  })
})

describe('a registered definition', () => {
  test('is found by family, revision and ARN, with tags when asked for', async () => {
    const { ecs, register } = setUp()
    await register()
    const { taskDefinition } = await register({ tags: [{ key: 'team', value: 'shop' }] })
    for (const reference of ['api', 'api:2', taskDefinition!.taskDefinitionArn!]) {
      const found = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: reference, include: ['TAGS'] }))
      expect([found.taskDefinition!.revision, found.tags]).toEqual([2, [{ key: 'team', value: 'shop' }]])
    }
    const plain = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'api' }))
    expect(plain.tags).toBeUndefined()
    for (const taskDefinition of ['gone', 'api:3'])
      await expect(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).rejects.toMatchObject({
        name: 'ClientException',
        message: 'Unable to describe task definition.',
      })
  })

  test('can be deregistered: its family then means the revision before', async () => {
    const { ecs, register } = setUp()
    await register()
    await register()
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'api:2' }))
    const latest = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'api' }))
    const inactive = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'api:2' }))
    const { taskDefinitionArns } = await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'api', sort: 'DESC' }))
    expect([latest.taskDefinition!.revision, inactive.taskDefinition!.status, taskDefinitionArns!.length]).toEqual([
      1,
      'INACTIVE',
      1,
    ])
  })

  test('takes tags later', async () => {
    const { ecs, register } = setUp()
    const resourceArn = (await register({ tags: [{ key: 'a', value: '1' }] })).taskDefinition!.taskDefinitionArn!
    await ecs.send(
      new TagResourceCommand({
        resourceArn,
        tags: [
          { key: 'a', value: '2' },
          { key: 'b', value: '3' },
        ],
      }),
    )
    const { tags } = await ecs.send(new ListTagsForResourceCommand({ resourceArn }))
    expect(tags).toEqual([
      { key: 'a', value: '2' },
      { key: 'b', value: '3' },
    ])
  })
})
