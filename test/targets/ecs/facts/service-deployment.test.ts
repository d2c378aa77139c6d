import { expect, test } from '@jest/globals'
import { progress } from '../../../../src/targets/ecs/facts/service-deployment.ts'

test.each([
  ['RECONCILE_SERVICE', true],
  ['SCALE_UP', true],
  ['PRE_SCALE_UP', undefined],
  ['POST_SCALE_UP', undefined],
])('new tasks are made in the stage %s: %s', (lifecycleStage, makesUnits) => {
  const [event] = progress(undefined, { status: 'IN_PROGRESS', lifecycleStage } as never, 0)
  expect(event).toMatchObject({ kind: 'phase', name: lifecycleStage, status: 'running' })
  expect(event && 'makesUnits' in event ? event.makesUnits : undefined).toBe(makesUnits)
})
