import { expect, test } from '@jest/globals'
import { tasksInMessage } from '../../../../src/targets/ecs/facts/service-events.ts'

test.each([
  ['has started 2 tasks: (task a) (task b).', { begun: 2 }],
  ['was unable to place a task because no container instance met all of its requirements.', { isTrouble: true }],
  ['failed to launch a task with (error ECS was unable to assume the role …).', { isTrouble: true }],
  ['was unable to stop or start tasks during a deployment because …', { isTrouble: true }],
  ['is unable to consistently start tasks successfully.', { isTrouble: true }],
  ['(task a) (port 8080) is unhealthy in (target-group g) due to (reason Request timed out)', { isTrouble: true }],
  ['(task a) failed container health checks.', { isTrouble: true }],
  ['(task a) failed ELB health checks in (target-group g)', { isTrouble: true }],
  ['registered 1 targets in (target-group g)', {}],
  ['has reached a steady state.', {}],
])('a service event tells of tasks: %s', (message, expected) => {
  expect(tasksInMessage(`(service api) ${message}`)).toEqual(expected)
})
