import { describe, expect, test } from '@jest/globals'
import { codeDeployScene, newImage, rollingScene, runSeldom as run, servingImage } from '../../../deployment/scene.ts'

const minutes = async (scene: typeof codeDeployScene, waitFor: 'traffic-shifted' | 'baked' | 'terminated') => {
  const sim = scene({ terminationWaitMinutes: 60 })
  const ended = await run(sim, { image: newImage, request: { waitFor, waitMinutes: 30, longestGap: 60_000 } })
  expect(ended.outcome).toBe('succeeded')
  expect(servingImage(sim)).toBe(newImage)
  return (ended.state.updatedAt - ended.state.startedAt) / 60_000
}

describe('wait-for', () => {
  test('CodeDeploy: the hour until the old tasks are ended is not waited for, unless it is asked for', async () => {
    const [shifted, baked, terminated] = [
      await minutes(codeDeployScene, 'traffic-shifted'),
      await minutes(codeDeployScene, 'baked'),
      await minutes(codeDeployScene, 'terminated'),
    ]
    expect(shifted).toBeLessThan(10)
    expect(baked).toBeLessThan(10)
    expect(terminated).toBeGreaterThan(60)
  })

  test('CodeDeploy: a failure before the goal is still followed to the end of the rollback', async () => {
    const sim = codeDeployScene({ alarms: ['api-5xx'] })
    const { cloudwatch } = sim.world.region('eu-west-1')
    cloudwatch.setState('api-5xx', 'OK')
    const ended = await run(sim, {
      image: newImage,
      request: { waitFor: 'traffic-shifted' },
      onEvent: ({ kind }) =>
        kind === 'started' && sim.clock.after(60_000, () => cloudwatch.setState('api-5xx', 'ALARM')),
    })
    expect(ended.outcome).toBe('rolled-back')
  })

  test('rolling: traffic-shifted does not wait for the watch over alarms, terminated does', async () => {
    const took = async (waitFor: 'traffic-shifted' | 'terminated') => {
      const sim = rollingScene({ alarms: ['api-5xx'] })
      sim.world.region('eu-west-1').ecs.quirks.alarmBakeSeconds = 600
      const ended = await run(sim, { image: newImage, request: { waitFor, longestGap: 30_000 } })
      expect(ended.outcome).toBe('succeeded')
      return (ended.state.updatedAt - ended.state.startedAt) / 60_000
    }
    expect(await took('traffic-shifted')).toBeLessThan(5)
    expect(await took('terminated')).toBeGreaterThan(10)
  })
})
