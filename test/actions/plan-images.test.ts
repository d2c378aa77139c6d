/** Which jobs build the images of slipway.yml, and what they get from each other. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { action } from '../../src/actions/plan-images/index.ts'
import { gitIn, gitRepository } from '../git/repository.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { createClock } from '../simulator/clock.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const environments = `services: { api: {} }
environments:
  staging: { region: eu-west-1, account: "111122223333", role: r, services: { api: { cluster: c, service: s } } }
`
const two = `version: 1
images:
  api:
    repository: shop/api
    context: api
    platforms: [linux/amd64, linux/arm64]
    paths: ["api/**", "!**/*.md"]
    build-args: { LEVEL: "3" }
  edge: { repository: shop/edge, platforms: [linux/arm64], paths: ["edge/**"] }
${environments}`
const one = `version: 1\nimage: { repository: api, platforms: [linux/amd64, linux/arm64] }\n${environments}`
const digest = (character: string) => `sha256:${character.repeat(64)}`

interface Around {
  readonly workspace?: string
  readonly event?: string
  readonly payload?: object
  readonly sha?: string
}

async function plan(config: string, inputs: Record<string, string> = {}, around: Around = {}) {
  const { workspace = gitRepository({ a: '' }).folder, event = 'workflow_dispatch', payload = {}, sha = '' } = around
  const file = join(temporaryFolder(), 'event.json')
  writeFileSync(file, JSON.stringify(payload))
  const runner = await fakeRunner({
    clock: createClock({ kind: 'idle' }).forProgram,
    workspace,
    environment: {
      PATH: process.env.PATH ?? '',
      GITHUB_WORKSPACE: workspace,
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: file,
      GITHUB_SHA: sha,
      GITHUB_REPOSITORY: 'acme/shop',
    },
  })
  writeFileSync(join(runner.workspace, 'slipway.yml'), config)
  const failure = await action.main(givenInputs(action.inputs, inputs), runner).then(() => '', said)
  const planned = runner.outputs.plan ? JSON.parse(runner.outputs.plan) : undefined
  return { outputs: runner.outputs, log: runner.lines.join('\n'), failure, planned }
}

describe('the jobs', () => {
  test('are one for each image and platform on its own runner, and one that joins', async () => {
    const { planned, outputs, log } = await plan(two)
    expect(planned).toEqual({
      build: [
        { image: 'api', platform: 'linux/amd64', runner: 'ubuntu-24.04', 'by-digest': true, index: 0 },
        { image: 'api', platform: 'linux/arm64', runner: 'ubuntu-24.04-arm', 'by-digest': true, index: 1 },
        { image: 'edge', platform: 'linux/arm64', runner: 'ubuntu-24.04-arm', 'by-digest': false, index: 2 },
      ],
      join: [{ image: 'api', index: 0 }],
      several: true,
      environment: 'staging',
      unchanged: [],
    })
    expect(outputs).toMatchObject({ repository: '', unchanged: '[]' })
    expect(log).toContain('The image edge is built for linux/arm64 on ubuntu-24.04-arm')
  })

  test('of a runner of the owner are all on it, but for those that slipway.yml names', async () => {
    const named = two.replace('build-args:', 'runners: { linux/arm64/v8: [self-hosted, arm] }\n    build-args:')
    const { planned } = await plan(named, { runner: 'large' })
    expect(planned.build.map(({ runner }: { runner: unknown }) => runner)).toEqual([
      'large',
      ['self-hosted', 'arm'],
      'large',
    ])
  })

  test('of a layout are one, which pushes all platforms; it cannot be several images', async () => {
    const { planned, outputs } = await plan(one, { 'oci-layout': 'image' })
    expect(planned).toMatchObject({
      build: [{ image: '', platform: '', runner: 'ubuntu-24.04', 'by-digest': false }],
      join: [],
      several: false,
    })
    expect(outputs.repository).toBe('api')
    expect((await plan(two, { 'oci-layout': 'image' })).failure).toMatch(
      /oci-layout is one image, and slipway.yml has 2/,
    )
  })

  test('without an image are none, where that is allowed', async () => {
    const none = `version: 1\n${environments}`
    expect((await plan(none, { 'allow-none': 'true' })).planned).toMatchObject({ build: [], join: [] })
    expect((await plan(none)).failure).toMatch(/slipway\.yml has neither image nor images/)
  })

  test('have caches of their own, or none is built', async () => {
    const { failure } = await plan(two, { 'cache-to': 'type=gha\ntype=registry,ref=r:{image}\ntype=inline' })
    expect(failure).toMatch(/cache-to "type=gha" is written by several jobs: add \{image\}/)
    expect(failure).toMatch(/"type=registry,ref=r:\{image\}" is written by several jobs: add \{platform\}/)
    expect((await plan(two, { 'cache-to': 'type=gha,scope={image}-{platform}' })).failure).toBe('')
    const single = one.replace(', linux/arm64', '')
    expect((await plan(single, { 'cache-to': 'type=gha' })).failure).toBe('')
  })

  test('are at most as many as build.yml has outputs for', async () => {
    const images = Array.from({ length: 21 }, (_, index) => `  i${index}: { repository: r${index} }`).join('\n')
    expect((await plan(`version: 1\nimages:\n${images}\n${environments}`)).failure).toMatch(
      /21 builds .* outputs for 20/,
    )
  })
})

describe('one job', () => {
  const settings = async (config: string, inputs: Record<string, string>) => {
    const { planned } = await plan(config)
    return await plan(config, { plan: JSON.stringify(planned), ...inputs })
  }

  test('gets the settings of its image', async () => {
    const caches = {
      'cache-from': 'type=gha,scope={image}-{platform}',
      platform: 'linux/arm64',
      'build-args': 'MODE=fast',
    }
    expect((await settings(two, { image: 'api', ...caches })).outputs).toMatchObject({
      repository: 'shop/api',
      'image-region': 'eu-west-1',
      'image-role': 'arn:aws:iam::111122223333:role/r',
      context: 'api',
      platforms: 'linux/amd64,linux/arm64',
      'build-args': 'LEVEL=3\nMODE=fast',
      'cache-from': 'type=gha,scope=api-linux-arm64',
    })
    expect((await settings(two, { image: 'apy' })).failure).toMatch(/no image apy under images.*did you mean api\?/)
  })

  test('gets the digests that it joins, or an error for what GitHub dropped', async () => {
    const built = { 'digest-0': digest('a'), 'digest-1': digest('b'), 'digest-2': digest('c') }
    const of = (outputs: object, more = {}) =>
      settings(two, { image: 'api', 'build-outputs': JSON.stringify(outputs), ...more })
    expect((await of(built)).outputs['part-digests']).toBe(`${digest('a')}\n${digest('b')}`)
    expect((await of({ 'digest-0': digest('a') })).failure).toMatch(
      /the digest of the image api for linux\/arm64 is missing in the outputs of its job: GitHub drops an output/,
    )
    const both = two.replace('shop/edge, platforms: [linux/arm64]', 'shop/edge, platforms: [linux/arm64, linux/s390x]')
    const edge = { image: 'edge', 'build-outputs': JSON.stringify({ ...built, 'digest-3': digest('d') }) }
    expect((await settings(both, edge)).outputs['part-digests']).toBe(`${digest('c')}\n${digest('d')}`)
    const joined = (outputs: object) => of(built, { 'join-outputs': JSON.stringify(outputs) })
    const { outputs } = await joined({ 'digest-0': digest('d') })
    expect(JSON.parse(outputs.digests ?? '')).toEqual({ api: digest('d'), edge: digest('c') })
    expect((await joined({})).failure).toMatch(/the digest of the image api is missing/)
  })

  test('refuses what is no plan', async () => {
    expect(() => givenInputs(action.inputs, { plan: '{}' })).toThrow()
    expect(() => givenInputs(action.inputs, { 'build-outputs': '[]' })).toThrow()
  })
})

describe('paths', () => {
  const files = { 'api/main.js': '1', 'edge/main.js': '1', 'api/notes.md': '1' }
  /** A repository with a commit more, which changes these files. */
  const pushed = (changes: Readonly<Record<string, string>>) => {
    const { folder, git } = gitRepository(files)
    const before = git('rev-parse', 'HEAD')
    for (const [path, content] of Object.entries(changes)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
      // An empty one is a file that is no more.
      if (content === '') rmSync(join(folder, path))
    }
    git('add', '-A')
    git('commit', '-qm', 'next')
    return { workspace: folder, before, sha: git('rev-parse', 'HEAD'), git }
  }
  const images = ({ planned }: Awaited<ReturnType<typeof plan>>) => [
    ...new Set(planned.build.map(({ image }: { image: string }) => image)),
  ]

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['one image', { 'edge/main.js': '2' }, ['edge']],
    ['both', { 'edge/main.js': '2', 'api/new/x.js': '2' }, ['api', 'edge']],
    ['both, by a file that moved', { 'edge/main.js': '', 'api/moved.js': '1' }, ['api', 'edge']],
    ['none, by an exclusion', { 'api/notes.md': '2' }, []],
  ])('a push changes %s', async (_, changes, expected) => {
    const { before, sha, workspace } = pushed(changes)
    const push = { workspace, sha, event: 'push', payload: { before, after: sha } }
    const ran = await plan(two, {}, push)
    expect(images(ran)).toEqual(expected)
    const others = ['api', 'edge'].filter((name) => !expected.includes(name))
    expect(JSON.parse(ran.outputs.unchanged ?? '')).toEqual(others)
    for (const name of others) expect(ran.log).toContain(`The image ${name} is not built, and digests does not have it`)
    expect(images(await plan(two, { 'build-all': 'true' }, push))).toEqual(['api', 'edge'])
  })

  test('a pull request counts from where it left its base', async () => {
    const { before, workspace, git } = pushed({ 'edge/main.js': '2' })
    const base = git('rev-parse', 'HEAD')
    git('checkout', '-q', '-b', 'topic', before)
    writeFileSync(join(workspace, 'api/main.js'), '3')
    git('commit', '-qam', 'topic')
    const head = git('rev-parse', 'HEAD')
    const payload = { pull_request: { base: { sha: base }, head: { sha: head }, number: 1 } }
    expect(
      images(await plan(two, {}, { workspace, sha: digest('0').slice(7, 47), event: 'pull_request', payload })),
    ).toEqual(['api'])
  })

  test('what changed is unknown, so that all is built, and it is told why', async () => {
    const { before, sha, workspace, git } = pushed({ 'edge/main.js': '2' })
    const push = (payload: object, at = {}) => plan(two, {}, { workspace, sha, event: 'push', payload, ...at })
    const shallow = join(temporaryFolder(), 'shallow')
    gitIn(workspace, 'clone', '-q', '--depth=1', `file://${workspace}`, shallow)
    const zeros = '0'.repeat(40)
    const cases = [
      [push({ before: zeros, after: sha, created: true }), /the branch or tag is new/],
      [push({ before, after: sha, forced: true }), /the push was forced/],
      [push({ before, after: before }), /the checkout is of \w+, and the event is about/],
      [push({ before: '1'.repeat(40), after: sha }), /does not have the commit 1{40} \(fetch-depth\)/],
      [push({ before, after: sha }, { workspace: shallow }), /does not have the commit/],
      [push({ before, after: sha }, { workspace: temporaryFolder() }), /has no Git checkout/],
      [push({}), /payload of the event has no commit/],
      [push({}, { event: 'schedule' }), /the event schedule has no commit before it/],
    ] as const
    for (const [ran, reason] of cases) {
      const { log, planned } = await ran
      expect(log).toMatch(reason)
      expect(planned.build).toHaveLength(3)
    }
    expect(git('status', '--porcelain')).toBe('?? slipway.yml')
  })
})
