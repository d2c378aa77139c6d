import type { TrafficRule } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** Where a listener (its default action) or a listener rule sends its traffic, by ARN. Undefined when there is none. */
export async function trafficRule(connection: Connection, arn: string): Promise<TrafficRule | undefined> {
  const isRule = /:listener-rule\//.test(arn)
  const client = await connection.clients.elbv2()
  const { DescribeListenersCommand, DescribeRulesCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
  return call(
    connection,
    async (options): Promise<TrafficRule> => {
      const actions = isRule
        ? present((await client.send(new DescribeRulesCommand({ RuleArns: [arn] }), options)).Rules, 'Rules')[0]
            ?.Actions
        : present(
            (await client.send(new DescribeListenersCommand({ ListenerArns: [arn] }), options)).Listeners,
            'Listeners',
          )[0]?.DefaultActions
      const forward = actions?.find(({ Type }) => Type === 'forward')
      // With one target group there may be no weights (API_Action, TargetGroupArn).
      const groups = forward?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: forward?.TargetGroupArn, Weight: 1 }]
      return groups.flatMap(({ TargetGroupArn: targetGroupArn, Weight: weight = 1 }) =>
        targetGroupArn ? [{ targetGroupArn, weight }] : [],
      )
    },
    {
      action: isRule ? 'elasticloadbalancing:DescribeRules' : 'elasticloadbalancing:DescribeListeners',
      kind: 'read',
      whenRefused: ({ name }) => (/^(Rule|Listener)NotFound/.test(name) ? { value: undefined } : undefined),
    },
  )
}
