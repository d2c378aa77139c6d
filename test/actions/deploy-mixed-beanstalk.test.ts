import { inflateRawSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { said } from '../refusal.ts'
import type { FakeRunner } from '../runner/fake-runner.ts'
import { beanstalkOf, production, rolling } from './beanstalk-scene.ts'
import { configOf, labels, type MixedScene, release, withBeanstalk } from './mixed-scene.ts'
import { imageOf, serving } from './several-scene.ts'
import { buildOf } from './site-scene.ts'

const waves = '[[shop.assets], [api, web], [shop]]'

async function released(options: Parameters<typeof withBeanstalk>[0] = {}) {
  const scene = withBeanstalk(options, rolling)
  const first = await release(scene, { build: buildOf('one'), config: configOf(scene, { waves, web: '' }) })
  scene.visit('/')
  const [label = ''] = labels(scene)
  return { scene, first, label }
}

const live = (scene: MixedScene) => [
  serving(scene.sim, 'api'),
  [...new Set(labels(scene))],
  scene.visit('/').body.replace(/<.*>/, ''),
]

describe('Amazon ECS, Elastic Beanstalk and a site', () => {
  test('are one release', async () => {
    const { first, label } = await released()
    expect([first.outputs.verdict, label]).toEqual(['succeeded', expect.not.stringMatching(/^v1$/)])
    expect(first.services.web).toMatchObject({
      verdict: 'succeeded',
      'version-label': label,
      'previous-version-label': 'v1',
    })
    expect(first.summary).toMatch(/2 \| .*api[\s\S]*2 \| .*web[\s\S]*3 \| .*shop</)
  })

  test('go back together where the pages are not served', async () => {
    let address = (uri: string) => uri
    const { scene, label } = await released({ distribution: { rewrite: (uri) => address(uri) } })
    address = (uri) => (uri === '/' ? '/logo.svg' : uri)
    const config = configOf(scene, { waves, web: '' })
    const { outputs, services } = await release(scene, { build: buildOf('two'), version: 'v3', config })
    address = (uri) => uri
    expect([outputs.verdict, services.web?.verdict]).toEqual(['rolled-back', 'rolled-back'])
    expect(live(scene)).toEqual([imageOf('api', 'v2'), [label], 'one'])
  })

  test('are checked before anything is changed: an environment that is not there', async () => {
    const { scene } = await released()
    scene.sim.recorder.clear()
    const config = configOf(scene, { waves, web: '' }).replace(
      `environment: ${production}`,
      'environment: shop-staging',
    )
    const { outputs, log } = await release(scene, { build: buildOf('two'), version: 'v3', config })
    expect([outputs.verdict, outputs['cause-code']]).toEqual(['failed', 'environment-not-found'])
    expect([scene.sim.recorder.count('ecs', 'UpdateService'), log]).toEqual([
      0,
      expect.stringContaining('Not started: shop.assets'),
    ])
  })

  test('a cancel while instances are updated takes back both services', async () => {
    const { scene, label } = await released()
    const config = configOf(scene, { waves: '[[api], [web], [shop]]', web: '' })
    const onRunner = (runner: FakeRunner) =>
      void scene.sim.faults.add({
        operation: 'UpdateEnvironment',
        times: 1,
        effect: { kind: 'callback', run: () => void scene.sim.clock.after(20_000, () => runner.cancel()) },
      })
    const what = { build: buildOf('two'), version: 'v3', config, onRunner }
    const main = await release(scene, what)
    const after = await release(scene, { ...what, state: main.runner.savedState, onRunner: () => undefined })
    expect([main.outputs.verdict, after.log]).toEqual(['cancelled', expect.stringContaining('cancelled')])
    scene.sim.clock.advance(900_000)
    expect(live(scene)).toEqual([imageOf('api', 'v2'), [label], 'one'])
    expect(beanstalkOf(scene.sim).environment(production).Status).toBe('Ready')
  })
})

describe('environment properties that the deployment changes', () => {
  const namespace = 'aws:elasticbeanstalk:application:environment'
  const changed =
    ', option-settings: { "env:API_KEY": n3w-k3y, "env:ADDED": added, "aws:elasticbeanstalk:command:Timeout": "900" }'
  const scenes = async () => {
    const settings = { [namespace]: { API_KEY: 'f0rmer-k3y' }, 'aws:elasticbeanstalk:command': { Timeout: '600' } }
    let address = (uri: string) => uri
    const scene = withBeanstalk({ distribution: { rewrite: (uri) => address(uri) } }, { ...rolling, settings })
    await release(scene, { build: buildOf('one'), config: configOf(scene, { waves, web: '' }) })
    const what = { build: buildOf('two'), version: 'v3', config: configOf(scene, { waves, web: changed }) }
    const breaks = () => {
      address = (uri) => (uri === '/' ? '/logo.svg' : uri)
    }
    return { scene, what, breaks }
  }
  const option = (scene: MixedScene, name: string, space = namespace) =>
    beanstalkOf(scene.sim).environment(production).settings.get(`${space} ${name}`)?.Value

  test('have their former values after a rollback, and one that had none is named', async () => {
    const { scene, what, breaks } = await scenes()
    breaks()
    const { outputs, log } = await release(scene, what)
    expect([outputs.verdict, option(scene, 'API_KEY')]).toEqual(['rolled-back', 'f0rmer-k3y'])
    expect(log).toMatch(/Option settings that keep the value of the deployment: ADDED\./)
  })

  test('are not in the saved state, so the post step names them', async () => {
    const { scene, what } = await scenes()
    const onRunner = (runner: FakeRunner) =>
      void scene.sim.faults.add({
        service: 's3',
        operation: 'PutObject',
        match: ({ Key }) => String(Key).endsWith('index.html'),
        effect: { kind: 'callback', run: () => runner.cancel() },
      })
    const main = await release(scene, { ...what, onRunner })
    const saved = Object.entries(main.runner.savedState).map(([name, value]) =>
      name.startsWith('waves') ? inflateRawSync(Buffer.from(value, 'base64')).toString() : value,
    )
    expect(saved.join()).toMatch(/API_KEY/)
    expect(saved.join()).not.toMatch(/f0rmer/)
    const after = await release(scene, { ...what, state: main.runner.savedState })
    expect(after.log).toMatch(/Option settings that keep the value of the deployment: API_KEY, ADDED\./)
    scene.sim.clock.advance(900_000)
    expect(option(scene, 'Timeout', 'aws:elasticbeanstalk:command')).toBe('600')
  })
})

describe('Elastic Beanstalk alone', () => {
  test('is deployed by its environment, without an image', async () => {
    const scene = withBeanstalk()
    const config = configOf(scene, { web: '' })
      .replace(/ {2}api:.*\n/, '')
      .replace(/ {6}api:.*\n/, '')
      .replace(/sites:\n {2}shop.*\n/, '')
      .replace(/ {4}sites:\n.*\n/, '')
      .replace(/ {4}waves.*\n/, '')
    const { outputs, error } = await release(scene, { build: {}, config })
    expect([outputs.verdict, error]).toEqual(['succeeded', undefined])
    expect(labels(scene)).not.toContain('v1')
  })

  test('with an image that did not arrive is an error', async () => {
    const scene = withBeanstalk()
    const config = configOf(scene, { waves, web: '' }).replace('source-directory: app', 'image: compose')
    const { error } = await release(scene, { build: buildOf('one'), config })
    expect(said(error)).toMatch(/image is empty, but services\.web\.beanstalk\.image of slipway\.yml deploys it/)
  })
})
