import type { ScalableTarget, Scaling } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** Application Auto Scaling behind the port. Its client is loaded when a count is to be changed, and not before. */
export function scaling(connection: Connection): Scaling {
  return {
    describeScalableTarget: (cluster, service) => describe(connection, `service/${cluster}/${service}`),
  }
}

async function describe(connection: Connection, resource: string): Promise<ScalableTarget | undefined> {
  const client = await connection.clients.scaling()
  const { DescribeScalableTargetsCommand } = await import('@aws-sdk/client-application-auto-scaling')
  const command = new DescribeScalableTargetsCommand({
    ServiceNamespace: 'ecs',
    ResourceIds: [resource],
    ScalableDimension: 'ecs:service:DesiredCount',
  })
  return call(
    connection,
    async (options): Promise<ScalableTarget | undefined> =>
      present((await client.send(command, options)).ScalableTargets, 'ScalableTargets')[0],
    { action: 'application-autoscaling:DescribeScalableTargets', kind: 'read' },
  )
}
