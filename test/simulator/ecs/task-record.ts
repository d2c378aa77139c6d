/** A new task as DescribeTasks shows it, before anything has happened to it. */
import type { Container, Task, TaskDefinition, TaskOverride } from '@aws-sdk/client-ecs'
import { arn, hexadecimal, nameOf, privateAddress, uuid } from '../identifiers.ts'
import { type AwsvpcConfiguration, type EcsState, now, type TaskRecord } from './state.ts'
import { tellStory } from './task-story.ts'
import type { TaskEnd, TaskStart } from './tasks.ts'

export function createRecord(
  ecs: EcsState,
  start: TaskStart,
  end: (record: TaskRecord, end: TaskEnd) => void,
): TaskRecord {
  const { definition } = start
  const id = hexadecimal(ecs.world, 32)
  const cluster = nameOf(start.clusterArn)
  const taskArn = arn('ecs', ecs.region, ecs.world.accountId, `task/${cluster}/${id}`)
  const address = privateAddress(ecs.world)
  const story = tellStory(ecs, withCommands(definition, start.overrides))
  const awsvpc = definition.networkMode === 'awsvpc'
  const attachmentId = uuid(ecs.world)
  const containers = (definition.containerDefinitions ?? []).map((container): Container => {
    const digest =
      story.kind === 'runs' ? story.containers.find((one) => one.container.name === container.name)?.digest : undefined
    return {
      containerArn: arn('ecs', ecs.region, ecs.world.accountId, `container/${cluster}/${id}/${uuid(ecs.world)}`),
      taskArn,
      name: container.name,
      image: container.image,
      ...(digest && { imageDigest: digest }),
      runtimeId: `${id}-${Math.floor(ecs.world.random() * 1e10)}`,
      lastStatus: 'PENDING',
      networkBindings: [],
      networkInterfaces: awsvpc ? [{ attachmentId, privateIpv4Address: address }] : [],
      healthStatus: 'UNKNOWN',
      cpu: String(container.cpu ?? 0),
      ...(container.memory !== undefined && { memory: String(container.memory) }),
    }
  })
  const task: Task = {
    taskArn,
    clusterArn: start.clusterArn,
    taskDefinitionArn: definition.taskDefinitionArn,
    ...(start.startedBy !== undefined && { startedBy: start.startedBy }),
    group: start.groupName,
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    healthStatus: 'UNKNOWN',
    connectivity: 'CONNECTED',
    createdAt: now(ecs),
    availabilityZone: `${ecs.region}a`,
    launchType: start.launchType === 'EC2' ? 'EC2' : 'FARGATE',
    ...(start.provider !== undefined && { capacityProviderName: start.provider }),
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    cpu: start.overrides?.cpu ?? definition.cpu,
    memory: start.overrides?.memory ?? definition.memory,
    attachments: awsvpc
      ? [
          {
            id: attachmentId,
            type: 'ElasticNetworkInterface',
            status: 'PRECREATED',
            details: networkDetails(start.awsvpc, address),
          },
        ]
      : [],
    attributes: [
      {
        name: 'ecs.cpu-architecture',
        value: definition.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64',
      },
    ],
    containers,
    overrides: {
      inferenceAcceleratorOverrides: [],
      ...start.overrides,
      containerOverrides: containers.map(({ name }) => ({
        name,
        ...start.overrides?.containerOverrides?.find((override) => override.name === name),
      })),
    },
    enableExecuteCommand: false,
    version: 1,
  }
  const record: TaskRecord = {
    task,
    tags: [...(start.tags ?? [])],
    definition,
    story,
    group: start.group,
    address,
    healthy: false,
    forgottenAt: undefined,
    timers: [],
    stop: (why) => end(record, why),
  }
  return record
}

const networkDetails = (awsvpc: AwsvpcConfiguration | undefined, address: string) => [
  { name: 'subnetId', value: awsvpc?.subnets?.[0] ?? 'subnet-0a1b2c3d' },
  { name: 'privateIPv4Address', value: address },
]

/** What a one-off task runs in place of the commands of its definition. */
function withCommands(definition: TaskDefinition, overrides: TaskOverride | undefined): TaskDefinition {
  const changed = overrides?.containerOverrides ?? []
  if (changed.length === 0) return definition
  const containerDefinitions = definition.containerDefinitions?.map((container) => {
    const { command } = changed.find(({ name }) => name === container.name) ?? {}
    return command ? { ...container, command } : container
  })
  return { ...definition, ...(containerDefinitions && { containerDefinitions }) }
}
