import { arnInAnyAccount } from '../arn.ts'
import type { EvidenceSources, LogPage, LogPosition } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

type TargetHealth = Awaited<ReturnType<EvidenceSources['targetHealth']>>

/** Evidence of a failure, read from load balancers and logs. Most runs never need it, so it is loaded on first use. */
export function evidenceSources(connection: Connection): EvidenceSources {
  return {
    targetHealth: (targetGroupArn) => targetHealth(connection, targetGroupArn),
    logPage: (at) => logPage(connection, at),
    logTail: (group, stream, limit, region) => logTail(connection, group, stream, limit, region),
  }
}

async function targetHealth(connection: Connection, targetGroupArn: string): Promise<TargetHealth> {
  const client = await connection.clients.elbv2()
  const { DescribeTargetHealthCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
  return call(
    connection,
    async (options): Promise<TargetHealth> => {
      const reply = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }), options)
      return present(reply.TargetHealthDescriptions, 'TargetHealthDescriptions').map(({ Target, TargetHealth }) => ({
        target: `${Target?.Id ?? 'unknown'}${Target?.Port === undefined ? '' : `:${Target.Port}`}`,
        state: TargetHealth?.State ?? 'unknown',
        reason: TargetHealth?.Reason,
        description: TargetHealth?.Description,
      }))
    },
    {
      action: 'elasticloadbalancing:DescribeTargetHealth',
      kind: 'read',
      whenRefused: ({ name }) => (/^TargetGroupNotFound/.test(name) ? { value: [] } : undefined),
    },
  )
}

async function logPage(connection: Connection, at: LogPosition): Promise<LogPage | 'no-stream'> {
  const { logGroup, logStream, region, token } = at
  const client = await connection.clients.logs(region)
  const { GetLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  const place = { logGroupName: logGroup, logStreamName: logStream, startFromHead: true }
  const command = new GetLogEventsCommand({ ...place, ...(token === undefined ? {} : { nextToken: token }) })
  return call(
    connection,
    async (options): Promise<LogPage | 'no-stream'> => {
      const { events, nextForwardToken } = await client.send(command, options)
      const messages = present(events, 'events').map(({ message }) => message ?? '')
      return { messages, token: present(nextForwardToken, 'nextForwardToken') }
    },
    {
      action: 'logs:GetLogEvents',
      resource: arnInAnyAccount('logs', region ?? connection.region, `log-group:${logGroup}:log-stream:*`),
      kind: 'read',
      whenRefused: ({ name }) => (name === 'ResourceNotFoundException' ? { value: 'no-stream' } : undefined),
    },
  )
}

async function logTail(connection: Connection, group: string, stream: string, limit: number, region?: string) {
  const client = await connection.clients.logs(region)
  const { GetLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  const command = new GetLogEventsCommand({ logGroupName: group, logStreamName: stream, limit, startFromHead: false })
  return call(
    connection,
    async (options): Promise<readonly string[]> =>
      present((await client.send(command, options)).events, 'events').map(({ message }) => message ?? ''),
    {
      action: 'logs:GetLogEvents',
      resource: arnInAnyAccount('logs', region ?? connection.region, `log-group:${group}:log-stream:*`),
      kind: 'read',
      whenRefused: ({ name }) => (name === 'ResourceNotFoundException' ? { value: [] } : undefined),
    },
  )
}
