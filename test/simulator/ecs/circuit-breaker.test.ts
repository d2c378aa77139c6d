import { type DeploymentCircuitBreaker, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { failureThreshold } from './circuit-breaker.ts'
import { createRig } from './rig.ts'

type Threshold = NonNullable<DeploymentCircuitBreaker['thresholdConfiguration']>

test.each<{ desired: number; configuration?: Threshold; threshold: number }>([
  { desired: 1, threshold: 3 },
  { desired: 25, threshold: 13 },
  { desired: 400, threshold: 200 },
  { desired: 1000, threshold: 200 },
  { desired: 100, configuration: { type: 'BOUNDED_PERCENT', value: 1 }, threshold: 3 },
  { desired: 30, configuration: { type: 'BOUNDED_PERCENT', value: 33 }, threshold: 10 },
  { desired: 1000, configuration: { type: 'UNBOUNDED_PERCENT', value: 50 }, threshold: 500 },
  { desired: 4, configuration: { type: 'UNBOUNDED_PERCENT', value: 25 }, threshold: 1 },
  { desired: 3, configuration: { type: 'UNBOUNDED_PERCENT', value: 50 }, threshold: 2 },
  { desired: 1, configuration: { type: 'COUNT', value: 1 }, threshold: 1 },
  { desired: 500, configuration: { type: 'COUNT', value: 1000 }, threshold: 1000 },
])('$desired tasks, $configuration: $threshold failures', ({ desired, configuration, threshold }) => {
  const deploymentCircuitBreaker = {
    enable: true,
    rollback: true,
    ...(configuration && { thresholdConfiguration: configuration }),
  }
  expect(failureThreshold(desired, { deploymentCircuitBreaker })).toBe(threshold)
})

test.each([
  { resetOnHealthyTask: true, status: 'IN_PROGRESS' },
  { resetOnHealthyTask: false, status: 'ROLLBACK_SUCCESSFUL' },
])('a task that turns healthy and dies later: $resetOnHealthyTask resets, $status', async (row) => {
  const rig = createRig({ desiredCount: 1 })
  rig.sim.world.scenarios.set('flaky', { kind: 'crash', exitCode: 1, afterSeconds: 60 })
  const deploymentCircuitBreaker = {
    enable: true,
    rollback: true,
    resetOnHealthyTask: row.resetOnHealthyTask,
    thresholdConfiguration: { type: 'COUNT' as const, value: 2 },
  }
  const deploymentConfiguration = {
    deploymentCircuitBreaker,
    alarms: { alarmNames: ['a'], enable: true, rollback: true },
  }
  rig.home.cloudwatch.setState('a', 'OK')
  rig.home.ecs.quirks.alarmBakeSeconds = 100
  await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, deploymentConfiguration }))
  await rig.deploy('registry.example.com/api:flaky')
  rig.sim.clock.advance(600_000)
  expect((await rig.latest()).status).toBe(row.status)
})
