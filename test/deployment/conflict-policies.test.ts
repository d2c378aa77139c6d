/** What stands in the way of a deployment, and what each `on-conflict` does about it, look by look. */
import { describe, expect, test } from '@jest/globals'
import { foresee, settleConflict } from '../../src/deployment/conflict.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { ConflictPolicy } from '../../src/deployment/policies.ts'
import { Failure } from '../../src/failure.ts'
import type { Service } from '../../src/ports.ts'
import type { Conflict } from '../../src/targets/ecs/facts/conflicting-deployment.ts'
import { changed, conflictOf, obstacleOf, rollingConflict } from '../../src/targets/ecs/prepare/obstacles.ts'
import type { ServicePlan } from '../../src/targets/ecs/prepare/service-plan.ts'
import type { EcsContext } from '../../src/targets/ecs/request/ecs-context.ts'
import type { Engine } from '../../src/targets/ecs/request/ecs-record.ts'
import type { ServiceRequest } from '../../src/targets/ecs/request/service-request.ts'
import { text } from '../../src/text.ts'
import { failure } from '../refusal.ts'
import { createClock } from '../simulator/clock.ts'

const primaryOf = (taskDefinition: string | undefined, rolloutState: string): Service => ({
  serviceName: 'api',
  deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY', taskDefinition, rolloutState } as never],
})
const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`

describe('a deployment of ECS is in the way', () => {
  test.each<[string, Service, string | undefined, boolean]>([
    ['while one of another revision is in progress', primaryOf(revision(2), 'IN_PROGRESS'), revision(3), true],
    ['while one is in progress and ours is not registered yet', primaryOf(revision(2), 'IN_PROGRESS'), undefined, true],
    ['but not when it is ours', primaryOf(revision(3), 'IN_PROGRESS'), revision(3), false],
    ['but not when it is complete', primaryOf(revision(2), 'COMPLETED'), revision(3), false],
    ['but not when it has failed', primaryOf(revision(2), 'FAILED'), revision(3), false],
    ['but not where there is none', { serviceName: 'api' }, revision(3), false],
  ])('%s', (_, service, ours, expected) => {
    expect(rollingConflict(service, ours)?.kind).toBe(expected ? 'conflict' : undefined)
  })

  test('and is named, with what to do', async () => {
    const conflict = rollingConflict(primaryOf(revision(2), 'IN_PROGRESS'), revision(3))
    expect(await failure(Promise.reject(conflict?.failure))).toEqual({
      code: 'deployment-conflict',
      what: 'The service api already has a deployment of api:2 in progress',
      why: 'its PRIMARY deployment has rolloutState IN_PROGRESS, and this deployment would replace it',
      fix: 'Run this job again when that deployment has ended; or set the input on-conflict to wait, or to stop to replace it. Nothing has been changed.',
    })
    expect([conflict?.isRollback, conflict?.codeDeployId]).toEqual([false, undefined])
    const nameless = rollingConflict(primaryOf(undefined, 'IN_PROGRESS'), revision(3))
    expect(await failure(Promise.reject(nameless?.failure))).toMatchObject({
      what: 'The service api already has a deployment in progress',
    })
  })
})

describe('on-conflict of a service of ECS', () => {
  const service = primaryOf(revision(2), 'IN_PROGRESS')
  const decided = { to: { id: revision(3), label: 'api:3' } } as ServicePlan
  const inTheWayOf = (engine: Engine, onConflict: ConflictPolicy | undefined, plan = decided) =>
    conflictOf({ onConflict } as ServiceRequest, { engine, service }, plan)?.kind

  test.each<[Engine, ConflictPolicy | undefined, string | undefined]>([
    ['ecs-rolling', undefined, undefined],
    ['ecs-rolling', 'stop', undefined],
    ['ecs-rolling', 'wait', 'conflict'],
    ['ecs-rolling', 'fail', 'conflict'],
    ['codedeploy', undefined, undefined],
    ['codedeploy', 'wait', undefined],
    ['codedeploy', 'fail', undefined],
  ])('%s, %s: %s', (engine, onConflict, expected) => {
    expect(inTheWayOf(engine, onConflict)).toBe(expected)
  })

  test('knows its own revision, once it is registered', () => {
    const ours = { to: { id: revision(2), label: 'api:2' } } as ServicePlan
    expect(inTheWayOf('ecs-rolling', 'fail', ours)).toBeUndefined()
    expect(inTheWayOf('ecs-rolling', 'fail', {} as ServicePlan)).toBe('conflict')
  })

  test('names a service that has no name by nothing', async () => {
    const nameless = rollingConflict({ deployments: service.deployments ?? [] }, revision(3))
    expect((await failure(Promise.reject(nameless?.failure))).what).toMatch(/^The service {2}already/)
    expect((await failure(Promise.reject(changed({}).failure))).what).toMatch(/^The service {2}was/)
  })
})

test('a service that changes again and again is named, with what to do', async () => {
  const { kind, failure: found } = changed({ serviceName: 'api' })
  expect([kind, await failure(Promise.reject(found))]).toEqual([
    'changed',
    {
      code: 'deployment-conflict',
      what: 'The service api was repeatedly changed by another user or run while this run prepared its deployment',
      why: '',
      fix: 'Let one workflow at a time deploy it (concurrency in the workflow), then run this job again. Nothing has been changed.',
    },
  ])
})

const inTheWay = new Failure({
  code: 'deployment-conflict',
  what: text`The deployment group api already has an active deployment, d-THEIRS`,
  why: text`DeploymentLimitExceededException: one deployment at a time.`,
  fix: text`Wait.`,
})
const busy = 'The deployment group api already has an active deployment, d-THEIRS'
const byEcs: Conflict = { kind: 'conflict', failure: inTheWay, isRollback: false }
const byCodeDeploy: Conflict = { ...byEcs, codeDeployId: 'd-THEIRS' }
const rollback: Conflict = { ...byCodeDeploy, isRollback: true }

const obstacleIn = (conflict: Conflict, context: EcsContext) =>
  obstacleOf(conflict, { cluster: 'shop', service: 'api' } as ServiceRequest, context)

describe('who only asks is told what would happen', () => {
  const found = `${busy}: DeploymentLimitExceededException: one deployment at a time.`
  const [fails, waits, stops] = [
    `This deployment would fail. ${found}`,
    `This deployment would wait for another one first. ${found}`,
    `This deployment would stop another one first. ${found}`,
  ]
  test.each<[ConflictPolicy | undefined, string, Conflict, string]>([
    [undefined, 'any', byCodeDeploy, fails],
    ['fail', 'any', byEcs, fails],
    ['wait', 'any', byCodeDeploy, waits],
    ['stop', 'one of CodeDeploy', byCodeDeploy, stops],
    ['stop', 'a rollback, which is never stopped', rollback, waits],
    ['stop', 'one of ECS, which a new one replaces', byEcs, waits],
  ])('on-conflict %s: %s', (onConflict, _, conflict, said) => {
    expect(foresee(obstacleIn(conflict, {} as EcsContext), { onConflict }).untrusted).toBe(said)
  })
})

type Answers<T> = readonly (T | Failure)[]

interface World {
  readonly minutes?: number
  /** Of CodeDeploy's deployment, look by look. */
  readonly statuses?: Answers<string | undefined>
  readonly services?: Answers<Service | undefined>
}

/** What is done about a conflict. `asked`: of AWS, with the seconds; `told`: the phases, and the failure at the end. */
async function settled(conflict: Conflict, onConflict: ConflictPolicy | undefined, world: World) {
  const { minutes = 5, statuses = ['InProgress'], services = [] } = world
  const clock = createClock({ kind: 'idle' }, undefined, () => 0.5).forProgram
  const from = clock.monotonic()
  const asked: string[] = []
  const answers = <T>(what: string, list: Answers<T>) => {
    let count = 0
    return async (): Promise<T> => {
      asked.push(what)
      const next = list[Math.min(count++, list.length - 1)]
      if (next instanceof Failure) throw next
      return next as T
    }
  }
  const status = answers('status', statuses)
  const codeDeploy = {
    stopDeployment: async (id: string, isRolledBack: boolean) =>
      void asked.push(`stop ${id}${isRolledBack ? ' and roll back' : ''}`),
    describeDeployment: async () => ({ status: await status() }),
  }
  const ecs = { describeService: answers('service', services) }
  const aws = { codeDeploy, ecs }
  const context = { ...aws, clock, signal: new AbortController().signal, within: () => aws } as unknown as EcsContext
  const terms = { onConflict, waitMinutes: minutes }
  const events: DeploymentEvent[] = []
  let end: Record<string, string> | undefined
  try {
    for await (const event of settleConflict(obstacleIn(conflict, context), terms, context, from + minutes * 60_000))
      events.push(event)
  } catch (error) {
    end = await failure(Promise.reject(error))
  }
  const told = events.map((event) =>
    event.kind === 'phase' ? `${event.name} ${event.status} ${event.detail?.untrusted ?? ''}`.trim() : event.kind,
  )
  return { asked, told, end, seconds: (clock.monotonic() - from) / 1000 }
}

const unreachable = new Failure({ code: 'aws-unreachable', what: text`no answer` })

describe('on-conflict', () => {
  test.each(['fail', undefined] as const)('%s: fails at once, and asks for nothing', async (policy) => {
    const { asked, told, end } = await settled(byCodeDeploy, policy, {})
    expect([asked, told, end?.what]).toEqual([[], [], busy])
  })

  test.each(['Succeeded', 'Failed', 'Stopped'])('wait: until CodeDeploy says %s', async (last) => {
    const statuses = ['InProgress', 'Ready', unreachable, last]
    const { asked, told, end } = await settled(byCodeDeploy, 'wait', { statuses })
    expect([asked, end]).toEqual([['status', 'status', 'status', 'status'], undefined])
    expect(told).toEqual(['other-deployment running waiting for the deployment d-THEIRS', 'other-deployment succeeded'])
  })

  test('stop: stops it with a rollback, and waits until it has ended', async () => {
    const { asked, end } = await settled(byCodeDeploy, 'stop', { statuses: ['InProgress', 'Stopped'] })
    expect([asked, end]).toEqual([['stop d-THEIRS and roll back', 'status', 'status'], undefined])
  })

  test('stop: waits for a rollback, which is never stopped', async () => {
    const { asked, told } = await settled(rollback, 'stop', { statuses: ['InProgress', 'Succeeded'] })
    expect(asked).toEqual(['status', 'status'])
    expect(told[0]).toBe('other-deployment running waiting for the rollback d-THEIRS')
  })

  test.each<[string, Service]>([
    ['complete', primaryOf(revision(2), 'COMPLETED')],
    ['failed', primaryOf(revision(2), 'FAILED')],
  ])('wait: until ECS shows that it is %s', async (_, service) => {
    const services = [primaryOf(revision(2), 'IN_PROGRESS'), unreachable, service]
    const { asked, told, seconds } = await settled(byEcs, 'wait', { services })
    expect(asked).toEqual(['service', 'service', 'service'])
    expect(told).toEqual([
      'other-deployment running waiting for a deployment by another user or run',
      'other-deployment succeeded',
    ])
    expect(seconds).toBeLessThan(15)
  })

  test('wait: 15 s where the service does not show what is in the way', async () => {
    const { asked, seconds } = await settled(byEcs, 'wait', { services: [{ serviceName: 'api' }] })
    expect([asked, seconds]).toEqual([['service'], 15])
  })

  test.each<[string, Conflict, ConflictPolicy, string]>([
    ['wait', byCodeDeploy, 'wait', 'Nothing has been changed.'],
    ['stop', byCodeDeploy, 'stop', 'Its stop was requested; nothing else has been changed.'],
    ['stop of a rollback', rollback, 'stop', 'Nothing has been changed.'],
  ])('%s: no longer than the deployment may take, and says what was changed', async (_, conflict, policy, undone) => {
    const { told, end, seconds } = await settled(conflict, policy, { minutes: 1 })
    expect(seconds).toBe(60)
    expect(told.at(-1)).toBe('other-deployment failed')
    expect(end).toEqual({
      code: 'deployment-conflict',
      what: `${busy}, which has not ended after a wait of 1 minute`,
      why: 'DeploymentLimitExceededException: one deployment at a time.',
      fix: `Check in the AWS console why it does not end, and run this job again when it has ended; or raise wait-for-minutes. ${undone}`,
    })
  })

  test('wait: not at all when there is no time left', async () => {
    const { asked, told, end } = await settled(byCodeDeploy, 'wait', { minutes: 0 })
    expect([asked, told]).toEqual([[], []])
    expect(end?.what).toBe(`${busy}, which has not ended after a wait of 0 minutes`)
    expect(end?.fix).toContain('Nothing has been changed.')
    expect((await settled(byEcs, 'wait', { minutes: 2, services: [undefined] })).end?.what).toContain('2 minutes')
  })
})
