/** Several things go wrong at once, or went wrong before: what ended the deployment has to be told, and not what is beside it. */
import type { Task } from '@aws-sdk/client-ecs'
import { newImage, region } from '../../deployment/scene.ts'
import type { Behaviour } from '../../simulator/contract.ts'
import { ask } from '../../simulator/seeding.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { type Definition, ecsGuide, type FailureScenario } from './scenario.ts'

const goesOff = (sim: Simulator) =>
  sim.world.region(region).cloudwatch.setState('orders-5xx', 'ALARM', 'Threshold Crossed: 12 errors in 1 minute')

const spot: Behaviour = {
  kind: 'taken-away',
  stopCode: 'SpotInterruption',
  stoppedReason: 'Your Spot Task was interrupted.',
  afterSeconds: 5,
}
const lost: Behaviour = {
  kind: 'taken-away',
  stopCode: 'TerminationNotice',
  stoppedReason: 'Host EC2 (instance i-0af1c2d3e4f506172) terminated.',
  afterSeconds: 5,
}
const crash: Behaviour = { kind: 'crash', exitCode: 1, afterSeconds: 5, log: ['Error: no such table: orders'] }

/** The tasks that are made after the first ones do something else. */
const later = (behaviour: Behaviour) => ({
  afterSeconds: 20,
  happens: (sim: Simulator) => sim.world.scenarios.set(newImage, behaviour),
})

/** An old task is unhealthy while the new ones are on their way: an event names it, and its target shows it. */
function sickenOldTask(sim: Simulator): void {
  const { ecs, elbv2 } = sim.world.region(region)
  const service = ecs.service('shop', 'api')
  const { taskArns } = ask<{ taskArns: string[] }>(sim.world, region, 'ListTasks', {
    cluster: 'shop',
    serviceName: 'api',
  })
  const tasks = ask<{ tasks: Task[] }>(sim.world, region, 'DescribeTasks', { cluster: 'shop', tasks: taskArns }).tasks
  const old = tasks.find(({ containers = [] }) => containers.some(({ image }) => image !== newImage))
  const address = old?.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? ''
  const [{ targetGroupArn = '', containerPort = 0 } = {}] = service?.loadBalancers ?? []
  const health = { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' }
  elbv2.register(targetGroupArn, { id: address, port: containerPort, health: () => health })
  const id = old?.taskArn?.split('/').at(-1)
  service?.addEvent(
    `(task ${id}) (port ${containerPort}) is unhealthy in (target-group ${targetGroupArn}) due to (reason Request timed out)`,
  )
}

const proxyImage = 'registry.example.com/proxy:v2'
const withProxy = (definition: Definition): Definition => {
  const healthCheck = { command: ['CMD-SHELL', 'curl -f http://localhost/health || exit 1'] }
  const containers = (definition.containerDefinitions ?? []).map((container) => ({ ...container, healthCheck }))
  const proxy = { ...containers[0], name: 'proxy', image: proxyImage, portMappings: [{ containerPort: 9901 }] }
  return { ...definition, containerDefinitions: [...containers, proxy] }
}

export const mixed: readonly FailureScenario[] = [
  {
    name: 'an alarm of the service goes off under the new tasks',
    source: ecsGuide('deployment-alarm-failure'),
    engine: 'rolling',
    service: { alarms: ['orders-5xx'] },
    meanwhile: { afterSeconds: 75, happens: goesOff },
    decisive: /alarm orders-5xx ALARM/,
    cause: ['alarm orders-5xx went into ALARM', '12 errors in 1 minute', 'after the first new task was running'],
    never: [/circuit breaker|too many|possibly|probably|if it fired/i],
    verdict: 'rolled-back',
  },
  {
    name: 'an alarm goes off while a canary has its share of the traffic',
    source: ecsGuide('deployment-alarm-failure'),
    engine: 'canary',
    service: { alarms: ['orders-5xx'] },
    meanwhile: { afterSeconds: 180, happens: goesOff },
    decisive: /alarm orders-5xx ALARM/,
    cause: ['alarm orders-5xx went into ALARM'],
    never: [/circuit breaker|too many|possibly|probably/i],
    verdict: 'rolled-back',
  },
  {
    name: 'an alarm was in ALARM before CodeDeploy began',
    source: 'https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html',
    engine: 'CodeDeploy',
    service: { alarms: ['orders-5xx'] },
    prepare(sim) {
      goesOff(sim)
      sim.clock.advance(90_000)
    },
    decisive: /codedeploy Stopped ALARM_ACTIVE/,
    cause: ['alarm orders-5xx went into ALARM', 'before the deployment started'],
    verdict: 'rolled-back',
  },
  {
    name: 'most new tasks crash, and Spot takes some',
    source: ecsGuide('fargate-capacity-providers'),
    engine: 'rolling',
    service: { desiredCount: 1 },
    tasks: spot,
    meanwhile: later(crash),
    decisive: /log Error: no such table/,
    cause: ['"api"', 'no such table: orders', /^2 of 3 /],
    never: [/spot/i],
    verdict: 'rolled-back',
  },
  {
    name: 'most new tasks crash, and a host goes away',
    source: ecsGuide('stopped-task-error-codes'),
    engine: 'blue/green',
    service: { desiredCount: 1 },
    tasks: lost,
    meanwhile: later(crash),
    decisive: /log Error: no such table/,
    cause: ['"api"', 'no such table: orders', /^2 of 3 /],
    never: [/host/i],
    verdict: 'rolled-back',
  },
  {
    name: 'no capacity, while an old task is unhealthy',
    source: ecsGuide('service-event-messages-list'),
    engine: 'rolling',
    tasks: { kind: 'no-capacity', reason: 'Capacity is unavailable at this time.' },
    meanwhile: { afterSeconds: 10, happens: sickenOldTask },
    decisive: /Capacity is unavailable/,
    cause: [/capacity/i],
    never: [/unhealthy|health check|answer/i],
    verdict: 'rolled-back',
  },
  {
    name: 'no capacity, a minute after another deployment lacked its image',
    source: ecsGuide('service-event-messages-list'),
    engine: 'rolling',
    tasks: { kind: 'no-capacity', reason: 'The requested CPU configuration is above your limit.' },
    prepare(sim) {
      const service = sim.world.region(region).ecs.service('shop', 'api')
      service?.addEvent(
        'was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref registry.example.com/api:v0: registry.example.com/api:v0: not found.',
      )
      service?.addEvent('has reached a steady state.')
      sim.clock.advance(10_000)
    },
    decisive: /above your limit/,
    cause: [/CPU/, /account/],
    never: [/image|does not exist|\?/i],
    verdict: 'rolled-back',
  },
  {
    name: 'one of two containers fails its health check',
    source: ecsGuide('healthcheck'),
    engine: 'rolling',
    service: { loadBalanced: false },
    definition: withProxy,
    prepare: (sim) => sim.world.scenarios.set(proxyImage, { kind: 'unhealthy', reason: 'Target.FailedHealthChecks' }),
    decisive: /failed container health checks/,
    cause: ['"proxy"', /health check/i],
    never: [/"api"/, /load balancer|target/i],
    verdict: 'rolled-back',
  },
]
