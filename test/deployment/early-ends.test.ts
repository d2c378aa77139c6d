/** A deployment that ends while something that it had asked is still open: the late refusal is left to nobody. */
import { expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import type { ServiceRequest } from '../../src/targets/ecs/request/service-request.ts'
import { text } from '../../src/text.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { newImage, portsOf, rollingScene, run, withImage } from './scene.ts'

const sha = (number: number) => String(number).padStart(40, 'c')

async function deployed(): Promise<Simulator> {
  const sim = rollingScene()
  sim.github.commits.add(sha(1), sha(2), sha(3))
  expect((await run(sim, { image: newImage, commit: sha(2) })).outcome).toBe('succeeded')
  return sim
}

/** Until everything that is still on its way has come back. */
const later = (sim: Simulator) => portsOf(sim).clock.sleep(300_000)

// Jest fails a test that leaves a rejection without a handler; without Jest, Node ends the process.
test('GitHub refuses to compare commits after the task definition was found to be invalid', async () => {
  const sim = await deployed()
  sim.github.fail({ kind: 'http', status: 503 }, { on: /compare/ })
  const wanted: ServiceRequest['wanted'] = () =>
    Promise.reject(new Failure({ code: 'task-definition-invalid', what: text`It has no family` }))
  const ended = await run(sim, { commit: sha(3), request: { wanted } })
  expect([ended.outcome, ended.state.cause?.code]).toEqual(['failed', 'task-definition-invalid'])
  await later(sim)
})

test('ECS refuses to describe the latest revision after GitHub has found an older commit', async () => {
  const sim = await deployed()
  const asked = {
    operation: 'DescribeTaskDefinition',
    match: (input: object) => Object(input).taskDefinition === 'web',
  }
  sim.faults.add({ ...asked, effect: { kind: 'slow', milliseconds: 10_000 } })
  sim.faults.add({ ...asked, effect: { kind: 'error', code: 'ClientException', message: 'No.' }, times: 9 })
  const wanted: ServiceRequest['wanted'] = async (_, current) => ({
    definition: { ...withImage(current, newImage), family: 'web' },
  })
  const ended = await run(sim, { commit: sha(1), request: { wanted } })
  expect(ended.outcome).toBe('superseded')
  await later(sim)
})
