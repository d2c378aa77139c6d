/** The tasks are well, and something else ends the deployment: an alarm, a hook, a rule, a person, AWS itself. */
import { region } from '../../deployment/scene.ts'
import { codeDeployOf } from '../../simulator/codedeploy/codedeploy.ts'
import { ask, seededTaskDefinition } from '../../simulator/seeding.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { codeDeployGuide, ecsGuide, type FailureScenario, github } from './scenario.ts'

const here = { cluster: 'shop', service: 'api' }

/** What the console's button sends. */
function rollBackByHand(sim: Simulator): void {
  const { serviceDeployments } = ask<{ serviceDeployments: { serviceDeploymentArn: string }[] }>(
    sim.world,
    region,
    'ListServiceDeployments',
    here,
  )
  const [newest] = serviceDeployments
  ask(sim.world, region, 'StopServiceDeployment', { ...newest, stopType: 'ROLLBACK' })
}

/** Takes a target group out of the listener rules of the service, as a wrong change of the load balancer does. */
function disassociate(sim: Simulator, name: string): void {
  const { elbv2, ecs } = sim.world.region(region)
  const balancer = ecs.service('shop', 'api')?.loadBalancers[0] as { advancedConfiguration?: Record<string, string> }
  const { productionListenerRule = '', testListenerRule = '' } = balancer.advancedConfiguration ?? {}
  for (const rule of [productionListenerRule, testListenerRule]) {
    const route = elbv2.route(rule)
    if (!route) continue
    const rest = Object.entries(route.forward).filter(([arn]) => !arn.includes(`/${name}/`))
    route.forward = Object.fromEntries(rest)
  }
}

const hookRole = 'arn:aws:iam::111122223333:role/ecsHookRole'
const smokeTest = 'arn:aws:lambda:eu-west-1:111122223333:function:orders-smoke-test'

export const decisions: readonly FailureScenario[] = [
  {
    name: 'an alarm of the deployment group goes off',
    source: codeDeployGuide('deployments-rollback-and-redeploy'),
    engine: 'CodeDeploy',
    service: { alarms: ['orders-5xx'], deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes' },
    meanwhile: {
      afterSeconds: 210,
      happens: (sim) => sim.world.region(region).cloudwatch.setState('orders-5xx', 'ALARM'),
    },
    decisive: /alarm orders-5xx ALARM/,
    cause: ['orders-5xx', /alarm/i],
    verdict: 'rolled-back',
  },
  {
    name: 'a Lambda hook says FAILED',
    source: ecsGuide('troubleshooting-blue-green'),
    engine: 'blue/green',
    service: {
      lifecycleHooks: [{ hookTargetArn: smokeTest, roleArn: hookRole, lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }],
    },
    prepare: (sim) => sim.world.region(region).ecs.lambdaHooks.set(smokeTest, { kind: 'failed' }),
    decisive: /orders-smoke-test returned FAILED status/,
    cause: ['orders-smoke-test', /fail|refuse|reject/i, /hook/i],
    verdict: 'rolled-back',
  },
  {
    name: 'nobody answers a pause',
    source: ecsGuide('troubleshooting-blue-green'),
    engine: 'blue/green',
    service: {
      lifecycleHooks: [
        {
          targetType: 'PAUSE',
          lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
          timeoutConfiguration: { timeoutInMinutes: 5, action: 'ROLLBACK' },
        },
      ],
    },
    decisive: /POST_TEST_TRAFFIC_SHIFT pause hook timed out/,
    cause: [/pause/i, /timed? ?out|in time|nobody|no answer|not answered|unanswered/i],
    verdict: 'rolled-back',
  },
  {
    name: 'a target group is behind no listener rule',
    source: ecsGuide('troubleshooting-blue-green'),
    engine: 'blue/green',
    prepare: (sim) => disassociate(sim, 'api-green'),
    decisive: /is not associated with either/,
    cause: ['api-green', /target group/i, /rule|listener/i],
    verdict: 'rolled-back',
  },
  {
    name: 'a validation function of the AppSpec fails',
    source: codeDeployGuide('troubleshooting-ecs'),
    engine: 'CodeDeploy',
    given: { 'codedeploy-appspec': 'appspec.yml' },
    files: {
      'appspec.yml': `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo: { ContainerName: api, ContainerPort: 8080 }
Hooks:
  - AfterAllowTestTraffic: CodeDeployHook_ordersSmokeTest
`,
    },
    prepare: (sim) =>
      codeDeployOf(sim.world, region).hook('CodeDeployHook_ordersSmokeTest', { kind: 'Failed', seconds: 20 }),
    decisive: /lifecycle event validation functions failed/,
    cause: ['AfterAllowTestTraffic', 'CodeDeployHook_ordersSmokeTest', /fail/i],
    verdict: 'rolled-back',
  },
  {
    name: 'a person rolls it back in the console',
    source: ecsGuide('stop-service-deployment'),
    engine: 'rolling',
    tasks: { kind: 'healthy', startSeconds: 240 },
    meanwhile: { afterSeconds: 60, happens: rollBackByHand },
    decisive: /service deployment (ROLLBACK|STOP)_/,
    cause: [/somebody|someone|person|by hand|outside|a user/i, /stop|roll/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the revision was deregistered',
    source: github('DefangLabs/defang/pull/775'),
    engine: 'rolling',
    prepare(sim) {
      ask(sim.world, region, 'RegisterTaskDefinition', seededTaskDefinition(sim.world))
      ask(sim.world, region, 'DeregisterTaskDefinition', { taskDefinition: 'api:2' })
    },
    given: { image: '', 'task-definition': 'api:2' },
    cause: ['api:2', /INACTIVE|deregistered/i],
    verdict: 'failed',
  },
]
