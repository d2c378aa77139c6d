/** What Slipway adds to the requests of its users keeps the limits of those who take them; tags are in guard.test.ts. */
import { expect, test } from '@jest/globals'
import { codeDeployScene, newImage, rollingScene, run } from './scene.ts'

const inputsOf = (sim: ReturnType<typeof rollingScene>, service: string, operation: string) =>
  sim.recorder.calls(service, operation).map(({ input }) => input)

test.each([
  ['the usual one', undefined],
  ['a long one', 'x'.repeat(600)],
  ['one that ends in the middle of a character', `${'x'.repeat(511)}🚀`],
])('a CodeDeploy deployment has a description of 512 characters at most: %s', async (_, description) => {
  const sim = codeDeployScene()
  const ended = await run(sim, { image: newImage, request: { codeDeploy: { description } } })
  expect(ended.outcome).toBe('succeeded')
  const [input] = inputsOf(sim, 'codedeploy', 'CreateDeployment')
  const sent = String(input?.description)
  expect(sent.length).toBeLessThanOrEqual(512)
  expect(sent.isWellFormed()).toBe(true)
})

test('a one-off task is started with a token of 64 characters at most, however long the names of the run are', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0, afterSeconds: 5 })
  const runTask = { subnets: [], securityGroups: [], startedBy: 'test', awaitStop: true, waitMinutes: 10 }
  await run(sim, {
    image: newImage,
    request: { runTask: { ...runTask, idempotencyKey: 'ä'.repeat(500) }, waitMinutes: 5 },
  })
  const [input] = inputsOf(sim, 'ecs', 'RunTask')
  expect(input?.clientToken).toMatch(/^[!-~]{1,64}$/)
})
