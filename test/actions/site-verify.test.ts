/** Checks of a static site once its pages are live: by deploy-site, and by deploy with slipway.yml. */
import { describe, expect, test } from '@jest/globals'
import { createDeploySite } from '../../src/actions/deploy-site/index.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import type { ProbeAnswer, ProbeRequest } from '../../src/ports.ts'
import { said } from '../refusal.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { bucket, buildOf, deploySite, type Job, type SiteScene, siteJob, siteScene } from './site-scene.ts'
import { probeOf, response } from './verify-scene.ts'
import { writeFiles } from './write-files.ts'

const site = 'https://www.example.com/'
const verify = `- url: ${site}\n  body: two\n  within: 10s`

/** Asks the edge for the page, as a visitor would. */
const throughEdge =
  ({ visit }: SiteScene) =>
  ({ url }: ProbeRequest): ProbeAnswer => {
    const { status, body } = visit(new URL(url).pathname)
    return response(status, body)
  }

async function release(
  scene: SiteScene,
  job: Job,
  given: Record<string, string>,
  files: Record<string, string> = {},
  probe = probeOf(throughEdge(scene)),
) {
  const { runner } = await siteJob(scene.sim, job)
  writeFiles(runner.workspace, files)
  const action = createDeploySite({
    requestHandler: scene.sim.requestHandler,
    fetch: (url, init) => scene.sim.fetch(url, init),
    probe: probe.open,
  })
  const where: Record<string, string> =
    given.environment === undefined
      ? { bucket, 'distribution-id': scene.distribution.id, folder: given.release === undefined ? 'dist' : '' }
      : {}
  const error = await action
    .main(givenInputs(deploySiteInputs, { ...where, guard: 'off', ...given }), runner)
    .then(() => '', said)
  return {
    outputs: runner.outputs,
    log: runner.lines.join('\n'),
    isRed: runner.failed || error !== '',
    error,
    asked: probe.asked,
    runner,
  }
}

const page = ({ visit }: SiteScene) => visit('/').body

describe.each(['in-place', 'origin-path'] as const)('publish: %s', (publish) => {
  async function liveScene() {
    const scene = siteScene()
    await deploySite(scene, { build: buildOf('one') }, { publish })
    return scene
  }

  test('a check is made of the new pages, and a good one is green', async () => {
    const scene = await liveScene()
    const { outputs, log, isRed, asked } = await release(scene, { build: buildOf('two') }, { publish, verify })
    expect([isRed, outputs.verdict, asked.length]).toEqual([false, 'succeeded', 1])
    expect(log).toContain(`verify   GET ${site}`)
    expect(page(scene)).toMatch(/two$/)
  })

  test('a bad one puts the release before back, with the response as the cause', async () => {
    const scene = await liveScene()
    const { outputs, log, isRed } = await release(scene, { build: buildOf('bad') }, { publish, verify })
    expect([isRed, outputs.verdict, outputs['cause-code']]).toEqual([true, 'rolled-back', 'verify-failed'])
    expect(outputs.cause).toMatch(
      /^Verify failed: GET https:\/\/www\.example\.com\/ answered 200, and the body does not contain .two./,
    )
    expect(page(scene)).toMatch(/one$/)
    expect(log).toMatch(/rolled back/)
  })

  test('a newer release of another run is not taken back', async () => {
    const scene = await liveScene()
    let isDone = false
    const probe = probeOf(() => response(500))
    const open: typeof probe.open = (runner) => {
      const inner = probe.open(runner)
      return {
        async send(request) {
          if (!isDone) await deploySite(scene, { build: buildOf('three') }, { publish })
          isDone = true
          return await inner.send(request)
        },
      }
    }
    const { outputs, log } = await release(
      scene,
      { build: buildOf('two') },
      { publish, verify },
      {},
      { ...probe, open },
    )
    expect(outputs.verdict).toBe('rollback-failed')
    expect(log).toMatch(/The live release is .*, no longer .*, so it was not rolled back/)
    expect(page(scene)).toMatch(/three$/)
  })
})

test('the first release has nothing before it, and says so', async () => {
  const scene = siteScene()
  const { outputs, log } = await release(scene, { build: buildOf('bad') }, { verify })
  expect([outputs.verdict, outputs['cause-code']]).toEqual(['failed', 'verify-failed'])
  expect(log).toContain('It was not rolled back: the site had no release before.')
})

test('a release that is live is checked, and nothing is changed where the check fails', async () => {
  const scene = siteScene()
  await deploySite(scene, { build: buildOf('one') })
  const { outputs } = await release(scene, { build: buildOf('one') }, { verify })
  expect([outputs.verdict, page(scene).endsWith('one')]).toEqual(['failed', true])
})

test('a cancel while it is checked leaves the release, and the post step says what was not complete', async () => {
  const scene = siteScene()
  await deploySite(scene, { build: buildOf('one') })
  const job = { build: buildOf('two'), run: '8000000001' }
  const { runner } = await siteJob(scene.sim, job)
  const probe = probeOf(() => {
    runner.cancel()
    return response(500)
  })
  const { requestHandler } = scene.sim
  const fetch: typeof scene.sim.fetch = (url, init) => scene.sim.fetch(url, init)
  const cancelled = createDeploySite({ requestHandler, fetch, probe: probe.open })
  const where = { bucket, 'distribution-id': scene.distribution.id, folder: 'dist', guard: 'off', verify }
  const inputs = givenInputs(deploySiteInputs, where)
  await cancelled.main(inputs, runner)
  expect([runner.outputs.verdict, page(scene).endsWith('two')]).toEqual(['cancelled', true])
  const after = await siteJob(scene.sim, { ...job, state: runner.savedState })
  await after.action.post?.(inputs, after.runner)
  expect(after.runner.lines.join('\n')).toMatch(
    /the deployment had completed when this job ended, and Verify GET \/ was not complete/,
  )
  expect(page(scene)).toMatch(/two$/)
})

test.each([
  ['in-place', 'CopyObject'],
  ['origin-path', 'UpdateDistribution'],
])('a cancel while it is rolled back (%s) leaves one release whole, and the site free', async (publish, operation) => {
  const scene = siteScene()
  await deploySite(scene, { build: buildOf('one') }, { publish })
  const job = { build: buildOf('two'), run: '8000000002' }
  const { runner } = await siteJob(scene.sim, job)
  const probe = probeOf(() => {
    scene.sim.faults.add({ operation, effect: { kind: 'callback', run: () => void runner.cancel() } })
    return response(500)
  })
  const { requestHandler } = scene.sim
  const fetch: typeof scene.sim.fetch = (url, init) => scene.sim.fetch(url, init)
  const cancelled = createDeploySite({ requestHandler, fetch, probe: probe.open })
  const where = { bucket, 'distribution-id': scene.distribution.id, folder: 'dist', guard: 'off', publish, verify }
  const inputs = givenInputs(deploySiteInputs, where)
  await cancelled.main(inputs, runner)
  const after = await siteJob(scene.sim, { ...job, state: runner.savedState })
  await after.action.post?.(inputs, after.runner)
  const said = [...runner.lines, ...after.runner.lines].join('\n')
  expect(said).not.toMatch(/continues without this run, as it is a rollback|rollback by deployment \S+ continues/)
  expect(page(scene)).toMatch(/two$/)
  // The next run does not wait for the claim of this one.
  const again = await deploySite(scene, { build: buildOf('one') }, { publish })
  expect([again.outputs.verdict, /other-deployment/.test(again.log)]).toEqual(['succeeded', false])
})

test('a rollback is not checked', async () => {
  const scene = siteScene()
  for (const word of ['one', 'two']) await deploySite(scene, { build: buildOf(word) })
  const { outputs, asked } = await release(scene, {}, { release: 'previous', verify })
  expect([outputs.verdict, asked.length, page(scene).endsWith('one')]).toEqual(['succeeded', 0, true])
})

test.each([
  ['a task', '- { task: smoke, command: [x] }', {}, /task/],
  ['a stage', `- { url: "${site}", when: POST_TEST_TRAFFIC_SHIFT }`, {}, /which only a service of Amazon ECS has/],
  [
    'no release that stays',
    verify,
    { 'keep-releases': '0', 'keep-days': '0' },
    /verify requires keep-releases or keep-days/,
  ],
])('%s is refused before AWS is asked', async (_, given, more, message) => {
  const scene = siteScene()
  scene.sim.recorder.clear()
  const { error } = await release(scene, { build: buildOf('one') }, { verify: given, ...more })
  expect(error).toMatch(message)
  expect(scene.sim.recorder.all).toEqual([])
})

test('slipway.yml has the checks of a site', async () => {
  const scene = siteScene()
  await deploySite(scene, { build: buildOf('one') })
  const config = `version: 1
sites: { www: { folder: dist } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    sites:
      www:
        bucket: ${bucket}
        distribution: ${scene.distribution.id}
        verify: [{ url: "${site}", body: two, within: 0 }]
`
  const { outputs } = await release(
    scene,
    { build: buildOf('bad') },
    { environment: 'production' },
    { 'slipway.yml': config },
  )
  expect([outputs.verdict, page(scene).endsWith('one')]).toEqual(['rolled-back', true])
})
