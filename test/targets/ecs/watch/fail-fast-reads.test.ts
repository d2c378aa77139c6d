/** At what `fail-fast-after` looks, and what it takes for a failure of the new version, look by look. */
import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/failure.ts'
import type { Service, Task } from '../../../../src/ports.ts'
import type { Rollout } from '../../../../src/targets/ecs/request/ecs-context.ts'
import { startFailFast } from '../../../../src/targets/ecs/watch/fail-fast.ts'
import { text } from '../../../../src/text.ts'
import { createClock } from '../../../simulator/clock.ts'

const taskDefinition = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:2'
const denied = new Failure({ code: 'permission-missing', what: text`not authorized` })

/** `failFastAfter` beside what AWS shows. `asked`: what AWS was asked for, oldest first; `spent`: what the pace was told of it. */
function watching(failFastAfter: number | undefined) {
  const clock = createClock({ kind: 'idle' })
  const shown: { stopped: readonly Task[]; events: Service['events']; denied: readonly string[] } = {
    stopped: [],
    events: [],
    denied: [],
  }
  const asked: string[] = []
  const pace = { spent: 0, spend: () => void pace.spent++ }
  const answer = async <T>(what: string, value: T): Promise<T> => {
    asked.push(what)
    if (shown.denied.includes(what)) throw denied
    return value
  }
  const ecs = {
    listTasks: (_: string, { desiredStatus }: { desiredStatus: string }) => answer(desiredStatus, shown.stopped),
    describeService: () => answer('service', { events: shown.events }),
  }
  const context = { clock: clock.forProgram, ecs, within: () => ({ ecs }) }
  const request = { cluster: 'shop', service: 'api', failFastAfter }
  const failFast = startFailFast({ request, context, taskDefinition } as unknown as Rollout, pace as never)
  const look = async (running: number, failed: number, more: { isOld?: boolean; desired?: number } = {}) =>
    (await failFast.check({ desired: 2, running, failed, ...more }))?.untrusted
  const crashed = (exitCode: number, createdSecondsAgo = 0): Task => ({
    taskDefinitionArn: taskDefinition,
    stopCode: 'EssentialContainerExited',
    createdAt: new Date(clock.now() - createdSecondsAgo * 1000),
    containers: [{ name: 'api', exitCode }],
  })
  const wait = (seconds: number) => clock.advance(seconds * 1000)
  return { look, shown, asked, pace, crashed, wait, clock }
}

const failedAlike = (count: number) => `${count} new tasks failed with the same error (fail-fast-after: 3)`

describe('fail-fast-after: 3', () => {
  test('stops a deployment when three tasks have failed in the same way, and says so once', async () => {
    const { look, shown, crashed } = watching(3)
    shown.stopped = [crashed(1), crashed(1), crashed(1)]
    expect(await look(0, 3)).toBe(failedAlike(3))
    expect(await look(0, 9)).toBeUndefined()
  })

  test('does not stop it when two have, or when three have failed in two ways', async () => {
    const { look, shown, crashed } = watching(3)
    shown.stopped = [crashed(1), crashed(1), crashed(2)]
    expect(await look(0, 3)).toBeUndefined()
  })

  test('does not look at the tasks before as many have failed', async () => {
    const { look, asked, pace } = watching(3)
    await look(0, 2)
    expect([asked, pace.spent]).toEqual([[], 0])
    await look(0, 3)
    expect([asked, pace.spent]).toEqual([['STOPPED'], 1])
  })

  test('looks at the same failures once, and again when one more has failed', async () => {
    const { look, shown, crashed, asked } = watching(3)
    shown.stopped = [crashed(1)]
    await look(0, 3)
    await look(0, 3)
    expect(asked).toEqual(['STOPPED'])
    await look(0, 4)
    expect(asked).toEqual(['STOPPED', 'STOPPED'])
  })

  test('counts tasks that do not run any more, which AWS does not count as failed', async () => {
    const { look, asked } = watching(3)
    for (const running of [2, 1, 2, 0]) await look(running, 0)
    expect(asked).toEqual(['STOPPED'])
  })

  test('counts tasks that a clock of AWS a minute behind says are older, and none before them', async () => {
    const { look, shown, crashed } = watching(3)
    shown.stopped = [crashed(1, 60), crashed(1, 60), crashed(1, 61)]
    expect(await look(0, 3)).toBeUndefined()
    shown.stopped = [crashed(1, 60), crashed(1, 60), crashed(1, 60)]
    expect(await look(0, 4)).toBe(failedAlike(3))
  })

  test('describes the tasks only where there are any', async () => {
    const { look, shown, crashed, pace } = watching(3)
    shown.stopped = [crashed(1)]
    await look(0, 3)
    expect(pace.spent).toBe(2)
  })
})

describe('without failures that AWS counts', () => {
  test('the tasks are looked at after 30 s without progress', async () => {
    const { look, asked, wait } = watching(3)
    wait(29)
    await look(1, 0)
    wait(29)
    await look(1, 0)
    expect(asked).toEqual([])
    wait(1)
    await look(1, 0)
    expect(asked).toEqual(['STOPPED'])
  })

  test('that is after 12 s once one has failed', async () => {
    const { look, shown, crashed, asked, wait } = watching(3)
    shown.stopped = [crashed(1)]
    wait(30)
    await look(0, 0)
    wait(11)
    await look(0, 0)
    expect(asked).toHaveLength(1)
    wait(1)
    await look(0, 0, { isOld: true })
    expect(asked).toHaveLength(2)
  })

  test('a task that comes back is no progress', async () => {
    const { look, asked, wait } = watching(3)
    await look(1, 0)
    wait(15)
    await look(0, 0)
    wait(15)
    await look(1, 0)
    expect(asked).toEqual(['STOPPED'])
  })

  test('nothing is looked at when as many run as should, or where the last look may be outdated', async () => {
    const { look, asked, wait } = watching(3)
    wait(60)
    await look(0, 0, { isOld: true })
    await look(0, 0, { desired: 0 })
    expect(asked).toEqual([])
  })
})

describe('tasks that cannot be placed', () => {
  const message = '(service api) was unable to place a task because no container instance met all of its requirements.'

  test('are asked for at every other look without a failed task', async () => {
    const { look, asked, wait, pace } = watching(3)
    for (let looks = 0; looks < 4; looks++) {
      wait(30)
      await look(0, 0)
    }
    expect(asked).toEqual(['STOPPED', 'STOPPED', 'service', 'STOPPED', 'STOPPED', 'service'])
    expect(pace.spent).toBe(6)
  })

  test('end the deployment after ten minutes, which is said once', async () => {
    const { look, shown, wait, clock } = watching(3)
    shown.events = [{ createdAt: new Date(clock.now()), message }]
    const told: unknown[] = []
    for (let minutes = 0; minutes < 20; minutes += 0.5) {
      wait(30)
      told.push(await look(0, 0))
    }
    expect(told.filter((said) => said !== undefined)).toEqual([
      'ECS has not been able to place the new tasks for 10 minutes',
    ])
  })

  test('are not asked for after a task has failed, until two more looks show none', async () => {
    const { look, shown, crashed, asked, wait } = watching(3)
    for (const stopped of [[], [crashed(1)], [], []]) {
      shown.stopped = stopped
      wait(30)
      await look(0, 0)
    }
    expect(asked).toEqual(['STOPPED', 'STOPPED', 'STOPPED', 'STOPPED', 'service'])
  })
})

test.each([
  ['fail-fast-after: 0', 0, [], []],
  ['no fail-fast-after', undefined, [], []],
  ['no right to list tasks', 3, ['STOPPED'], ['STOPPED']],
  ['no right to describe the service', 3, ['service'], ['STOPPED', 'STOPPED', 'service']],
])('with %s, nothing is asked for again', async (_, failFastAfter, rights, questions) => {
  const { look, shown, asked, wait } = watching(failFastAfter)
  shown.denied = rights
  for (let looks = 0; looks < 5; looks++) {
    wait(30)
    expect(await look(0, looks)).toBeUndefined()
  }
  expect(asked).toEqual(questions)
})
