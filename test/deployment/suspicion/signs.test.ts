import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../../src/deployment/events.ts'
import { advance, type Course, isEmpty, isRecovery, isSign, unbegun } from '../../../src/deployment/suspicion/signs.ts'
import { tasksInMessage } from '../../../src/targets/ecs/facts/service-events.ts'
import { taskProgress } from '../../../src/targets/ecs/facts/task-progress.ts'
import { untrusted } from '../../../src/text.ts'

const at = 0
const started = {
  kind: 'started',
  at,
  deploymentId: '',
  consoleUrl: undefined,
  adopted: false,
  commands: { look: [] },
  outputs: {},
} as const
const tasks = (running: number, pending: number, failed = 0, desired = 2) =>
  taskProgress(at, { desired, running, pending, failed })
const message = (words: string) =>
  ({ kind: 'message', at, message: untrusted(`(service api) ${words}`), ...tasksInMessage(words) }) as const
const phase = (name: string, status: 'running' | 'succeeded') => ({ kind: 'phase', at, name, status }) as const
const making = { ...phase('SCALE_UP', 'running'), makesUnits: true } as const
const alarms = (...fired: string[]) =>
  ({ kind: 'details', at, details: { gauges: [], notices: [], shares: [], fired } }) as const
const rollingBack = { kind: 'rolling-back', at } as const
const pause = {
  id: 'hook',
  stage: 'POST_SCALE_UP',
  otherwise: 'roll-back',
  permission: 'ecs:ContinueServiceDeployment',
  commands: { prepare: [], goOn: [], rollBack: [] },
} as const
const paused = { kind: 'paused', at, pause } as const
const resumed = { kind: 'resumed', at, id: 'hook', answer: 'continue' } as const

const after = (...events: DeploymentEvent[]): Course => events.reduce(advance, unbegun)

describe('a sign that something fails', () => {
  test.each<readonly [string, readonly DeploymentEvent[], DeploymentEvent, boolean]>([
    ['new tasks that are pending, then running', [tasks(0, 2)], tasks(1, 1), false],
    ['the first counts', [started], tasks(0, 2), false],
    ['the first counts, with a failed task from before', [started], tasks(0, 2, 1), true],
    ['one more failed', [tasks(0, 2, 1)], tasks(0, 2, 2), true],
    ['the same number failed', [tasks(0, 1, 1)], tasks(1, 1, 1), false],
    ['a task is gone', [tasks(2, 0)], tasks(1, 0), true],
    ['a task is gone that is not wanted any more', [tasks(2, 0)], tasks(1, 0, 0, 1), false],
    [
      'as many tasks as are wanted were started',
      [tasks(0, 2)],
      message('has started 2 tasks: (task a) (task b).'),
      false,
    ],
    [
      'one was started again',
      [tasks(0, 2), message('has started 2 tasks: …')],
      message('has started 1 tasks: (task c).'),
      true,
    ],
    ['tasks were started before it is known how many are wanted', [], message('has started 2 tasks: …'), false],
    [
      'no place',
      [],
      message('was unable to place a task because no container instance met all of its requirements.'),
      true,
    ],
    ['no launch', [], message('failed to launch a task with (error ECS was unable to assume the role …).'), true],
    [
      'settings that let nothing move',
      [],
      message('was unable to stop or start tasks during a deployment because …'),
      true,
    ],
    [
      'an unhealthy target',
      [],
      message('(task a) (port 8080) is unhealthy in (target-group g) due to (reason Request timed out)'),
      true,
    ],
    ['a failed check of a container', [], message('(task a) failed container health checks.'), true],
    ['a targets that was registered', [], message('registered 1 targets in (target-group g)'), false],
    ['a steady state', [], message('has reached a steady state.'), false],
    ['a rollback by AWS', [], rollingBack, true],
    ['a rollback by this run, which has seen why', [], { ...rollingBack, isOurs: true }, false],
    ['what happens to tasks after a rollback began', [tasks(2, 0), rollingBack], tasks(0, 0), false],
    ['what ECS says after a rollback began', [rollingBack], message('(task a) failed container health checks.'), false],
    ['an alarm that fired', [alarms()], alarms('5xx'), true],
    ['an alarm that shows after its rollback', [alarms(), rollingBack], alarms('5xx'), true],
    ['an alarm that is known', [alarms('5xx')], alarms('5xx'), false],
    ['a step that begins', [], phase('SCALE_UP', 'running'), false],
  ])('%s', (_, before, event, expected) => {
    expect(isSign(after(...before), event)).toBe(expected)
  })
})

describe('no new task where some are due', () => {
  test.each<readonly [string, readonly DeploymentEvent[], boolean]>([
    ['nothing has started', [tasks(0, 0)], false],
    ['nothing is known of tasks', [started], false],
    ['none, without steps', [started, tasks(0, 0)], true],
    ['none while they are made', [started, making, tasks(0, 0)], true],
    ['none while they are made, after a step', [started, phase('PRE_SCALE_UP', 'running'), making, tasks(0, 0)], true],
    ['none, as a hook runs before', [started, phase('PRE_SCALE_UP', 'running'), tasks(0, 0)], false],
    ['none, as they were made before', [started, making, phase('POST_SCALE_UP', 'running'), tasks(0, 0)], false],
    ['none is wanted', [started, tasks(0, 0, 0, 0)], false],
    ['one is pending', [started, tasks(0, 1)], false],
    ['people are waited for', [started, tasks(0, 0), paused], false],
    ['people were waited for', [started, tasks(0, 0), paused, resumed], true],
    ['it rolls back', [started, tasks(0, 0), rollingBack], false],
  ])('%s', (_, events, expected) => {
    expect(isEmpty(after(...events))).toBe(expected)
  })
})

describe('a recovery', () => {
  test.each<readonly [string, readonly DeploymentEvent[], DeploymentEvent, boolean]>([
    ['a step succeeds with all tasks running', [tasks(2, 0, 1)], phase('SCALE_UP', 'succeeded'), true],
    ['all tasks run, which they may do for a moment only', [tasks(1, 1, 1)], tasks(2, 0, 1), false],
    ['a step succeeds while one is missing', [tasks(1, 1, 1)], phase('SCALE_UP', 'succeeded'), false],
    ['a step succeeds while one more than wanted starts', [tasks(2, 1, 1)], phase('SCALE_UP', 'succeeded'), false],
    ['a step begins', [tasks(2, 0, 1)], phase('SCALE_UP', 'running'), false],
    ['a step of a rollback succeeds', [tasks(2, 0), rollingBack], phase('SCALE_UP', 'succeeded'), false],
    ['nothing is known of tasks', [], phase('SCALE_UP', 'succeeded'), false],
  ])('%s', (_, before, event, expected) => {
    expect(isRecovery(after(...before), event)).toBe(expected)
  })
})
