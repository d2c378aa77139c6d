/** What happens around deployments to Elastic Beanstalk: repeated, cancelled, watched, of an image, of an older commit. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { namesIn } from '../../src/actions/bundle/read-package.ts'
import { deployBeanstalkInputs } from '../../src/actions/inputs/deploy-beanstalk-inputs.ts'
import { some } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import {
  beanstalkOf,
  beanstalkScene,
  deployBeanstalk,
  prepare,
  production,
  program,
  rolling,
} from './beanstalk-scene.ts'
import { slack } from './scene.ts'

const older = 'a'.repeat(40)
const newer = 'c'.repeat(40)
const byCommit = { 'version-label': '' }
const updates = (sim: Simulator) => sim.recorder.count('elasticbeanstalk', 'UpdateEnvironment')
const bundleOf = (sim: Simulator, label: string) => {
  const { S3Bucket = '', S3Key = '' } = beanstalkOf(sim).version(label)?.SourceBundle ?? {}
  return { key: S3Key, bytes: beanstalkOf(sim).storage.read(S3Bucket, S3Key) ?? Buffer.alloc(0) }
}

describe('a run that is repeated', () => {
  test('changes nothing where the content is live, whatever its label', async () => {
    const sim = beanstalkScene()
    const first = await deployBeanstalk(sim, byCommit)
    expect(first.outputs).toMatchObject({
      verdict: 'succeeded',
      'version-label': expect.stringMatching(/^1a2b3c4d5e6f-[0-9a-f]{12}$/),
    })
    sim.github.commits.add('1a2b3c4d5e6f708192a3b4c5d6e7f80912345678', newer)
    const token = { 'github-token': 'ghs_not-a-real-token' }
    const again = await deployBeanstalk(sim, { ...byCommit, ...token }, { environment: { GITHUB_SHA: newer } })
    expect(again.outputs).toMatchObject({ verdict: 'unchanged' })
    expect(
      beanstalkOf(sim)
        .version(first.outputs['version-label'] ?? '')
        ?.tags.get('slipway:commit'),
    ).toBe(newer)
    expect(updates(sim)).toBe(1)
  })

  test('watches the update that is in progress, and begins none', async () => {
    const sim = beanstalkScene({ policy: 'Immutable' })
    await deployBeanstalk(sim, { 'wait-for-deployment': 'false' })
    sim.clock.advance(35_000)
    const { outputs, labels } = await deployBeanstalk(sim)
    expect({ verdict: outputs.verdict, labels }).toEqual({ verdict: 'succeeded', labels: ['v2', 'v2'] })
    expect(updates(sim)).toBe(1)
  })

  test('watches by the id of an earlier run', async () => {
    const sim = beanstalkScene({ policy: 'Immutable' })
    const begun = await deployBeanstalk(sim, { 'wait-for-deployment': 'false' })
    sim.clock.advance(35_000)
    const id = begun.outputs['deployment-id'] ?? ''
    const watched = await deployBeanstalk(sim, { 'source-directory': '', 'version-label': '', 'deployment-id': id })
    expect(watched.outputs).toMatchObject({ verdict: 'succeeded', 'deployment-id': id })
    expect(updates(sim)).toBe(1)
  })
})

test('an older commit replaces no newer one', async () => {
  const sim = beanstalkScene()
  sim.github.commits.add(older, newer)
  const token = { 'github-token': 'ghs_not-a-real-token' }
  await deployBeanstalk(sim, token, { environment: { GITHUB_SHA: newer } })
  const late = await deployBeanstalk(
    sim,
    { ...token, 'version-label': 'v0' },
    { environment: { GITHUB_SHA: older }, files: { 'app/a': 'b' } },
  )
  expect(late.outputs).toMatchObject({ verdict: 'superseded', 'cause-code': 'older-commit' })
  expect(updates(sim)).toBe(1)
})

describe('the bundle', () => {
  test('has the files of the folder, sorted, with modes, under a key of its content', async () => {
    const sim = beanstalkScene()
    const files = {
      ...program,
      'app/node_modules/x.js': '',
      'app/.ebignore': 'node_modules/\n*.log\n!keep.log\n',
      'app/a.log': '',
      'app/keep.log': '',
    }
    await deployBeanstalk(sim, {}, { files })
    const { key, bytes } = bundleOf(sim, 'v2')
    expect(namesIn(bytes)).toEqual([
      '.ebignore',
      '.platform/hooks/predeploy/01_migrate.sh',
      'keep.log',
      'package.json',
      'server.js',
    ])
    expect(key).toMatch(/^slipway\/shop\/[0-9a-f]{64}\.zip$/)
    // APPNOTE.TXT 4.4.15: the mode is in the upper half of the external attributes.
    const at = bytes.lastIndexOf('.platform/hooks/predeploy/01_migrate.sh') - 46
    expect((bytes.readUInt32LE(at + 38) >>> 16) & 0o111).toBe(0o111)
  })

  test('is never an object that has the key already', async () => {
    const sim = beanstalkScene()
    const beanstalk = beanstalkOf(sim)
    await deployBeanstalk(sim)
    const { key } = bundleOf(sim, 'v2')
    const other = beanstalkScene()
    beanstalkOf(other).storage.write(beanstalk.bucket, key, Buffer.from('not ours'))
    await deployBeanstalk(other)
    expect(bundleOf(other, 'v2').key).toMatch(/[0-9a-f]{64}-[0-9a-f]{8}\.zip$/)
    expect(beanstalkOf(other).storage.read(beanstalk.bucket, key)?.toString()).toBe('not ours')
  })

  test.each([
    [
      'compose',
      '',
      /image: "registry\.example\.com\/shop@sha256:a+"\n {4}ports:\n {6}- "80:8080"/,
      'docker-compose.yml',
    ],
    ['dockerrun', '', /"Name": "registry\.example\.com\/shop@sha256:a+"/, 'Dockerrun.aws.json'],
    [
      'compose',
      'services:\n  web: # ours\n    build: .\n',
      /# ours\n {4}image: registry\.example\.com\/shop@sha256/,
      'docker-compose.yml',
    ],
  ])('of an image is made as %s %s', async (format, compose, expected, name) => {
    const sim = beanstalkScene()
    const image = `registry.example.com/shop@sha256:${'a'.repeat(64)}`
    const files: Record<string, string> = compose
      ? { 'app/docker-compose.yml': compose }
      : { 'app/.ebextensions/a.config': 'x' }
    const { outputs, log } = await deployBeanstalk(sim, { image, 'bundle-format': format }, { files })
    expect({ verdict: outputs.verdict, log }).toMatchObject({ verdict: 'succeeded' })
    const { bytes } = bundleOf(sim, 'v2')
    expect(namesIn(bytes)).toContain(name)
    const { inflateRawSync } = await import('node:zlib')
    const start = bytes.indexOf(name)
    const text = inflateRawSync(bytes.subarray(start + name.length)).toString()
    expect(text).toMatch(expected)
  })

  test.each([
    [{}, { 'app/.gitignore': '*\n' }, /source bundle of app is empty/],
    [{ 'source-directory': '../elsewhere' }, program, /The path \.\.\/elsewhere of .* outside the workspace/],
    [{ 'source-directory': 'app/server.js' }, program, /it is a file, not a folder/],
    [
      { 'source-directory': '', 'deployment-package-path': 'app/package.json' },
      program,
      /does not start with the signature of a ZIP file/,
    ],
    [{ 'deployment-package-path': 'a.zip' }, program, /deployment-package-path excludes source-directory/],
    [{ 'source-directory': '', 'version-label': '' }, program, /nothing to deploy/],
    [{ 'image-uri': 'registry.example.com/shop:v2', 'source-directory': '' }, program, /image-uri is for cluster mode/],
  ])('is refused before anything is changed: %j', async (given, files, says) => {
    const sim = beanstalkScene()
    const { log, message, isRed } = await deployBeanstalk(sim, given as Record<string, string>, { files })
    expect(`${message}\n${log}`).toMatch(says)
    expect(isRed).toBe(true)
    expect(sim.recorder.count('elasticbeanstalk', 'CreateApplicationVersion') + updates(sim)).toBe(0)
  })
})

test.each<Record<string, string>>([{ 'source-directory': 'loop' }, { 'deployment-package-path': 'loop' }])(
  'a loop of links is refused with its name, and is no internal error: %j',
  async (given) => {
    const { runner, action } = await prepare(beanstalkScene())
    symlinkSync('loop', join(runner.workspace, 'loop'))
    const names = { 'application-name': 'shop', 'environment-name': production, 'version-label': 'v2' }
    await action.main(givenInputs(deployBeanstalkInputs, { ...names, 'aws-region': 'eu-west-1', ...given }), runner)
    expect(runner.lines.join('\n')).toMatch(
      /The (path|file) loop of the input .* ELOOP: its symbolic links form a loop/,
    )
    expect(runner.failed).toBe(true)
  },
)

test('inputs of other actions that cannot be supported are errors by their name', () => {
  const all = {
    'application-name': 'shop',
    'environment-name': 'shop-production',
    'solution-stack-name': '64bit',
    'create-environment-if-not-exists': 'true',
  }
  expect(() => givenInputs(deployBeanstalkInputs, all)).toThrow()
})

test('inputs of einaregilsson/beanstalk-deploy are read under their names', async () => {
  const sim = beanstalkScene()
  const given = { application_name: 'shop', environment_name: production, region: 'eu-west-1', version_label: 'v7' }
  const none = { 'application-name': '', 'environment-name': '', 'aws-region': '', 'version-label': '' }
  const { outputs } = await deployBeanstalk(sim, { ...none, ...given })
  expect(outputs).toMatchObject({ verdict: 'succeeded', 'version-label': 'v7' })
  const unnamed = await deployBeanstalk(sim, none)
  expect(unnamed.message).toMatch(/application-name is required[\s\S]*environment-name is required/)
})

test('old versions are deleted on request, and never one that an environment has', async () => {
  const sim = beanstalkScene()
  for (const label of ['v2', 'v3', 'v4']) {
    sim.clock.advance(60_000)
    await deployBeanstalk(sim, { 'version-label': label, 'keep-versions': '1' }, { files: { 'app/a': label } })
  }
  const left = ['v1', 'v2', 'v3', 'v4'].filter((label) => beanstalkOf(sim).version(label))
  expect(left).toEqual(['v1', 'v3', 'v4'])
})

describe('a run that is cancelled', () => {
  async function cancelled(sim: Simulator, given: Record<string, string> = {}, seconds = 60) {
    const { runner, action } = await prepare(sim)
    sim.faults.add({
      operation: 'UpdateEnvironment',
      effect: { kind: 'callback', run: () => void sim.clock.after(seconds * 1000, () => runner.cancel()) },
      times: 1,
    })
    const inputs = givenInputs(deployBeanstalkInputs, {
      'application-name': 'shop',
      'environment-name': production,
      'aws-region': 'eu-west-1',
      'source-directory': 'app',
      'version-label': 'v2',
      ...given,
    })
    await action.main(inputs, runner)
    const post = await prepare(sim, { state: runner.savedState })
    await post.action.post?.(inputs, post.runner)
    sim.clock.advance(600_000)
    return {
      log: [...runner.lines, ...post.runner.lines].join('\n'),
      labels: beanstalkOf(sim)
        .environment(production)
        .instances.map(({ label }) => label),
    }
  }

  test('aborts, and puts all instances on the version before', async () => {
    const { log, labels } = await cancelled(beanstalkScene({ ...rolling, instances: 3 }))
    expect(log).toMatch(/this run stopped the deployment [0-9a-f-]+, which now rolls back to v1/)
    expect(labels).toEqual(['v1', 'v1', 'v1'])
  })

  test.each(some([30, 1, 70], 3))('after %i s leaves one version on all instances', async (seconds) => {
    const { labels } = await cancelled(beanstalkScene({ ...rolling, instances: 3 }), {}, seconds)
    expect(new Set(labels).size).toBe(1)
  })

  test('leaves it on request', async () => {
    const { log, labels } = await cancelled(beanstalkScene({ ...rolling, instances: 3 }), { 'on-cancel': 'leave' })
    expect(log).toMatch(/on-cancel: leave/)
    expect(labels).toEqual(['v2', 'v2', 'v2'])
  })
})

describe('a blue/green pair', () => {
  const green = 'shop-green'
  const pair = { 'swap-environment-name': green, 'swap-cname-prefix': 'shop-production' }
  const scene = () => {
    const sim = beanstalkScene()
    beanstalkOf(sim).seed({ environment: green, label: 'v0' })
    return sim
  }
  /** The version behind the CNAME of production. */
  const live = (sim: Simulator) =>
    [production, green]
      .map((name) => beanstalkOf(sim).environment(name))
      .find(({ CNAME }) => CNAME?.startsWith('shop-production.'))?.VersionLabel

  test('gets the version in the idle environment, then the CNAME; a rollback is a swap', async () => {
    const sim = scene()
    const { outputs, log } = await deployBeanstalk(sim, pair)
    expect({ verdict: outputs.verdict, live: live(sim), log }).toMatchObject({ verdict: 'succeeded', live: 'v2' })
    expect(log).toMatch(/swap {5}shop-production\.eu-west-1\.elasticbeanstalk\.com from shop-production to shop-green/)
    expect((await deployBeanstalk(sim, pair)).outputs).toMatchObject({ verdict: 'unchanged' })
    const before = updates(sim)
    const back = await deployBeanstalk(sim, { ...pair, 'source-directory': '', 'version-label': 'v1' })
    expect({ verdict: back.outputs.verdict, live: live(sim), updates: updates(sim) }).toEqual({
      verdict: 'succeeded',
      live: 'v1',
      updates: before,
    })
  })

  test('keeps the live environment where the version fails in the idle one', async () => {
    const sim = scene()
    beanstalkOf(sim).behave('v2', { kind: 'command-fails', exitCode: 1, log: [] })
    const { outputs, labels } = await deployBeanstalk(sim, pair)
    expect({ verdict: outputs.verdict, live: live(sim), labels }).toEqual({
      verdict: 'rolled-back',
      live: 'v1',
      labels: ['v1', 'v1'],
    })
  })

  test('is swapped once where the reply is lost', async () => {
    const sim = scene()
    sim.faults.add({ operation: 'SwapEnvironmentCNAMEs', effect: { kind: 'apply-then-drop' } })
    expect((await deployBeanstalk(sim, pair)).outputs).toMatchObject({ verdict: 'succeeded' })
    expect(live(sim)).toBe('v2')
  })

  test('needs the prefix that users reach', async () => {
    const { log } = await deployBeanstalk(scene(), { ...pair, 'swap-cname-prefix': 'other' })
    expect(log).toMatch(/Neither environment has the CNAME prefix other/)
  })
})

describe('a rollback', () => {
  const back = { 'source-directory': '', 'version-label': '', 'roll-back': 'true' }

  /** slipway.yml with the environment behind a distribution. */
  const behind = (distribution: string, paths: string) => `version: 1
services: { shop: { beanstalk: { application: shop, source-directory: app } } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    services:
      shop:
        environment: ${production}
        after: { invalidate: { distribution: ${distribution}, paths: [${paths}] } }
`

  test('invalidates the paths of after.invalidate, as the deployment does', async () => {
    const sim = beanstalkScene()
    const { cloudfront } = sim.world.region('us-east-1')
    const distribution = cloudfront.createDistribution({ bucket: 'shop-site' })
    const config = behind(distribution.id, '/api/*')
    const files = { ...program, 'slipway.yml': config }
    const where = { 'application-name': '', 'environment-name': '', environment: 'production' }
    for (const revision of [older, newer]) {
      const given = { ...where, 'source-directory': '', 'version-label': '', guard: 'off', revision }
      await deployBeanstalk(sim, given, { files: { ...files, 'app/a': revision } })
      sim.clock.advance(60_000)
    }
    const before = distribution.invalidations.length
    const { outputs, message } = await deployBeanstalk(sim, { ...where, ...back }, { files })
    expect([message, outputs.verdict]).toEqual(['', 'succeeded'])
    const made = distribution.invalidations.slice(before)
    expect(made.map(({ paths, status }) => [paths, status])).toEqual([[['/api/*'], 'Completed']])
  })

  test.each([
    ['x-cache-tag', 'succeeded', [['#catalog', '/']]],
    [undefined, 'failed', []],
  ])('invalidates cache tags of a distribution whose header for them is %s', async (header, verdict, invalidated) => {
    const sim = beanstalkScene()
    const { cloudfront } = sim.world.region('us-east-1')
    const distribution = cloudfront.createDistribution({ bucket: 'site', ...(header && { cacheTagHeader: header }) })
    const config = behind(distribution.id, '"#catalog", /')
    const place = { 'application-name': '', 'environment-name': '', environment: 'production' }
    const given = { ...place, 'source-directory': '', 'version-label': '', guard: 'off', revision: newer }
    const { outputs, labels } = await deployBeanstalk(sim, given, {
      files: { ...program, 'slipway.yml': config },
    })
    expect([outputs.verdict, distribution.invalidations.map(({ paths }) => paths)]).toEqual([verdict, invalidated])
    if (header === undefined)
      expect(outputs.cause).toMatch(/the cache tag .#catalog., but the distribution \w+ has no CacheTagConfig/)
    if (header === undefined) expect(labels).toEqual(['v1', 'v1'])
  })

  test('deploys the version that was healthy last, and not the live one', async () => {
    const sim = beanstalkScene()
    for (const label of ['v2', 'v3', 'v4']) {
      if (label === 'v3') beanstalkOf(sim).behave('v3', { kind: 'command-fails', exitCode: 1, log: [] })
      await deployBeanstalk(sim, { 'version-label': label }, { files: { 'app/a': label } })
      sim.clock.advance(60_000)
    }
    const { outputs, labels, log } = await deployBeanstalk(sim, back)
    expect({ verdict: outputs.verdict, labels }).toEqual({ verdict: 'succeeded', labels: ['v2', 'v2'] })
    expect(log).toMatch(/Rolling back shop-production in shop to v2[\s\S]*it was healthy in shop-production at 2026-/)
  })

  test('puts all instances on the version of the environment where a failed deployment left two', async () => {
    const sim = beanstalkScene({ ...rolling, instances: 3 })
    beanstalkOf(sim).behave('v2', { kind: 'command-fails', exitCode: 1, log: [], on: [1] })
    await deployBeanstalk(sim)
    const { outputs, labels } = await deployBeanstalk(sim, back)
    expect({ verdict: outputs.verdict, labels }).toEqual({ verdict: 'succeeded', labels: ['v1', 'v1', 'v1'] })
  })

  test('of what no run has marked is refused before anything is changed', async () => {
    const { outputs, log } = await deployBeanstalk(beanstalkScene(), back)
    expect(outputs).toMatchObject({ 'cause-code': 'nothing-to-go-back-to' })
    expect(log).toMatch(/Set the input version-label/)
  })
})

describe('a broken connection', () => {
  const operations = [
    'DescribeEnvironments',
    'DescribeEvents',
    'DescribeInstancesHealth',
    'CreateApplicationVersion',
    'UpdateEnvironment',
  ]
  const effects = [{ kind: 'reset' }, { kind: 'apply-then-drop' }, { kind: 'truncate' }] as const
  const broken = operations.flatMap((operation) => effects.map((effect) => [operation, effect.kind, effect] as const))

  test.each(some(broken, 4))(
    'at %s (%s) changes no verdict, and nothing is done twice',
    async (operation, _, effect) => {
      const sim = beanstalkScene()
      Object.assign(beanstalkOf(sim).quirks, { command: 3, processing: 1 })
      sim.faults.add({ service: 'elasticbeanstalk', operation, skip: /^Describe/.test(operation) ? 2 : 0, effect })
      const { outputs, labels } = await deployBeanstalk(sim)
      expect({ verdict: outputs.verdict, labels }).toEqual({ verdict: 'succeeded', labels: ['v2', 'v2'] })
      expect(beanstalkOf(sim).environment(production).deployments).toBe(2)
    },
  )
})

describe('a label that exists already, with use-existing-application-version-if-available', () => {
  const used = { 'use-existing-application-version-if-available': 'true' }
  const scene = (prepare: (sim: Simulator) => void = () => undefined) => {
    const sim = beanstalkScene()
    beanstalkOf(sim).seed({ environment: 'shop-other', label: 'v2' })
    prepare(sim)
    return sim
  }
  const uploads = (sim: Simulator) => sim.recorder.count('s3', 'PutObject')

  test('is deployed as it is: nothing is uploaded, and none is made', async () => {
    const sim = scene()
    const { outputs, labels } = await deployBeanstalk(sim, used)
    expect([outputs.verdict, labels, uploads(sim)]).toEqual(['succeeded', ['v2', 'v2'], 0])
    expect(sim.recorder.count('elasticbeanstalk', 'CreateApplicationVersion')).toBe(0)
  })

  test('is refused without it, as it has another bundle', async () => {
    const sim = scene()
    const { outputs, labels } = await deployBeanstalk(sim)
    expect([outputs['cause-code'], labels, uploads(sim)]).toEqual(['version-label-taken', ['v1', 'v1'], 0])
  })

  test('is refused where it could not be processed', async () => {
    const sim = scene((one) => Object.assign(beanstalkOf(one).version('v2') ?? {}, { Status: 'Failed' }))
    const { outputs, labels } = await deployBeanstalk(sim, used)
    expect([outputs['cause-code'], labels, updates(sim)]).toEqual(['version-failed', ['v1', 'v1'], 0])
  })

  test('is waited for where it is being processed', async () => {
    const sim = scene((one) => {
      const version = beanstalkOf(one).version('v2')
      Object.assign(version ?? {}, { Status: 'Processing' })
      one.clock.after(20_000, () => Object.assign(version ?? {}, { Status: 'Processed' }))
    })
    const { outputs, labels } = await deployBeanstalk(sim, used)
    expect([outputs.verdict, labels]).toEqual(['succeeded', ['v2', 'v2']])
  })

  test('is made where there is none', async () => {
    const sim = beanstalkScene()
    const { outputs, labels } = await deployBeanstalk(sim, used)
    expect([outputs.verdict, labels, uploads(sim)]).toEqual(['succeeded', ['v2', 'v2'], 1])
  })
})

test('a dry run prints the plan and changes nothing', async () => {
  const sim = beanstalkScene(rolling)
  const { log, outputs } = await deployBeanstalk(sim, { 'dry-run': 'true' })
  expect(log).toMatch(/Rolling \(batches of 1\)/)
  expect(outputs.verdict).toBe('')
  expect(sim.recorder.count('s3') + updates(sim)).toBe(0)
})

test('no text shows the value of an environment property, nor a presigned address', async () => {
  const namespace = 'aws:elasticbeanstalk:application:environment'
  const sim = beanstalkScene({
    settings: { [namespace]: { DATABASE_URL: 'mysql-internal-7f3a9c.example', API_KEY: 'k3y-of-l1ve' } },
  })
  const address = 'https://b.s3.amazonaws.com/x?X-Amz-Signature=0123456789abcdef0123456789abcdef'
  const log = ['connect mysql-internal-7f3a9c.example with new-s3cret-value', `key k3y-of-l1ve from ${address}`]
  beanstalkOf(sim).behave('v2', { kind: 'command-fails', exitCode: 1, log })
  const given = { ...slack, 'option-settings': 'env:SESSION_SECRET=new-s3cret-value' }
  const { runner, outputs, messages } = await deployBeanstalk(sim, given)
  const all = JSON.stringify([runner.lines, runner.marks, runner.savedState, outputs, messages])
  expect(all).toMatch(/\*\*\*\(DATABASE_URL\)/)
  expect(all).not.toMatch(/7f3a9c|k3y-of-l1ve|new-s3cret-value|Signature=0123/)
})

test('Slack has one message that ends with the version', async () => {
  const { messages } = await deployBeanstalk(beanstalkScene(), slack)
  expect(JSON.stringify(messages.at(-1))).toMatch(/shop-production.*v2/)
})
