import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { action, createBuildPush } from '../../src/actions/build-push/index.ts'
import { failure } from '../aws/simulated.ts'
import { type LayoutOptions, writeLayout, writeLayoutArchive } from '../oci-layout.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import { imageStore } from '../simulator/image-store.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { keys } from './scene.ts'

const sha = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const other = 'ffffffffffffffffffffffffffffffffffffffff'
const revision = 'org.opencontainers.image.revision'
const api: LayoutOptions = {
  files: { '/app/server.js': 'serve()' },
  entrypoint: ['node', '/app/server.js'],
  labels: { [revision]: sha },
}

async function given(environment: Record<string, string> = {}) {
  const simulator = createSimulator()
  const { ecr } = simulator.world.region('eu-west-1')
  const workspace = temporaryFolder()
  await mkdir(join(workspace, '.temporary'))
  const runner = await fakeRunner({
    clock: simulator.clock.forProgram,
    workspace,
    environment: {
      ...keys,
      GITHUB_WORKSPACE: workspace,
      GITHUB_SHA: sha,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REPOSITORY: 'acme/shop',
      // No engine answers here, so a build cannot pass for a push of a layout.
      PATH: '/nonexistent',
      ...environment,
    },
  })
  const build = createBuildPush({ fetch: simulator.fetch, requestHandler: simulator.requestHandler })
  const run = (inputs: Record<string, string>) =>
    build.main(givenInputs(build.inputs, { repository: 'api', ...inputs }), runner)
  const layout = async (options: LayoutOptions = api) => {
    const { digest } = await writeLayout(join(workspace, 'image'), options)
    return digest
  }
  const digestOf = (tag: string) => ecr.find(`111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:${tag}`)?.digest
  return { simulator, ecr, runner, workspace, run, layout, digestOf, world: simulator.world }
}

describe('build-push of a layout', () => {
  test('pushes the image, tags it with the commit, and hands on what the next steps need', async () => {
    const { ecr, runner, run, layout, digestOf } = await given()
    ecr.createRepository('api')
    const digest = await layout()
    await run({ 'oci-layout': 'image' })
    expect(digestOf(sha)).toBe(digest)
    const name = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api'
    expect(runner.outputs).toEqual({
      digest,
      image: `${name}@${digest}`,
      images: `${name}@${digest}`,
      name,
      repository: 'api',
      tag: sha,
      tags: sha,
      reused: 'false',
      revision: sha,
      imageid: expect.stringMatching(/^sha256:\w{64}$/),
      metadata: expect.stringContaining(`"containerimage.digest":"${digest}"`),
      'scan-status': 'off',
      findings: '',
    })
  })

  /** A layer of 3 MiB, which no compression shortens. */
  const large: LayoutOptions = { ...api, files: { '/app/model': randomBytes(3 * 1024 * 1024) } }
  const upload = { service: 'registry', operation: /^PUT .*uploads/ }

  test.each(['image', 'image.tar'])(
    'goes on with a layer after a cut, and says what was uploaded: %s',
    async (path) => {
      const { ecr, runner, run, workspace, simulator, digestOf } = await given()
      ecr.createRepository('api')
      const { digest } = await (path === 'image' ? writeLayout : writeLayoutArchive)(join(workspace, path), large)
      simulator.faults.add({ ...upload, effect: { kind: 'cut', bytes: 1024 * 1024 }, times: 2 })
      await run({ 'oci-layout': path })
      expect(digestOf(sha)).toBe(digest)
      expect(runner.lines.join('\n')).toMatch(/Blobs uploaded: 2 \(3\d{6} bytes\); already in the registry: 0/)
    },
  )

  test('names a layer with other bytes than its digest promises, and tags nothing', async () => {
    const { ecr, run, workspace, digestOf, simulator } = await given()
    ecr.createRepository('api')
    await writeLayout(join(workspace, 'image'), large)
    const blobs = join(workspace, 'image/blobs/sha256')
    const sizes = await Promise.all(
      (await readdir(blobs)).map(async (name) => ({ name, size: (await stat(join(blobs, name))).size })),
    )
    const layer = sizes.toSorted((one, other) => other.size - one.size)[0]?.name ?? ''
    const file = await open(join(blobs, layer), 'r+')
    await file.write('another', 2 * 1024 * 1024)
    await file.close()
    expect(await failure(run({ 'oci-layout': 'image' }))).toMatchObject({
      code: 'image-layout-invalid',
      why: expect.stringMatching(new RegExp(`^sha256:${layer} has the content of sha256:`)),
    })
    expect(digestOf(sha)).toBeUndefined()
    expect(simulator.recorder.all.filter(({ operation }) => /^PUT .*manifests/.test(operation))).toEqual([])
  })

  test('leaves no tag and no manifest when it is cancelled in the middle', async () => {
    const { ecr, run, workspace, runner, simulator, digestOf } = await given()
    ecr.createRepository('api')
    await writeLayout(join(workspace, 'image'), large)
    simulator.faults.add({ ...upload, effect: { kind: 'callback', run: () => runner.cancel() }, times: 1 })
    expect((await failure(run({ 'oci-layout': 'image' }))).code).toBe('cancelled')
    expect(digestOf(sha)).toBeUndefined()
    expect(simulator.recorder.all.filter(({ operation }) => /^PUT .*manifests/.test(operation))).toEqual([])
  })

  test('mounts the layers of a base image of the same registry', async () => {
    const { ecr, runner, run, workspace, digestOf, world } = await given()
    ecr.createRepository('base')
    await writeLayout(join(workspace, 'image'), large)
    await run({ 'oci-layout': 'image', repository: 'base' })
    ecr.createRepository('api')
    imageStore(world, 'eu-west-1').blobMounting = true
    const annotations = {
      'org.opencontainers.image.base.name': `111122223333.dkr.ecr.eu-west-1.amazonaws.com/base:${sha}`,
    }
    const { digest } = await writeLayout(join(workspace, 'derived'), { ...large, annotations })
    await run({ 'oci-layout': 'derived' })
    expect(digestOf(sha)).toBe(digest)
    expect(runner.lines.join('\n')).toContain(
      'Blobs uploaded: 0 (0 bytes); mounted from another repository: 2; already in the registry: 0',
    )
  })

  test('declares the outputs that it sets and the inputs that it reads, and no others', async () => {
    const { ecr, runner, run, layout } = await given()
    ecr.createRepository('api')
    await layout()
    await run({ 'oci-layout': 'image' })
    const declared = parse(await readFile(join(import.meta.dirname, '../../actions/build-push/action.yml'), 'utf8'))
    expect(Object.keys(declared.outputs).sort()).toEqual(Object.keys(runner.outputs).sort())
    expect(Object.keys(declared.inputs).sort()).toEqual(Object.keys(action.inputs).sort())
    const defaults = Object.entries<{ default?: string }>(declared.inputs).map(([name, input]) => [
      name,
      input.default ?? '',
    ])
    expect(() => givenInputs(action.inputs, { ...Object.fromEntries(defaults), repository: 'api' })).not.toThrow()
  })

  test('puts all tags, also those that rules make from git', async () => {
    const { ecr, run, layout, runner, digestOf } = await given({ GITHUB_REF: 'refs/tags/v1.4.0' })
    ecr.createRepository('api')
    const digest = await layout()
    await run({
      'oci-layout': 'image',
      tag: 'stable',
      tags: 'type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}\ntype=sha',
    })
    expect(['stable', '1.4.0', '1.4', 'sha-1a2b3c4'].map(digestOf)).toEqual([digest, digest, digest, digest])
    expect(runner.outputs).toMatchObject({ tag: 'stable', tags: 'stable\n1.4.0\n1.4\nsha-1a2b3c4' })
  })

  test('tags a pull request with its head commit, not with the merge commit', async () => {
    const { ecr, run, layout, runner, workspace } = await given({ GITHUB_SHA: other, GITHUB_REF: 'refs/pull/7/merge' })
    const event = join(workspace, 'event.json')
    await writeFile(event, JSON.stringify({ pull_request: { number: 7, head: { sha } } }))
    Object.assign(runner.environment, { GITHUB_EVENT_PATH: event })
    ecr.createRepository('api')
    await layout()
    await run({ 'oci-layout': 'image', tags: 'type=ref,event=pr' })
    expect(runner.outputs.tag).toBe('pr-7')
    await run({ 'oci-layout': 'image' })
    expect(runner.outputs.tag).toBe(sha)
  })

  test('names the image to the runner, for attestations', async () => {
    const file = join(temporaryFolder(), 'artifacts')
    const { ecr, run, layout } = await given({ GITHUB_ARTIFACTS: file })
    ecr.createRepository('api')
    const digest = await layout()
    await run({ 'oci-layout': 'image' })
    expect(await readFile(file, 'utf8')).toBe(`oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/api@${digest}\n`)
  })

  test('masks the password, plain and as Docker writes it', async () => {
    const { ecr, run, layout, runner, simulator } = await given()
    ecr.createRepository('api')
    await layout()
    await run({ 'oci-layout': 'image' })
    expect(runner.masks.length).toBeGreaterThanOrEqual(2)
    expect(runner.lines.join('\n')).not.toContain(runner.masks[0])
    expect(simulator.recorder.all.filter(({ operation }) => operation === 'GetAuthorizationToken')).toHaveLength(1)
  })
})

describe('the repository', () => {
  test('that is missing is told before the build, with the way out', async () => {
    const { run } = await given()
    expect(await failure(run({}))).toMatchObject({
      code: 'repository-not-found',
      what: 'RepositoryNotFoundException: 111122223333.dkr.ecr.eu-west-1.amazonaws.com has no repository "api"',
      fix: expect.stringContaining('create-repository: true'),
    })
  })

  test('is made on request, with immutable tags unless told otherwise', async () => {
    for (const [inputs, mutability] of [
      [{}, 'IMMUTABLE'],
      [{ 'immutable-tags': 'false' }, 'MUTABLE'],
    ] as const) {
      const { ecr, run, layout, digestOf } = await given()
      const digest = await layout()
      await run({ 'oci-layout': 'image', 'create-repository': 'true', ...inputs })
      expect(digestOf(sha)).toBe(digest)
      expect(ecr.handlers.DescribeRepositories?.({}, {} as never)).toMatchObject({
        repositories: [{ imageTagMutability: mutability }],
      })
    }
  })
})

describe('an immutable tag', () => {
  test.each([[{ [revision]: sha }], [{}]])(
    'that holds an image of another program fails before the build: %j',
    async (labels) => {
      const { ecr, run, world } = await given()
      ecr.createRepository('api', true)
      const digest = seedImage(world, 'eu-west-1', 'api', 'v1', { labels })
      expect(await failure(run({ tag: 'v1' }))).toMatchObject({
        code: 'image-tag-taken',
        why: expect.stringMatching(new RegExp(`^it has another image, ${digest}.*it has no label slipway.key`)),
      })
    },
  )

  test('that holds an image whose labels may not be read fails with the action that is missing', async () => {
    const { ecr, run, world, simulator } = await given()
    ecr.createRepository('api', true)
    seedImage(world, 'eu-west-1', 'api', 'v1')
    simulator.faults.add({
      service: 'registry',
      operation: /^GET .*\/blobs\//,
      times: 9,
      effect: {
        kind: 'error',
        code: 'DENIED',
        message: 'User: ann is not authorized to perform: ecr:GetDownloadUrlForLayer on resource: repository/api',
        status: 403,
      },
    })
    expect((await failure(run({ tag: 'v1' }))).why).toMatch(/not authorized to perform ecr:GetDownloadUrlForLayer/)
  })

  test('is put again when the same layout is pushed again', async () => {
    const { ecr, run, layout, runner } = await given()
    ecr.createRepository('api', true)
    const digest = await layout()
    await run({ 'oci-layout': 'image' })
    await run({ 'oci-layout': 'image' })
    expect(runner.outputs).toMatchObject({ digest, reused: 'true' })
  })

  test('that holds another layout stays as it is', async () => {
    const { ecr, run, layout, digestOf } = await given()
    ecr.createRepository('api', true)
    const first = await layout()
    await run({ 'oci-layout': 'image' })
    await layout({ ...api, files: { '/app/server.js': 'other()' } })
    expect(await failure(run({ 'oci-layout': 'image' }))).toMatchObject({ code: 'image-tag-taken' })
    expect(digestOf(sha)).toBe(first)
  })
})

describe('when things go wrong', () => {
  test('a mutable tag moves only after the whole new image is there', async () => {
    const { ecr, run, layout, digestOf, simulator } = await given()
    ecr.createRepository('api')
    const first = await layout()
    await run({ 'oci-layout': 'image', tag: 'live' })
    await layout({ ...api, files: { '/app/server.js': 'new()' } })
    simulator.faults.add({
      service: 'registry',
      operation: /^PUT .*\/manifests\/sha256/,
      effect: { kind: 'access-denied' },
    })
    expect((await failure(run({ 'oci-layout': 'image', tag: 'live' }))).code).toBe('registry-rejected')
    expect(digestOf('live')).toBe(first)
  })

  test('row F08: nothing is lost when a third of all calls fails', async () => {
    const { ecr, run, layout, digestOf, simulator } = await given()
    ecr.createRepository('api')
    const digest = await layout({ ...api, architecture: ['amd64', 'arm64'] })
    for (const effect of [{ kind: 'reset' }, { kind: 'http', status: 503 }, { kind: 'apply-then-drop' }] as const)
      simulator.faults.add({ effect, probability: 0.1, times: 100 })
    await run({ 'oci-layout': 'image', tag: 'v1' })
    expect(digestOf('v1')).toBe(digest)
  })

  test('S11: a layout outside of the workspace is refused', async () => {
    const { ecr, run } = await given()
    ecr.createRepository('api')
    expect(await failure(run({ 'oci-layout': '/etc' }))).toMatchObject({ code: 'file-unreadable' })
  })

  test('a build without Docker says what is missing and what else can be done', async () => {
    const { ecr, run } = await given()
    ecr.createRepository('api')
    expect(await failure(run({}))).toMatchObject({
      code: 'docker-unavailable',
      why: 'docker is not installed on this runner (ENOENT)',
      fix: expect.stringContaining('oci-layout'),
    })
  })

  test('bad inputs are reported all at once, and secrets are not repeated', async () => {
    const { run } = await given()
    const refused = await failure(
      (async () =>
        run({
          repository: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/API',
          tag: '-v1',
          tags: 'type=later',
          secrets: 'NPM_TOKEN=abc\nhunter2',
          context: '-',
          contxt: '.',
        }))(),
    )
    expect(refused.code).toBe('inputs-invalid')
    for (const name of [
      'repository must be the name',
      'tag must be',
      'tags:1:1: has type=later; allowed: schedule, semver',
      'secrets must have lines like id=value; line 2',
      'context must be',
      'did you mean context?',
    ])
      expect(refused.why).toContain(name)
    expect(refused.why).not.toContain('hunter2')
  })
})
