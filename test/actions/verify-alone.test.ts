/** The action verify: checks without a deployment. */
import { describe, expect, test } from '@jest/globals'
import { createVerify } from '../../src/actions/verify/index.ts'
import { verifyInputs } from '../../src/actions/verify/verify-inputs.ts'
import type { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { policiesOf, refusedBy } from '../cli/permissions-scene.ts'
import { rollingScene } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment, takenBySlack } from './scene.ts'
import { startedTasks } from './task-scene.ts'
import { configOf, operations, probeOf, response, url } from './verify-scene.ts'
import { writeFiles } from './write-files.ts'

async function verify(
  sim: Simulator,
  given: Record<string, string>,
  { probe, files = {} }: { readonly probe?: ReturnType<typeof probeOf>; readonly files?: Record<string, string> } = {},
) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  writeFiles(runner.workspace, files)
  const world = { requestHandler: sim.requestHandler, fetch: async () => takenBySlack(), probe: probe?.open }
  let error: unknown
  try {
    await createVerify(world).main(givenInputs(verifyInputs, given), runner)
  } catch (thrown) {
    error = thrown
  }
  return { runner, outputs: runner.outputs, log: runner.lines.join('\n'), error }
}

test('all checks are made, and the first that failed is the cause; AWS is not asked', async () => {
  const sim = rollingScene()
  const probe = probeOf(response(200), response(503, 'down'), response(200))
  const checks = [1, 2, 3].map((n) => `- { url: "https://a.example/${n}", within: 0 }`).join('\n')
  const { runner, outputs, log } = await verify(sim, { checks }, { probe })
  expect([runner.failed, outputs.result, outputs.status, outputs['response-time']]).toEqual([
    true,
    'failed',
    '503',
    '12',
  ])
  expect(outputs.cause).toBe('Verify failed: GET https://a.example/2 answered 503, not 200; body begins `down`.')
  expect(JSON.parse(outputs.checks ?? '').map(({ passed }: { passed: boolean }) => passed)).toEqual([true, false, true])
  expect(log).toMatch(/✔ GET https:\/\/a\.example\/1: 200 in 12 ms/)
  expect(runner.summary).toMatch(/^### ❌ 1 of 3 checks failed/)
  expect(sim.recorder.all).toEqual([])
})

test('on-failure: continue leaves the step green', async () => {
  const given = { checks: `- { url: "${url}", within: 0 }`, 'on-failure': 'continue' }
  const { runner, outputs, log } = await verify(rollingScene(), given, { probe: probeOf(response(404)) })
  expect([runner.failed, outputs.result]).toEqual([false, 'failed'])
  expect(log).not.toMatch(/^error /m)
})

test('the checks of slipway.yml, one of them a task with the live revision', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set('$ node smoke.js', { kind: 'crash', exitCode: 0 })
  const placement = `verify:\n  - url: ${url}\n  - { task: smoke, command: [node, smoke.js] }`
  const files = { 'slipway.yml': configOf('', placement) }
  const { runner, outputs } = await verify(sim, { environment: 'production' }, { probe: probeOf(response(200)), files })
  expect([runner.failed, outputs.result, outputs.cause]).toEqual([false, 'passed', ''])
  expect(sim.recorder.calls('ecs', 'RunTask')[0]?.input).toMatchObject({
    taskDefinition: expect.stringMatching(/api:1$/),
  })
  expect(operations(sim, /^(Update|Register)/)).toEqual([])
  expect(refusedBy(await policiesOf(sim, 'verify'), sim)).toEqual([])
})

test('a task that may not be run is no task that has passed', async () => {
  const sim = rollingScene()
  sim.faults.add({ operation: 'RunTask', effect: { kind: 'access-denied' } })
  const given = { service: 'api', cluster: 'shop', checks: '- { task: smoke, command: [x] }' }
  const { runner, outputs } = await verify(sim, given)
  expect([runner.failed, outputs.result]).toEqual([true, 'failed'])
  expect(outputs.cause).toMatch(/ecs:RunTask/)
})

test.each([
  [{}, /checks is required, or environment/],
  [{ checks: '- { task: smoke, command: [x] }' }, /service is required: the check smoke is a task/],
  [{ checks: '- { url: x }' }, /input checks is invalid/],
])('%j is refused', async (given: Record<string, string>, words) => {
  const { error } = await verify(rollingScene(), given)
  expect(renderText(failureText(error as Failure), (theirs) => theirs)).toMatch(words)
})

describe('a cancel while a check by a task runs', () => {
  test.each([
    ['AWS has answered', undefined],
    ['AWS answers', 'RunTask'],
  ])('after %s', async (_, operation) => {
    const sim = rollingScene()
    sim.world.scenarios.set('$ node smoke.js', { kind: 'healthy' })
    const world = { requestHandler: sim.requestHandler, fetch: async () => takenBySlack() }
    const given = givenInputs(verifyInputs, {
      service: 'api',
      cluster: 'shop',
      checks: '- { task: smoke, command: [node, smoke.js] }',
    })
    const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
    if (operation === undefined) sim.clock.after(60_000, () => runner.cancel())
    else sim.faults.add({ operation, effect: { kind: 'apply-then-drop' } })
    if (operation) sim.faults.add({ operation, skip: 0, effect: { kind: 'callback', run: () => runner.cancel() } })
    await createVerify(world)
      .main(given, runner)
      .catch(() => undefined)
    const post = await fakeRunner({ clock: sim.clock.forProgram, environment, state: runner.savedState })
    await createVerify(world).post?.(given, post)
    expect(post.lines.join('\n')).toMatch(
      /The step ended before its check did: this run stopped the one-off task \S+ \(StopTask\)/,
    )
    expect(startedTasks(sim).map(({ desiredStatus }) => desiredStatus)).toEqual(['STOPPED'])
    expect(refusedBy(await policiesOf(sim, 'verify'), sim)).toEqual([])
  })

  test('nothing is done after one that has ended', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set('$ node smoke.js', { kind: 'crash', exitCode: 0 })
    const { runner } = await verify(sim, {
      service: 'api',
      cluster: 'shop',
      checks: '- { task: smoke, command: [node, smoke.js] }',
    })
    const post = await fakeRunner({ clock: sim.clock.forProgram, environment, state: runner.savedState })
    sim.recorder.clear()
    await createVerify({ requestHandler: sim.requestHandler, fetch: async () => takenBySlack() }).post?.(
      givenInputs(verifyInputs, {}),
      post,
    )
    expect([post.lines, sim.recorder.all]).toEqual([[], []])
  })
})
