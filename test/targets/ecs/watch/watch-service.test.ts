/** What a service says of itself, look by look, where service deployments may not be read: each answer is written down here. */
import { describe, expect, test } from '@jest/globals'
import { deadlineIn } from '../../../../src/clock.ts'
import type { DeploymentEvent } from '../../../../src/deployment/events.ts'
import { startPace } from '../../../../src/deployment/pace.ts'
import type { EcsDeployment, Service } from '../../../../src/ports.ts'
import type { Rollout } from '../../../../src/targets/ecs/request/ecs-context.ts'
import { watchService } from '../../../../src/targets/ecs/watch/watch-service.ts'
import { portsOf } from '../../../deployment/scene.ts'
import { createSimulator } from '../../../simulator/simulator.ts'

const start = Date.UTC(2026, 10, 20, 9)
const at = (seconds: number) => new Date(start + seconds * 1000)

const old: EcsDeployment = {
  id: 'ecs-svc/1',
  status: 'PRIMARY',
  taskDefinition: 'api:1',
  rolloutState: 'COMPLETED',
  createdAt: at(-3600),
  ...{ desiredCount: 2, runningCount: 2, pendingCount: 0 },
}
const ours: EcsDeployment = {
  ...old,
  id: 'ecs-svc/2',
  taskDefinition: 'api:2',
  rolloutState: 'IN_PROGRESS',
  createdAt: at(0),
}
const active = (deployment: EcsDeployment): EcsDeployment => ({ ...deployment, status: 'ACTIVE' })
const event = (seconds: number, message = 'has started 2 tasks.') => ({
  id: `${seconds}`,
  createdAt: at(seconds),
  message,
})

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } }
const before: Service = {
  status: 'ACTIVE',
  desiredCount: 2,
  deploymentConfiguration: breaker,
  deployments: [old],
  events: [event(-60)],
}
const service = (more: Partial<Service>): Service => ({ ...before, ...more })
/** Looks that any watch begins with. */
const running = service({ deployments: [ours, active(old)], events: [event(3), event(-60)] })
const complete = { ...ours, rolloutState: 'COMPLETED' }
const failedBy = (reason: string): EcsDeployment => ({ ...ours, rolloutState: 'FAILED', rolloutStateReason: reason })
const byBreaker = failedBy('ECS deployment circuit breaker: tasks failed to start.')
const back = service({ deployments: [old], events: [event(90, 'rolling back to deployment ecs-svc/1.'), event(3)] })
const theirs: EcsDeployment = { ...ours, id: 'ecs-svc/3', taskDefinition: 'api:3', createdAt: at(30) }

/** The end of a watch that sees these answers, the last one for ever; and the looks that it took. */
async function watch(answers: readonly (Service | undefined)[], rollout: Partial<Rollout> = {}) {
  const { clock } = createSimulator({ start })
  const ports = portsOf(createSimulator({ start }))
  let looks = 0
  const describeService = async () => answers[Math.min(looks++, answers.length - 1)]
  const ecs = { ...ports.ecs, describeService }
  const context = { ...ports, ecs, clock: clock.forProgram, signal: new AbortController().signal, keep() {} }
  const request = { cluster: 'shop', service: 'api', waitMinutes: 10 } as Rollout['request']
  const deadline = deadlineIn(clock.forProgram, 600_000)
  const known = {
    request,
    context,
    service: before,
    taskDefinition: 'api:2',
    previousTaskDefinition: 'api:1',
    ...rollout,
  }
  const own = { id: 'ecs-svc/2', from: start, to: start }
  const events = watchService({ rollout: known, own, deadline, pace: startPace(clock.forProgram) })
  const seen: DeploymentEvent[] = []
  for (;;) {
    const next = await events.next()
    if (next.done) return { ...next.value, looks, seconds: (clock.now() - start) / 1000, seen }
    seen.push(next.value)
  }
}

type Row = readonly [name: string, answers: readonly (Service | undefined)[], outcome: string, serving?: string]

const rows: readonly Row[] = [
  ['ours is complete', [running, service({ deployments: [complete] })], 'succeeded', 'api:2'],
  [
    'a newer one of the same revision is complete',
    [running, service({ deployments: [{ ...theirs, taskDefinition: 'api:2', rolloutState: 'COMPLETED' }] })],
    'succeeded',
    'api:2',
  ],
  ['the service as it was, until the end', [before], 'timed-out'],
  ['the old deployment, though ours was seen', [running, before], 'timed-out'],
  ['another newer deployment', [running, service({ deployments: [theirs] })], 'superseded'],
  [
    'another newer deployment, though ours had failed',
    [service({ deployments: [byBreaker] }), service({ deployments: [theirs] })],
    'superseded',
  ],
  ['the old deployment again, with newer events', [running, back], 'rolled-back', 'api:1'],
  [
    'a new deployment of the old revision, by the words of ECS',
    [
      running,
      service({
        deployments: [
          {
            ...theirs,
            taskDefinition: 'api:1',
            rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
          },
        ],
      }),
      service({ deployments: [{ ...theirs, taskDefinition: 'api:1', rolloutState: 'COMPLETED' }] }),
    ],
    'rolled-back',
    'api:1',
  ],
  [
    'a new deployment of the old revision, by an event on ours',
    [
      running,
      service({
        deployments: [{ ...theirs, taskDefinition: 'api:1', rolloutState: 'COMPLETED' }],
        events: [event(60, '(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start.')],
      }),
    ],
    'rolled-back',
    'api:1',
  ],
  [
    'a new deployment of the old revision, by somebody',
    [running, service({ deployments: [{ ...theirs, taskDefinition: 'api:1', rolloutState: 'COMPLETED' }] })],
    'superseded',
  ],
  [
    'a rollback that fails',
    [running, service({ ...back, deployments: [{ ...old, rolloutState: 'FAILED' }] })],
    'rollback-failed',
  ],
  ['ours has failed, and the breaker may roll back', [service({ deployments: [byBreaker, active(old)] })], 'timed-out'],
  ['no PRIMARY deployment at all', [running, service({ deployments: [] })], 'timed-out'],
  ['no service any more', [running, undefined], 'stopped'],
  ['a service that is being deleted', [running, service({ status: 'DRAINING' })], 'stopped'],
]

// Each with all of its members: Jest takes a parameter without one for a callback.
test.each(rows.map(([name, answers, outcome, serving]) => ({ name, answers, outcome, serving })))(
  '$name',
  async (row) => {
    const { answers, outcome, serving } = row
    const end = await watch(answers)
    expect([end.outcome, end.serving]).toEqual([outcome, serving])
  },
)

describe('ours has failed', () => {
  const settings = (deploymentConfiguration: Service['deploymentConfiguration'], deployment = byBreaker) =>
    service({ deployments: [deployment, active(old)], ...(deploymentConfiguration && { deploymentConfiguration }) })
  const alarm = failedBy('ECS deployment failed: alarm detected.')
  const stop = { deploymentCircuitBreaker: { enable: true, rollback: false } }
  const onAlarm = { alarms: { alarmNames: ['api-5xx'], enable: true, rollback: true } }

  test.each([
    ['and nothing rolls back: at once', settings(stop), 'failed', 1],
    ['by the breaker, and only an alarm rolls back: at once', settings({ ...stop, ...onAlarm }), 'failed', 1],
    [
      'by an alarm that rolls back: ECS is waited for',
      settings({ ...stop, ...onAlarm }, alarm),
      'timed-out',
      undefined,
    ],
    [
      'and a blue/green deployment may roll back: when looks agree',
      settings({ strategy: 'BLUE_GREEN', ...stop }),
      'failed',
      3,
    ],
  ] as const)('%s', async (_, answer, outcome, looks) => {
    const end = await watch([answer])
    expect(end.outcome).toBe(outcome)
    if (looks !== undefined) expect(end.looks).toBe(looks)
  })

  test('and there is nothing to go back to: when looks agree', async () => {
    const first = service({ deployments: [{ ...old, rolloutState: 'IN_PROGRESS' }] })
    const end = await watch([settings(breaker)], { service: first })
    expect([end.outcome, end.looks]).toEqual(['failed', 3])
  })
})

describe('what AWS does not say itself', () => {
  const taken = service({ deployments: [theirs] })

  test('needs three looks in a row, and eight seconds', async () => {
    const end = await watch([running, taken])
    expect([end.outcome, end.looks]).toEqual(['superseded', 4])
    expect(end.seconds).toBeGreaterThanOrEqual(8)
    const broken = await watch([
      running,
      taken,
      taken,
      running,
      taken,
      taken,
      running,
      service({ deployments: [complete] }),
    ])
    expect(broken.outcome).toBe('succeeded')
  })

  test('is not taken from looks that differ', async () => {
    const other = service({ deployments: [{ ...theirs, id: 'ecs-svc/4' }] })
    const end = await watch([running, taken, other, taken, other, service({ deployments: [complete] })])
    expect(end.outcome).toBe('succeeded')
  })
})

describe('a deployment that no reply has named', () => {
  const unnamed = { id: undefined, from: start - 3_599_999, to: start + 500 }
  const follow = async (answers: readonly Service[]) => {
    const { clock } = createSimulator({ start })
    const ports = portsOf(createSimulator({ start }))
    let looks = 0
    const ecs = { ...ports.ecs, describeService: async () => answers[Math.min(looks++, answers.length - 1)] }
    const kept: object[] = []
    const context = {
      ...ports,
      ...{
        ecs,
        clock: clock.forProgram,
        signal: new AbortController().signal,
        keep: (part: object) => kept.push(part),
      },
    }
    const request = { cluster: 'shop', service: 'api', waitMinutes: 5 } as Rollout['request']
    const rollout = { request, context, service: before, taskDefinition: 'api:2', previousTaskDefinition: 'api:1' }
    const deadline = deadlineIn(clock.forProgram, 300_000)
    const events = watchService({ rollout, own: unnamed, deadline, pace: startPace(clock.forProgram) })
    for (;;) {
      const next = await events.next()
      if (next.done) return { ...next.value, kept }
    }
  }

  test('is known as soon as a look shows it', async () => {
    const { outcome, kept } = await follow([before, before, running, service({ deployments: [complete] })])
    expect(outcome).toBe('succeeded')
    expect(kept).toEqual([{ deploymentId: 'ecs-svc/2', createdAt: start }])
  })

  test('is not one of the same revision that was there before', async () => {
    const same = service({ deployments: [{ ...old, taskDefinition: 'api:2' }] })
    expect((await follow([same])).outcome).toBe('timed-out')
  })

  test('may have been replaced before anybody saw it', async () => {
    expect((await follow([before, service({ deployments: [theirs] })])).outcome).toBe('superseded')
  })
})
