import { expect, test } from '@jest/globals'
import { targetProgress } from '../../../../src/targets/ecs/codedeploy/target-progress.ts'

test.each([
  ['Install', 'InProgress', [true]],
  ['Install', 'Succeeded', [true, undefined]],
  ['BeforeInstall', 'InProgress', [undefined]],
  ['AfterInstall', 'Succeeded', [undefined, undefined]],
])('CodeDeploy makes the new tasks in Install, and nowhere else: %s %s', (lifecycleEventName, status, expected) => {
  const event = { lifecycleEventName, status, startTime: new Date(1), endTime: new Date(2) }
  const events = targetProgress(undefined, { lifecycleEvents: [event] } as never, 0)
  expect(events.map((each) => (each.kind === 'phase' ? each.makesUnits : 'no phase'))).toEqual(expected)
})
