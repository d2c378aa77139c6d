import type { ScalableTarget, Scaling, SuspendedState } from '../ports.ts'
import type { SendOptions } from './attempt.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** Application Auto Scaling behind the port. Its client is loaded when a count is to be changed or scaling suspended, and not before. */
export function scaling(connection: Connection): Scaling {
  return {
    describeScalableTarget: (cluster, service) => describe(connection, `service/${cluster}/${service}`),
    suspend: (cluster, service, state) => suspend(connection, `service/${cluster}/${service}`, state),
    tags: (arn) => tags(connection, arn),
    tag: (arn, key, value) => tag(connection, arn, { [key]: value }),
    untag: (arn, key) => untag(connection, arn, key),
  }
}

const dimension = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const

async function suspend(connection: Connection, ResourceId: string, SuspendedState: SuspendedState): Promise<void> {
  const client = await connection.clients.scaling()
  const { RegisterScalableTargetCommand } = await import('@aws-sdk/client-application-auto-scaling')
  const command = new RegisterScalableTargetCommand({ ...dimension, ResourceId, SuspendedState })
  const action = 'application-autoscaling:RegisterScalableTarget'
  await call(connection, (options) => client.send(command, options), { action, kind: 'mutate', idempotent: true })
}

async function tags(connection: Connection, ResourceARN: string): Promise<Readonly<Record<string, string>>> {
  const client = await connection.clients.scaling()
  const { ListTagsForResourceCommand } = await import('@aws-sdk/client-application-auto-scaling')
  const command = new ListTagsForResourceCommand({ ResourceARN })
  const action = 'application-autoscaling:ListTagsForResource'
  const send = async (options: SendOptions) => (await client.send(command, options)).Tags ?? {}
  return await call(connection, send, { action, resource: ResourceARN, kind: 'read' })
}

async function tag(connection: Connection, ResourceARN: string, Tags: Record<string, string>): Promise<void> {
  const client = await connection.clients.scaling()
  const { TagResourceCommand } = await import('@aws-sdk/client-application-auto-scaling')
  const command = new TagResourceCommand({ ResourceARN, Tags })
  const request = { action: 'application-autoscaling:TagResource', resource: ResourceARN, kind: 'mutate' } as const
  await call(connection, (options) => client.send(command, options), { ...request, idempotent: true })
}

async function untag(connection: Connection, ResourceARN: string, key: string): Promise<void> {
  const client = await connection.clients.scaling()
  const { UntagResourceCommand } = await import('@aws-sdk/client-application-auto-scaling')
  const command = new UntagResourceCommand({ ResourceARN, TagKeys: [key] })
  const request = { action: 'application-autoscaling:UntagResource', resource: ResourceARN, kind: 'mutate' } as const
  await call(connection, (options) => client.send(command, options), { ...request, idempotent: true })
}

async function describe(connection: Connection, resource: string): Promise<ScalableTarget | undefined> {
  const client = await connection.clients.scaling()
  const { DescribeScalableTargetsCommand } = await import('@aws-sdk/client-application-auto-scaling')
  const command = new DescribeScalableTargetsCommand({
    ...dimension,
    ResourceIds: [resource],
  })
  return call(
    connection,
    async (options): Promise<ScalableTarget | undefined> =>
      present((await client.send(command, options)).ScalableTargets, 'ScalableTargets')[0],
    { action: 'application-autoscaling:DescribeScalableTargets', kind: 'read' },
  )
}
