import { arnInAnyAccount } from '../arn.ts'
import type { AlarmState, PreflightSources } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { everyPage } from './pages.ts'
import { secretStores } from './secret-stores.ts'
import { trafficRule } from './traffic-rules.ts'

/** DescribeAlarms takes at most 100 names. */
const alarmsAtMost = 100

/**
 * Reads alarms, scaling and other resources around a deployment. Most runs never need them, so every client loads on first use.
 */
export function preflightSources(connection: Connection): PreflightSources {
  return {
    alarms: (names) => alarms(connection, names),
    hasLogGroup: (name, region) => hasLogGroup(connection, name, region),
    targetGroup: (arn) => targetGroup(connection, arn),
    trafficRule: (arn) => trafficRule(connection, arn),
    cachePrefixes: () => cachePrefixes(connection),
    ...secretStores(connection),
  }
}

async function alarms(connection: Connection, names: readonly string[]): Promise<readonly AlarmState[]> {
  const client = await connection.clients.cloudwatch()
  const { DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch')
  const found: AlarmState[] = []
  for (let at = 0; at < names.length; at += alarmsAtMost) {
    const command = new DescribeAlarmsCommand({
      AlarmNames: names.slice(at, at + alarmsAtMost),
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: 100,
    })
    const page = await call(
      connection,
      async (options) => {
        const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(command, options)
        return [...MetricAlarms, ...CompositeAlarms]
      },
      { action: 'cloudwatch:DescribeAlarms', kind: 'read' },
    )
    found.push(
      ...page.map(({ AlarmName = '', StateValue = 'INSUFFICIENT_DATA', StateReason, ...alarm }) => ({
        name: AlarmName,
        state: StateValue,
        reason: StateReason,
        // Updated: also by a new evaluation in the same state (CloudWatch API, MetricAlarm).
        since: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime(),
      })),
    )
  }
  return found
}

async function hasLogGroup(connection: Connection, name: string, region?: string): Promise<boolean> {
  const client = await connection.clients.logs(region)
  const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  // Groups come sorted by name, so the one with exactly this name is first among those that begin with it.
  const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 1 })
  return call(
    connection,
    async (options) => {
      const groups = present((await client.send(command, options)).logGroups, 'logGroups')
      return groups.some(({ logGroupName }) => logGroupName === name)
    },
    {
      action: 'logs:DescribeLogGroups',
      resource: arnInAnyAccount('logs', region ?? connection.region, 'log-group:*'),
      kind: 'read',
    },
  )
}

async function targetGroup(connection: Connection, arn: string) {
  const client = await connection.clients.elbv2()
  const { DescribeTargetGroupsCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
  return call(
    connection,
    async (options): Promise<Awaited<ReturnType<PreflightSources['targetGroup']>>> => {
      const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }), options)
      const { TargetType, LoadBalancerArns = [], ...group } = present(TargetGroups?.[0], 'TargetGroups')
      return {
        targetType: TargetType ?? 'instance',
        isUsed: LoadBalancerArns.length > 0,
        healthCheck: {
          path: group.HealthCheckPath,
          port: group.HealthCheckPort,
          accepts: group.Matcher?.HttpCode ?? group.Matcher?.GrpcCode,
        },
      }
    },
    {
      action: 'elasticloadbalancing:DescribeTargetGroups',
      kind: 'read',
      whenRefused: ({ name }) => (/^TargetGroupNotFound/.test(name) ? { value: undefined } : undefined),
    },
  )
}

async function cachePrefixes(connection: Connection): Promise<readonly string[]> {
  const client = await connection.clients.ecr()
  const { DescribePullThroughCacheRulesCommand } = await import('@aws-sdk/client-ecr')
  return everyPage((nextToken) =>
    call(
      connection,
      async (options) => {
        const reply = await client.send(new DescribePullThroughCacheRulesCommand({ nextToken }), options)
        const rules = present(reply.pullThroughCacheRules, 'pullThroughCacheRules')
        return { items: rules.flatMap(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix ?? []), next: reply.nextToken }
      },
      { action: 'ecr:DescribePullThroughCacheRules', kind: 'read' },
    ),
  )
}
