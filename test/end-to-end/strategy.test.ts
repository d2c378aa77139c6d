/** A rolling service becomes a canary with the shipped action, and an alarm takes it back. */
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { inScene, newImage, oldImage, region, type Scene, slackInputs } from './scene.ts'

/** The second target group and the rule that the new strategy needs, as YAML for the input. */
function loadBalancerConfiguration({ sim, ecs }: Scene): string {
  const { elbv2, cloudwatch } = sim.world.region(region)
  const { services } = ecs<{ services: { loadBalancers: { targetGroupArn: string }[] }[] }>('DescribeServices', {
    cluster: 'shop',
    services: ['api'],
  })
  const blue = services[0]?.loadBalancers[0]?.targetGroupArn ?? ''
  const green = elbv2.createTargetGroup('api-green').targetGroupArn
  cloudwatch.setState('api-5xx', 'OK')
  return [
    `alternateTargetGroupArn: ${green}`,
    `productionListenerRule: ${elbv2.createListener(81, { [blue]: 100, [green]: 0 }).ruleArn}`,
    'roleArn: arn:aws:iam::111122223333:role/ecsInfrastructureRole',
  ].join('\n')
}

const canary = {
  strategy: 'CANARY',
  'canary-percent': '10',
  'canary-bake-minutes': '3',
  'bake-minutes': '2',
  alarms: 'api-5xx',
}

test.concurrent(
  'a service changes from rolling to canary, and shows its traffic on the way',
  inScene({}, async (scene) => {
    const given = { ...canary, ...slackInputs, 'load-balancer-configuration': loadBalancerConfiguration(scene) }
    const { exitCode, log, outputs, summary } = await scene.deploy(given)
    expect([exitCode, outputs.verdict, scene.serving()]).toEqual([0, 'succeeded', newImage])
    expect(log).toContain('settings strategy ROLLING → CANARY 10% for 3 min')
    expect(log).toContain('alarms   api-5xx monitored')
    expect(log).toMatch(/traffic {2}▰▱▱▱▱▱▱▱▱▱ 10%/)
    expect(summary).toContain('ECS canary (10% for 3 min)')
    expect(scene.slack()).toMatch(/api \(shop\): deployed in/)
  }),
)

onlyLong(test.concurrent)(
  'an alarm that fires while the canary has its share takes it back, by name',
  inScene({}, async (scene) => {
    const { cloudwatch } = scene.sim.world.region(region)
    let isFired = false
    const { exitCode, log, outputs } = await scene.deploy(
      { ...canary, 'load-balancer-configuration': loadBalancerConfiguration(scene) },
      {
        onOutput(text) {
          if (isFired || !text.includes('▰▱▱▱▱▱▱▱▱▱ 10%')) return
          isFired = true
          cloudwatch.setState('api-5xx', 'ALARM', 'Threshold Crossed')
        },
      },
    )
    expect([exitCode, outputs.verdict, scene.serving()]).toEqual([1, 'rolled-back', oldImage])
    expect(log).toContain('alarm    api-5xx in ALARM')
    expect(outputs.cause).toMatch(/alarm.*api-5xx/)
  }),
)
