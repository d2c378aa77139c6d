import { ListServiceDeploymentsCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { loadBalancerOf, seedBlueGreenService } from '../fixtures.ts'
import { createNativeRig } from './native-rig.ts'
import { createClients } from './rig.ts'

test('a service goes from CodeDeploy to blue/green of ECS, and is deployed by it', async () => {
  const { sim, ecs, home } = createClients()
  const seeded = seedBlueGreenService(sim)
  const production = home.elbv2.createListener(8080, {
    [seeded.blueTargetGroupArn]: 1,
    [seeded.greenTargetGroupArn]: 0,
  })
  const { service } = await ecs.send(
    new UpdateServiceCommand({
      cluster: 'shop',
      service: 'api',
      deploymentController: { type: 'ECS' },
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 },
      loadBalancers: [
        loadBalancerOf({
          ...seeded,
          productionRuleArn: production.ruleArn,
          testRuleArn: '',
          infrastructureRoleArn: 'arn:aws:iam::111122223333:role/infrastructure',
        }),
      ],
    }),
  )
  expect(service).toMatchObject({ deploymentController: { type: 'ECS' }, runningCount: 2 })
  sim.clock.advance(300_000)
  const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ cluster: 'shop', service: 'api' }))
  expect(serviceDeployments).toMatchObject([{ status: 'SUCCESSFUL' }])
  expect(home.elbv2.route(production.ruleArn)!.forward).toEqual({
    [seeded.blueTargetGroupArn]: 0,
    [seeded.greenTargetGroupArn]: 100,
  })
})

test('and back, once its deployment is over', async () => {
  const rig = createNativeRig({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 })
  const back = () =>
    rig.ecs.send(
      new UpdateServiceCommand({
        ...rig.target,
        deploymentController: { type: 'CODE_DEPLOY' },
        deploymentConfiguration: {
          strategy: 'ROLLING',
          deploymentCircuitBreaker: { enable: false, rollback: false },
        },
      }),
    )
  const arn = await rig.deploy('registry.example.com/api:v2')
  await expect(back()).rejects.toThrow('while a deployment is in progress')
  await rig.finish(arn)
  await back()
  rig.sim.clock.advance(120_000)
  expect(await rig.service()).toMatchObject({
    deploymentController: { type: 'CODE_DEPLOY' },
    runningCount: 2,
    taskSets: [{ status: 'PRIMARY', stabilityStatus: 'STEADY_STATE' }],
  })
})
