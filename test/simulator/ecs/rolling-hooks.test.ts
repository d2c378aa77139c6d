import {
  ContinueServiceDeploymentCommand,
  type DeploymentLifecycleHook,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { createRig } from './rig.ts'

const good = 'registry.example.com/api:v2'
const pause = (stage: 'PRE_SCALE_UP' | 'POST_SCALE_UP'): DeploymentLifecycleHook => ({
  targetType: 'PAUSE',
  lifecycleStages: [stage],
})

async function setUp(...lifecycleHooks: DeploymentLifecycleHook[]) {
  const rig = createRig()
  const deploymentConfiguration = { lifecycleHooks }
  await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, deploymentConfiguration }))
  const answer = async (action: 'CONTINUE' | 'ROLLBACK') => {
    const { serviceDeploymentArn, lifecycleHookDetails } = await rig.latest()
    const hookId = lifecycleHookDetails!.find(({ status }) => status === 'AWAITING_ACTION')!.hookId
    await rig.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action }))
  }
  return { rig, answer }
}

test('a rolling deployment pauses before its tasks start and when they are there', async () => {
  const { rig, answer } = await setUp(pause('PRE_SCALE_UP'), pause('POST_SCALE_UP'))
  const revision = await rig.deploy(good)
  rig.sim.clock.advance(600_000)
  expect(await rig.latest()).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'PRE_SCALE_UP' })
  expect(await rig.tasks('RUNNING', revision)).toEqual([])
  await answer('CONTINUE')
  rig.sim.clock.advance(600_000)
  expect(await rig.latest()).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'POST_SCALE_UP' })
  expect(await rig.tasks('RUNNING', revision)).toHaveLength(2)
  await answer('CONTINUE')
  expect((await rig.finish()).status).toBe('SUCCESSFUL')
})

test.each(['PRE_SCALE_UP', 'POST_SCALE_UP'] as const)('ROLLBACK in %s rolls back', async (stage) => {
  const { rig, answer } = await setUp(pause(stage))
  await rig.deploy(good)
  rig.sim.clock.advance(600_000)
  await answer('ROLLBACK')
  expect((await rig.latest()).status).toBe('ROLLBACK_REQUESTED')
  expect((await rig.finish()).status).toBe('ROLLBACK_SUCCESSFUL')
  expect(await rig.service()).toMatchObject({ taskDefinition: rig.taskDefinitionArn, runningCount: 2 })
})

test('a Lambda hook that fails rolls back too; where hooks are ignored, nothing waits for them', async () => {
  const hookTargetArn = 'arn:aws:lambda:eu-west-1:111122223333:function:check'
  const roleArn = 'arn:aws:iam::111122223333:role/hooks'
  const { rig } = await setUp({ hookTargetArn, roleArn, lifecycleStages: ['POST_SCALE_UP'] })
  rig.home.ecs.lambdaHooks.set(hookTargetArn, { kind: 'failed' })
  await rig.deploy(good)
  expect((await rig.finish()).statusReason).toBe(
    `Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. Lifecycle hook target ${hookTargetArn} returned FAILED status.`,
  )
  rig.home.ecs.quirks.hooksOnRolling = 'ignored'
  await rig.deploy(good)
  expect((await rig.finish()).status).toBe('SUCCESSFUL')
})
