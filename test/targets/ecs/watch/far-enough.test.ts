/** How far a service deployment has to be for `wait-for`, by what AWS shows of it. */
import { expect, test } from '@jest/globals'
import type { ServiceDeployment } from '../../../../src/ports.ts'
import { isFarEnough } from '../../../../src/targets/ecs/facts/service-deployment.ts'

const counts = (requested: number, running: number, weight?: number) => ({
  requestedTaskCount: requested,
  runningTaskCount: running,
  requestedProductionTrafficWeight: weight,
})
const rolling = (old: number, target = counts(2, 2)): ServiceDeployment => ({
  status: 'IN_PROGRESS',
  targetServiceRevision: target,
  sourceServiceRevisions: [{ runningTaskCount: old }],
})
const shifting = (lifecycleStage: string, status = 'IN_PROGRESS'): ServiceDeployment =>
  ({
    ...rolling(2, counts(2, 2, 50)),
    status,
    lifecycleStage,
  }) as ServiceDeployment

test.each<[string, ServiceDeployment, shifted: boolean, baked: boolean]>([
  ['rolling, the old tasks are gone', rolling(0), true, false],
  ['rolling, one old task still runs', rolling(1), false, false],
  ['rolling, one new task does not run yet', rolling(0, counts(2, 1)), false, false],
  ['rolling, no task was asked for yet', rolling(0, counts(0, 0)), false, false],
  ['the traffic is being shifted', shifting('PRODUCTION_TRAFFIC_SHIFT'), false, false],
  ['no old task runs, and the traffic has a weight', rolling(0, counts(2, 2, 100)), false, false],
  ['the traffic has been shifted', shifting('POST_PRODUCTION_TRAFFIC_SHIFT'), true, false],
  ['it bakes', shifting('BAKE_TIME'), true, false],
  ['the old tasks are ended', shifting('CLEAN_UP'), true, true],
  ['it rolls back', shifting('BAKE_TIME', 'ROLLBACK_IN_PROGRESS'), false, false],
  ['it was stopped', shifting('CLEAN_UP', 'STOPPED'), false, false],
])('%s', (_, deployment, shifted, baked) => {
  const reached = (['traffic-shifted', 'baked', 'terminated', undefined] as const).map((goal) =>
    isFarEnough(deployment, goal),
  )
  expect(reached).toEqual([shifted, baked, false, false])
})
