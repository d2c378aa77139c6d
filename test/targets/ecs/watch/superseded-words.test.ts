/** A deployment that AWS calls SUCCESSFUL, and that another one replaces before this run sees it in the service. */
import { expect, test } from '@jest/globals'
import { newImage, rollingScene, run } from '../../../deployment/scene.ts'
import { truthOf } from '../../../deployment/truth.ts'

test.each([
  ['after it completed', 'SUCCESSFUL', /^the deployment completed and was then superseded \| .* of api:3 was started/],
  [
    'before it completed',
    'IN_PROGRESS',
    /^the deployment was superseded before it completed \| .* of api:3 was started/,
  ],
])('a deployment that is superseded %s is described as such', async (_when, status, words) => {
  const sim = rollingScene()
  sim.clock.advance(60_000)
  const replace = () => {
    const { image, deployments } = truthOf(sim)
    if (image !== newImage || deployments[0]?.status !== status) return void sim.clock.after(500, replace)
    void run(sim, { image: 'registry.example.com/api:v3', request: { wait: false } })
  }
  sim.clock.after(500, replace)
  const ended = await run(sim, { image: newImage })
  expect(ended.outcome).toBe('superseded')
  expect(ended.cause).toMatch(words)
})
