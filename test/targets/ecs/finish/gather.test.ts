import type { Task } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import type { ImageStore, JsonObject } from '../../../../src/ports.ts'
import { explain } from '../../../../src/targets/ecs/finish/explain.ts'
import { gather } from '../../../../src/targets/ecs/finish/gather.ts'
import type { GatherSubject } from '../../../../src/targets/ecs/finish/gather-subject.ts'
import { renderText } from '../../../../src/text.ts'
import { simulated } from '../../../aws/simulated.ts'
import type { Behaviour, Call } from '../../../simulator/contract.ts'
import { seedImage } from '../../../simulator/ecr.ts'
import { seededTaskDefinition, seedRollingService } from '../../../simulator/fixtures.ts'
import { ask } from '../../../simulator/seeding.ts'
import type { Simulator } from '../../../simulator/simulator.ts'
import { sentences } from './evidence.ts'

const image = 'registry.example.com/api:v2'

const group = (simulator: ReturnType<typeof simulated>['simulator']) =>
  simulator.world.region('eu-west-1').ecs.service('shop', 'api')?.loadBalancers[0]?.targetGroupArn ?? ''

/** A service whose second revision runs, or does not, for some minutes; and the evidence of it. */
async function deployed(
  behaviour: Behaviour,
  change: {
    readonly allow?: readonly string[]
    readonly more?: JsonObject
    readonly subject?: Partial<GatherSubject>
    /** Before and after the deployment is begun, and right before the evidence is gathered. */
    readonly before?: (simulator: Simulator) => void
    readonly during?: (simulator: Simulator) => void
    readonly images?: boolean
    /** More of the subject, by the moment at which the deployment began. */
    readonly about?: (began: number) => Partial<GatherSubject>
    readonly environment?: { name: string; value: string }[]
  } = {},
) {
  const { aws, simulator, clock } = simulated()
  seedRollingService(simulator, { circuitBreaker: 'off', desiredCount: 2 })
  simulator.world.scenarios.set(image, behaviour)
  change.before?.(simulator)
  const since = clock.now()
  const { environment = [] } = change
  const seeded = seededTaskDefinition(simulator.world, { image, container: { environment } })
  const written = { ...seeded, ...change.more } as unknown as JsonObject
  const { taskDefinitionArn } = await aws.ecs.registerTaskDefinition(written)
  const taskDefinition = String(taskDefinitionArn)
  await aws.ecs.updateService({ cluster: 'shop', service: 'api', taskDefinition })
  simulator.clock.advance(120_000)
  change.during?.(simulator)
  if (change.allow) simulator.iam.allow(...change.allow)
  const subject = {
    cluster: 'shop',
    service: 'api',
    taskDefinition,
    since,
    isByCodeDeploy: false,
    ...change.subject,
    ...change.about?.(since),
  }
  const images = change.images ? { ecr: aws.ecr, registry: {} as ImageStore['registry'] } : undefined
  const evidence = await gather(subject, { ...aws, aside: { ...aws, images } })
  return { evidence, cause: explain(evidence, { outcome: 'failed' }) }
}

describe('evidence of a service, from AWS', () => {
  test("peers' F10: a crash: one group of tasks, the exit code, and the last lines of its log", async () => {
    const log = ['starting', 'Error: no such table: users', 'password=hunter2secret']
    const { evidence, cause } = await deployed({ kind: 'crash', exitCode: 1, log })
    expect(evidence.stoppedTasks).toHaveLength(1)
    expect(evidence.stoppedTasks[0]).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ name: 'api', exitCode: 1, essential: true, memory: 512 }],
    })
    const lines = evidence.logs.flatMap((tail) => tail.lines.map((line) => line.untrusted))
    expect(lines).toEqual(['starting', 'Error: no such table: users', 'password=***'])
    expect(sentences(cause)).toContain('("api", exit code 1): `Error: no such table: users` (last log line)')
    expect(evidence.missingPermissions).toEqual([])
  })

  test('out of memory', async () => {
    const { cause } = await deployed({ kind: 'out-of-memory' })
    expect(sentences(cause)).toContain('container "api" ran out of memory (limit 512 MiB, exit code 137, SIGKILL)')
  })

  test('an unhealthy target', async () => {
    const { cause } = await deployed({ kind: 'unhealthy', reason: 'Target.ResponseCodeMismatch', responseCode: 404 })
    expect(cause.code).toBe('health-check-code')
    expect(renderText(cause.why, (theirs) => theirs)).toContain('404')
  })

  test('tasks that never start', async () => {
    const stoppedReason = `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`
    const { evidence, cause } = await deployed({ kind: 'fails-to-start', stoppedReason })
    expect(evidence.stoppedTasks.map(({ stopCode }) => stopCode)).toEqual(['TaskFailedToStart'])
    expect(sentences(cause)).toMatch(
      new RegExp(
        `^(\\d+ of \\d+ new tasks|The new task) could not start: CannotPullContainerError: image ${image} not found`,
      ),
    )
  })

  test('no capacity: only the events tell', async () => {
    const reason = 'Capacity is unavailable at this time. Please try again later or in a different availability zone'
    const { evidence, cause } = await deployed({ kind: 'no-capacity', reason })
    expect(evidence.stoppedTasks).toEqual([])
    expect(cause.code).toBe('capacity-unavailable')
  })

  test('tasks of the old revision and events from before are no evidence', async () => {
    const { evidence } = await deployed({ kind: 'healthy' })
    expect(evidence.stoppedTasks).toEqual([])
    expect(evidence.targetHealth).toEqual([])
    expect(evidence.serviceEvents.filter(({ message }) => message.untrusted.includes('unhealthy'))).toEqual([])
  })

  test('what may not be read is named, and the rest is read', async () => {
    const allow = ['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks']
    const { evidence, cause } = await deployed({ kind: 'crash', exitCode: 3, log: ['boom'] }, { allow })
    expect(evidence.missingPermissions.map(({ action }) => action).sort()).toEqual([
      'ecs:DescribeTaskDefinition',
      'elasticloadbalancing:DescribeTargetHealth',
    ])
    expect(sentences(cause)).toContain('exit code 3)')
  })

  test('with no permission at all there is still an answer', async () => {
    const { evidence, cause } = await deployed({ kind: 'crash', exitCode: 3 }, { allow: ['sts:GetCallerIdentity'] })
    expect(evidence.missingPermissions.map(({ action }) => action)).toContain('ecs:ListTasks and ecs:DescribeTasks')
    expect(sentences(cause)).toContain('Allow ecs:')
  })

  test('no value of a variable is in what AWS says, either', async () => {
    const environment = [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'LICENCE', value: 'a licence/that is long' },
      { name: 'SERVICE_NAME', value: 'checkout-of-the-shop' },
      { name: 'MODE', value: 'production' },
    ]
    const [encoded, basic] = [
      'a%20licence%2Fthat%20is%20long',
      Buffer.from('ann:a licence/that is long').toString('base64'),
    ]
    const stoppedReason = `CannotPullContainerError: no login with hunter2, ?l=${encoded}, ${basic} in production`
    const { evidence, cause } = await deployed({ kind: 'fails-to-start', stoppedReason }, { environment })
    const seen = JSON.stringify([evidence, sentences(cause)])
    expect(seen).toContain('no login with ***(DB_PASSWORD), ?l=***(LICENCE), ')
    expect(seen).toContain('in production')
    for (const secret of ['hunter2', encoded, basic.slice(8, -4)]) expect(seen).not.toContain(secret)
  })
})

describe('whose evidence it is', () => {
  /** Makes the target of an old task, or of nobody, unhealthy; with an event about it. */
  const sicken = (simulator: Simulator, whose: 'old' | 'unknown') => {
    const { ecs, elbv2 } = simulator.world.region('eu-west-1')
    const tasks = ask<{ tasks: Task[] }>(simulator.world, 'eu-west-1', 'DescribeTasks', {
      cluster: 'shop',
      tasks: ask<{ taskArns: string[] }>(simulator.world, 'eu-west-1', 'ListTasks', {
        cluster: 'shop',
        serviceName: 'api',
      }).taskArns,
    }).tasks
    const old = tasks.find(({ containers = [] }) => containers.some((container) => container.image !== image))
    const health = { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' }
    const address = old?.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? ''
    const id = whose === 'old' ? address : '10.9.9.9'
    elbv2.register(group(simulator), { id, port: 8080, health: () => health })
    const task = whose === 'old' ? old?.taskArn?.split('/').at(-1) : '0af1c2d3e4f5061728394a5b6c7d8e9f'
    ecs
      .service('shop', 'api')
      ?.addEvent(
        `(task ${task}) (port 8080) is unhealthy in (target-group ${group(simulator)}) due to (reason Request timed out)`,
      )
  }
  const noCapacity = { kind: 'no-capacity', reason: 'Capacity is unavailable at this time.' } as const

  test('an old task that is unhealthy is nobody that was deployed', async () => {
    const { evidence, cause } = await deployed(noCapacity, { during: (simulator) => sicken(simulator, 'old') })
    expect(evidence.targetHealth).toEqual([])
    expect(evidence.serviceEvents.filter(({ about }) => about === 'old')).toHaveLength(1)
    expect(cause.code).toBe('capacity-unavailable')
  })

  test('of a target that nobody knows the cause is not sure', async () => {
    const { cause } = await deployed({ kind: 'healthy' }, { during: (simulator) => sicken(simulator, 'unknown') })
    expect([cause.code, cause.confidence]).toEqual(['health-check-timeout', 'likely'])
  })

  test('after a rollback the targets are those of the old version', async () => {
    const during = (simulator: Simulator) => sicken(simulator, 'unknown')
    const { evidence } = await deployed(noCapacity, { during, subject: { isBack: true } })
    expect(evidence.targetHealth).toEqual([])
  })

  test('what was said before the service was steady belongs to the deployment before', async () => {
    const before = (simulator: Simulator) => {
      const service = simulator.world.region('eu-west-1').ecs.service('shop', 'api')
      service?.addEvent('was unable to place a task. Reason: CannotPullContainerError: x/api:v0: not found.')
      simulator.clock.advance(5_000)
      service?.addEvent('has reached a steady state.')
      simulator.clock.advance(5_000)
    }
    const told = async (subject: (began: number) => Partial<GatherSubject>) => {
      const { evidence, cause } = await deployed(noCapacity, { before, about: subject })
      return { code: cause.code, said: evidence.serviceEvents.map(({ message }) => message.untrusted).join('\n') }
    }
    // With all events, too, what was said since counts.
    expect(await told(() => ({ since: 0 }))).toEqual({
      code: 'capacity-unavailable',
      said: expect.stringContaining('api:v0'),
    })
    const bound = { code: 'capacity-unavailable', said: expect.not.stringContaining('api:v0') }
    expect(await told((began) => ({ since: 0, createdAt: began }))).toEqual(bound)
    expect(await told((began) => ({ since: began - 60_000 }))).toEqual(bound)
  })
})

describe('what else is read after certain failures', () => {
  test('the settings of the health check that failed', async () => {
    const { evidence, cause } = await deployed({ kind: 'unhealthy', reason: 'Target.Timeout' })
    expect(evidence.healthChecks).toMatchObject([{ container: 'api', port: 8080, path: '/health', accepts: '200' }])
    expect(sentences(cause)).toContain(
      'failed ELB health checks (container "api", port 8080, path /health, target group api): request timed out (Target.Timeout)',
    )
  })

  /** Sets what the load balancer says of every task of the service. */
  const unused = (description: string) => (simulator: Simulator) => {
    const { world } = simulator
    const service = { cluster: 'shop' }
    const { taskArns: tasks } = ask<{ taskArns: string[] }>(world, 'eu-west-1', 'ListTasks', service)
    const described = ask<{ tasks: Task[] }>(world, 'eu-west-1', 'DescribeTasks', { ...service, tasks })
    const health = { State: 'unused', Reason: 'Target.NotInUse', Description: description }
    for (const { containers } of described.tasks) {
      const id = containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? ''
      world.region('eu-west-1').elbv2.register(group(simulator), { id, port: 8080, health: () => health })
    }
  }

  test('a target in a zone that the load balancer does not serve is named, with the zone of its task', async () => {
    const description = 'Target is in an Availability Zone that is not enabled for the load balancer'
    const { evidence, cause } = await deployed({ kind: 'healthy' }, { during: unused(description) })
    expect(evidence.targetHealth[0]).toMatchObject({ isNew: true, zone: 'eu-west-1a', reason: 'Target.NotInUse' })
    expect(sentences(cause)).toContain(
      `Target.NotInUse (container "api", port 8080, path /health, target group api): ${description} (eu-west-1a). Enable`,
    )
  })

  test('a target of a group that no listener forwards to is no fault', async () => {
    const during = unused('Target group is not configured to receive traffic from the load balancer')
    expect((await deployed({ kind: 'healthy' }, { during })).evidence.targetHealth).toEqual([])
  })

  test('without the permission the rest is said, and which one is missing', async () => {
    const allow = ['ecs:Describe*', 'ecs:List*', 'elasticloadbalancing:DescribeTargetHealth', 'logs:GetLogEvents']
    const { cause } = await deployed({ kind: 'unhealthy', reason: 'Target.Timeout' }, { allow })
    expect(sentences(cause)).toContain(
      'failed ELB health checks (container "api", port 8080, target group api): request timed out (Target.Timeout)',
    )
    expect(sentences(cause)).toContain(
      'Allow elasticloadbalancing:DescribeTargetGroups to the deploying role to get more details.',
    )
  })

  test('the log that may not be read is named in the advice', async () => {
    const allow = ['ecs:Describe*', 'ecs:List*', 'elasticloadbalancing:*']
    const { cause } = await deployed({ kind: 'crash', exitCode: 1, log: ['boom'] }, { allow })
    expect(sentences(cause)).toContain('Allow logs:GetLogEvents to the deploying role to get more details.')
  })

  const pushed = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:v1.2.4'
  const missing = {
    kind: 'fails-to-start',
    stoppedReason: `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${pushed}: ${pushed}: not found`,
  } as const
  const push = (simulator: Simulator) => {
    const { handlers } = simulator.world.region('eu-west-1').ecr
    handlers.CreateRepository?.({ repositoryName: 'api' }, {} as Call)
    for (const [at, tag] of ['v1.2.3', 'v1.2.5', 'latest'].entries())
      seedImage(simulator.world, 'eu-west-1', 'api', tag, { labels: { at: `${at}` } })
  }

  test('the tags that the repository has, where the image is not there', async () => {
    const { evidence, cause } = await deployed(missing, { before: push, images: true })
    expect(evidence.imageTags?.tags).toHaveLength(3)
    expect(sentences(cause)).toContain('Nearest tags in repository api: v1.2.3, v1.2.5, latest.')
  })

  test('without the permission it is named', async () => {
    const allow = ['ecs:Describe*', 'ecs:List*', 'elasticloadbalancing:*']
    const { cause } = await deployed(missing, { before: push, images: true, allow })
    expect(sentences(cause)).toContain('Allow ecr:DescribeImages to the deploying role to get more details.')
  })
})
