import type { Action, Rule } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { JsonObject, Listeners, TrafficRoute } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { everyPage, type Page } from './pages.ts'

/** Listeners and their rules: what CodeDeploy and Amazon ECS shift traffic by. */
export function listeners(connection: Connection): Listeners {
  return {
    routes: (listenerArn) => routes(connection, listenerArn),
    targetGroupArns: (names) => targetGroupArns(connection, names),
    redirect: (route, actions) => redirect(connection, route, actions),
  }
}

function isNetwork(listenerArn: string): boolean {
  return listenerArn.includes(':listener/net/')
}

async function routes(connection: Connection, listenerArn: string): Promise<readonly TrafficRoute[] | undefined> {
  const client = await connection.clients.elbv2()
  const { DescribeListenersCommand, DescribeRulesCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
  const whenRefused = ({ name }: Error) => (/^ListenerNotFound/.test(name) ? { value: undefined } : undefined)
  if (isNetwork(listenerArn))
    return call(
      connection,
      async (options): Promise<readonly TrafficRoute[] | undefined> => {
        const reply = await client.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }), options)
        const [found] = present(reply.Listeners, 'Listeners')
        return found ? [routeOf(listenerArn, listenerArn, true, found.DefaultActions)] : undefined
      },
      { action: 'elasticloadbalancing:DescribeListeners', kind: 'read', whenRefused },
    )
  const read = (Marker: string | undefined) =>
    call(
      connection,
      async (options): Promise<Page<Rule> | undefined> => {
        const reply = await client.send(new DescribeRulesCommand({ ListenerArn: listenerArn, Marker }), options)
        return { items: present(reply.Rules, 'Rules'), next: reply.NextMarker }
      },
      { action: 'elasticloadbalancing:DescribeRules', kind: 'read', whenRefused },
    )
  const first = await read(undefined)
  if (first === undefined) return undefined
  // A listener that is deleted between two pages has no more rules.
  const rules = await everyPage(async (next) => (next === undefined ? first : ((await read(next)) ?? { items: [] })))
  return rules.map(({ RuleArn = '', IsDefault = false, Actions }) => routeOf(RuleArn, listenerArn, IsDefault, Actions))
}

function routeOf(arn: string, listenerArn: string, isDefault: boolean, actions: readonly Action[] = []): TrafficRoute {
  const forward = actions.find(({ Type }) => Type === 'forward')
  // With one target group there may be no weights (API_Action, TargetGroupArn).
  const groups = forward?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: forward?.TargetGroupArn, Weight: 1 }]
  const targets = groups.flatMap(({ TargetGroupArn: targetGroupArn, Weight: weight = 1 }) =>
    targetGroupArn ? [{ targetGroupArn, weight }] : [],
  )
  return { arn, listenerArn, isDefault, actions: JSON.parse(JSON.stringify(actions)), targets }
}

async function targetGroupArns(connection: Connection, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const client = await connection.clients.elbv2()
  const { DescribeTargetGroupsCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
  // One missing name would make AWS refuse all of them.
  const found = await Promise.all(
    names.map((name) =>
      call(
        connection,
        async (options): Promise<string | undefined> => {
          const reply = await client.send(new DescribeTargetGroupsCommand({ Names: [name] }), options)
          return present(reply.TargetGroups, 'TargetGroups')[0]?.TargetGroupArn
        },
        {
          action: 'elasticloadbalancing:DescribeTargetGroups',
          kind: 'read',
          whenRefused: ({ name: error }) => (/^TargetGroupNotFound/.test(error) ? { value: undefined } : undefined),
        },
      ),
    ),
  )
  return new Map(names.flatMap((name, index) => (found[index] ? [[name, found[index]] as const] : [])))
}

/** A default action is changed at its listener (API ModifyRule: "To modify the actions for the default rule, use ModifyListener"). */
async function redirect(connection: Connection, route: TrafficRoute, actions: readonly JsonObject[]): Promise<void> {
  const client = await connection.clients.elbv2()
  const { ModifyListenerCommand, ModifyRuleCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
  const wanted = [...actions] as unknown as Action[]
  const goal = routeOf(route.arn, route.listenerArn, route.isDefault, wanted).targets
  await call(
    connection,
    async (options): Promise<unknown> =>
      route.isDefault
        ? client.send(new ModifyListenerCommand({ ListenerArn: route.listenerArn, DefaultActions: wanted }), options)
        : client.send(new ModifyRuleCommand({ RuleArn: route.arn, Actions: wanted }), options),
    {
      action: `elasticloadbalancing:${route.isDefault ? 'ModifyListener' : 'ModifyRule'}`,
      resource: route.isDefault ? route.listenerArn : route.arn,
      kind: 'mutate',
      async readBack() {
        const now = (await routes(connection, route.listenerArn))?.find(({ arn }) => arn === route.arn)
        return JSON.stringify(now?.targets) === JSON.stringify(goal) ? true : undefined
      },
    },
  )
}
