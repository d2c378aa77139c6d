/** Checks of a deployment: where they are made, what follows from them, and what people read. */
import { describe, expect, test } from '@jest/globals'
import { hook, hookScene } from '../deployment/pause-scene.ts'
import { codeDeployScene, newImage, oldImage, rollingScene, servingImage } from '../deployment/scene.ts'
import { beanstalkScene, deployBeanstalk, production, program } from './beanstalk-scene.ts'
import { configOf, deployWith, operations, probeOf, response, url } from './verify-scene.ts'

/** What slipway.yml has. */
const nothing = { 'application-name': '', 'environment-name': '', 'source-directory': '', 'version-label': '' }
const verify = `- url: ${url}\n  within: 30s`

describe('after a rolling deployment', () => {
  test('a check that passes in the end is green, and the log has its response', async () => {
    const sim = rollingScene()
    const probe = probeOf(response(503), response(200, 'ok'))
    const { outputs, log, runner } = await deployWith(sim, { given: { verify }, probe })
    expect([outputs.verdict, servingImage(sim), runner.failed]).toEqual(['succeeded', newImage, false])
    expect(log).toContain(`GET ${url} answered 200 in 12 ms`)
    expect(probe.asked).toHaveLength(2)
  })

  test('a check that fails takes the service back, with the response as the cause', async () => {
    const sim = rollingScene()
    const probe = probeOf(response(503, 'upstream connect error'))
    const { outputs, log, runner } = await deployWith(sim, { given: { verify }, probe })
    expect([outputs.verdict, servingImage(sim), runner.failed]).toEqual(['rolled-back', oldImage, true])
    expect(outputs['cause-code']).toBe('verify-failed')
    expect(outputs.cause).toMatch(
      /^Verify failed: GET https:\/\/api\.example\.com\/health answered 503, not 200; body begins .upstream connect error. \(7 tries in 30 s\)/,
    )
    expect(log).toMatch(/rolled back/)
    expect(outputs['task-definition-arn']).toMatch(/:2$/)
  })
})

test('a secret header is not in what is saved for the post step', async () => {
  const given = { verify: `${verify}\n  request-headers: { Authorization: Bearer-t0p }` }
  const { runner } = await deployWith(rollingScene(), { given, probe: probeOf(response(200)) })
  expect(runner.savedState.place).toContain('"cluster":"shop"')
  expect(JSON.stringify(runner.savedState)).not.toContain('Bearer-t0p')
})

describe('at the test traffic', () => {
  test.each([
    ['ECS', () => hookScene(hook(60)), 'ContinueServiceDeployment'],
    ['CodeDeploy', () => codeDeployScene({ readyWait: 60, terminationWaitMinutes: 0 }), 'ContinueDeployment'],
  ] as const)('%s: a good check answers the pause with continue', async (_, scene, operation) => {
    const sim = scene()
    const { outputs } = await deployWith(sim, { given: { verify }, probe: probeOf(response(200)) })
    expect([outputs.verdict, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(operations(sim, /^(Continue|Stop)/)).toEqual([operation])
  })

  test.each([
    ['ECS', () => hookScene(hook(60)), 'ContinueServiceDeployment'],
    ['CodeDeploy', () => codeDeployScene({ readyWait: 60, terminationWaitMinutes: 0 }), 'StopDeployment'],
  ] as const)('%s: a bad check rolls back there, and users never see the new revision', async (_, scene, operation) => {
    const sim = scene()
    const { outputs, log, runner } = await deployWith(sim, { given: { verify }, probe: probeOf(response(500)) })
    expect([outputs.verdict, servingImage(sim), runner.failed]).toEqual(['rolled-back', oldImage, true])
    expect(outputs.cause).toMatch(/answered 500, not 200/)
    expect(operations(sim, /^(Continue|Stop)/)).toEqual([operation])
    expect(log).not.toMatch(/pause was answered with a rollback|another user/)
  })
})

test('slipway.yml has the checks, and its mistakes are told with line and column before anything is changed', async () => {
  const sim = rollingScene()
  const config = configOf(
    '',
    'verify:\n  - url: ftp://x\n    stats: 200\n  - { url: "https://a.example/", within: 2h }',
  )
  const { runner, error } = await deployWith(sim, { files: { 'slipway.yml': config } })
  expect(error).toMatchObject({ parts: { code: 'config-invalid' } })
  expect(runner.marks).toEqual([])
  expect(sim.recorder.all).toEqual([])
})

describe('of Elastic Beanstalk', () => {
  const config = `version: 1
services: { shop: { beanstalk: { application: shop, source-directory: app } } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    services: { shop: { environment: ${production}, verify: [{ url: "${url}", within: 0 }] } }
`
  test('a version that another run has deployed since is not replaced', async () => {
    const sim = beanstalkScene()
    let isDone = false
    const failing = probeOf(response(500))
    const open: typeof failing.open = (runner) => ({
      async send(request) {
        if (!isDone) await deployBeanstalk(sim, { 'version-label': 'v3' }, { files: { 'app/a': 'v3' } })
        isDone = true
        return await failing.open(runner).send(request)
      },
    })
    const around = { files: { ...program, 'slipway.yml': config }, probe: { ...failing, open } }
    const { outputs, labels, log } = await deployBeanstalk(sim, { ...nothing, environment: 'production' }, around)
    expect([outputs.verdict, new Set(labels)]).toEqual(['rollback-failed', new Set(['v3'])])
    expect(log).toMatch(/The live version is v3, no longer \S+, so it was not rolled back/)
  })

  test.each([
    [200, 'succeeded', false],
    [500, 'rolled-back', true],
  ])('a response of %s: %s', async (status, verdict, isBack) => {
    const sim = beanstalkScene()
    const around = { files: { ...program, 'slipway.yml': config }, probe: probeOf(response(status)) }
    const { outputs, labels, message } = await deployBeanstalk(sim, { ...nothing, environment: 'production' }, around)
    expect([message, outputs.verdict, labels.every((label) => label === 'v1')]).toEqual(['', verdict, isBack])
    if (status === 500) expect(outputs.cause).toMatch(/^Verify failed: GET .* answered 500, not 200/)
  })
})
