import { type DeploymentEarlySuccessCriteria, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { createRig } from './rig.ts'

const good = 'registry.example.com/api:v2'

async function deployWith(earlySuccessCriteria: DeploymentEarlySuccessCriteria | undefined) {
  const rig = createRig({ desiredCount: 4, minimumHealthyPercent: 50, maximumPercent: 150 })
  if (earlySuccessCriteria)
    await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, deploymentConfiguration: { earlySuccessCriteria } }))
  const start = rig.sim.clock.now()
  const taskDefinition = await rig.deploy(good)
  const { status } = await rig.finish()
  const seconds = (rig.sim.clock.now() - start) / 1000
  const { deployments } = await rig.service()
  const of = (wanted: boolean) =>
    deployments!
      .filter((deployment) => (deployment.taskDefinition === taskDefinition) === wanted)
      .reduce((sum, { runningCount = 0 }) => sum + runningCount, 0)
  return { rig, status, seconds, fresh: of(true), old: of(false), taskDefinition }
}

test.each([
  { sourceServiceRevisionCleanup: 'DEFERRED' as const, old: true },
  { sourceServiceRevisionCleanup: 'BLOCKING' as const, old: false },
])('half of the tasks are enough, $sourceServiceRevisionCleanup; the rest follows', async (row) => {
  const plain = await deployWith(undefined)
  const { sourceServiceRevisionCleanup } = row
  const early = await deployWith({ enable: true, healthyPercent: 50, sourceServiceRevisionCleanup })
  expect([plain.status, plain.fresh, plain.old]).toEqual(['SUCCESSFUL', 4, 0])
  expect(early.status).toBe('SUCCESSFUL')
  expect(early.seconds).toBeLessThan(plain.seconds)
  expect(early.fresh).toBeGreaterThanOrEqual(2)
  expect(early.old > 0).toBe(row.old)
  early.rig.sim.clock.advance(300_000)
  expect(await early.rig.service()).toMatchObject({
    runningCount: 4,
    deployments: [{ taskDefinition: early.taskDefinition, runningCount: 4, rolloutState: 'COMPLETED' }],
  })
})

test('after an early success nothing rolls back any more', async () => {
  const { rig } = await deployWith({ enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: 'DEFERRED' })
  const arn = (await rig.latest()).serviceDeploymentArn!
  rig.sim.world.scenarios.set('v2', { kind: 'crash', exitCode: 1 })
  rig.sim.clock.advance(600_000)
  expect((await rig.deployment(arn)).status).toBe('SUCCESSFUL')
})
