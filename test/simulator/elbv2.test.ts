import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from '@jest/globals'
import { createSimulator } from './simulator.ts'

const setUp = () => {
  const sim = createSimulator()
  const { elbv2 } = sim.world.region('eu-west-1')
  const blue = elbv2.createTargetGroup('blue').targetGroupArn
  const green = elbv2.createTargetGroup('green').targetGroupArn
  const { listenerArn } = elbv2.createListener(80, { [blue]: 1 })
  const client = new ElasticLoadBalancingV2Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: sim.requestHandler,
    maxAttempts: 1,
  })
  const health = async (TargetGroupArn: string) =>
    (await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions!.map(
      ({ TargetHealth }) => TargetHealth!.State,
    )
  return { sim, elbv2, client, blue, green, listenerArn, health }
}

test('a target shows its own health, drains when it is deregistered, and is gone after the delay', async () => {
  const { sim, elbv2, blue, health } = setUp()
  let state = 'initial'
  elbv2.register(blue, { id: '10.0.0.4', port: 8080, health: () => ({ State: state }) })
  expect(await health(blue)).toEqual(['initial'])
  state = 'healthy'
  expect(await health(blue)).toEqual(['healthy'])
  elbv2.deregister(blue, '10.0.0.4')
  expect(await health(blue)).toEqual(['draining'])
  sim.clock.advance(15_000)
  expect(await health(blue)).toEqual([])
})

test('targets of a group without a listener are unused until one forwards to it', async () => {
  const { elbv2, client, green, listenerArn, health } = setUp()
  elbv2.register(green, { id: '10.0.0.5', port: 8080, health: () => ({ State: 'healthy' }) })
  expect(await health(green)).toEqual(['unused'])
  await client.send(
    new ModifyListenerCommand({
      ListenerArn: listenerArn,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: green }],
    }),
  )
  expect(await health(green)).toEqual(['healthy'])
})

test('weights of a listener are read and changed through its default rule', async () => {
  const { elbv2, client, blue, green, listenerArn } = setUp()
  const { Rules } = await client.send(new DescribeRulesCommand({ ListenerArn: listenerArn }))
  const TargetGroups = [
    { TargetGroupArn: blue, Weight: 90 },
    { TargetGroupArn: green, Weight: 10 },
  ]
  const Actions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }]
  await client.send(new ModifyRuleCommand({ RuleArn: Rules![0]!.RuleArn, Actions }))
  expect(elbv2.listener(listenerArn)!.forward).toEqual({ [blue]: 90, [green]: 10 })
  const { Listeners } = await client.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }))
  expect(Listeners![0]!.DefaultActions![0]!.ForwardConfig!.TargetGroups).toEqual(TargetGroups)
})

test('what does not exist is refused by name', async () => {
  const { client, blue, listenerArn, health } = setUp()
  const found = await client.send(new DescribeTargetGroupsCommand({ Names: ['blue'] }))
  expect(found.TargetGroups![0]).toMatchObject({ TargetGroupArn: blue, TargetType: 'ip', HealthCheckPath: '/health' })
  await expect(health(`${blue}x`)).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' })
  await expect(client.send(new DescribeTargetGroupsCommand({ Names: ['gone'] }))).rejects.toMatchObject({
    name: 'TargetGroupNotFoundException',
  })
  await expect(client.send(new DescribeListenersCommand({ ListenerArns: [`${listenerArn}x`] }))).rejects.toMatchObject({
    name: 'ListenerNotFoundException',
  })
})

test('a listener has rules before its default one; all of them put their target groups to use', async () => {
  const { elbv2, client, green, listenerArn } = setUp()
  const second = elbv2.createRule(listenerArn, 20, { [green]: 1 })
  const first = elbv2.createRule(listenerArn, 3, { [green]: 1 })
  const rules = async () => (await client.send(new DescribeRulesCommand({ ListenerArn: listenerArn }))).Rules!
  expect((await rules()).map(({ Priority }) => Priority)).toEqual(['3', '20', 'default'])
  const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [green] }))
  expect(TargetGroups![0]!.LoadBalancerArns).toHaveLength(1)
  await client.send(
    new ModifyRuleCommand({ RuleArn: first.ruleArn, Actions: [{ Type: 'forward', TargetGroupArn: green }] }),
  )
  expect(elbv2.route(first.ruleArn)!.forward).toEqual({ [green]: 1 })
  elbv2.deleteRule(second.ruleArn)
  await expect(client.send(new DescribeRulesCommand({ RuleArns: [second.ruleArn] }))).rejects.toMatchObject({
    name: 'RuleNotFoundException',
  })
})

test('the listener of a Network Load Balancer forwards by itself, without rules', async () => {
  const { elbv2, client, green } = setUp()
  const { listenerArn, ruleArn } = elbv2.createListener(443, { [green]: 1 }, 'network')
  expect(elbv2.route(listenerArn)!.forward).toEqual({ [green]: 1 })
  expect(elbv2.route(ruleArn)).toBeUndefined()
  const { Listeners } = await client.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }))
  expect(Listeners![0]).toMatchObject({ Protocol: 'TCP', LoadBalancerArn: expect.stringContaining('/net/') })
})
