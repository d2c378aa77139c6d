import { expect, test } from '@jest/globals'
import type { Outcome } from '../../../../src/deployment/verdict.ts'
import type { Engine } from '../../../../src/targets/ecs/request/ecs-record.ts'
import { endOf } from '../../../../src/targets/ecs/request/service-end.ts'

test.each<readonly [Engine, Outcome, string | undefined]>([
  // The service names the revision that the stopped deployment was on its way to.
  ['ecs-rolling', 'stopped', undefined],
  ['ecs-rolling', 'failed', 'api:2'],
  ['codedeploy', 'stopped', 'api:2'],
])('by %s, a deployment that is %s reports as live: %s', (engine, outcome, live) => {
  expect(endOf({ outcome, serving: 'api:2' }, engine)).toMatchObject({ outcome })
  expect(endOf({ outcome, serving: 'api:2' }, engine).serving?.id).toBe(live)
})
