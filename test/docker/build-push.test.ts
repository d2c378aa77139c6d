import { cpSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { network } from '../../src/actions/world/world.ts'
import { systemClock } from '../../src/clock.ts'
import { dockerBuilder } from '../../src/docker/builder.ts'
import { writeConfiguration } from '../../src/docker/configuration.ts'
import { planLayout } from '../../src/image/layout.ts'
import { readBlob } from '../../src/image/layout-source.ts'
import type { OutsideInputs } from '../../src/image/outside-inputs.ts'
import { publish } from '../../src/image/publish.ts'
import { findImage } from '../../src/image/revision.ts'
import type { BuildRequest, Ecr, RegistryLogin } from '../../src/ports.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { openLayout } from '../../src/registry/layout-files.ts'
import { failure, plain } from '../aws/simulated.ts'
import { gitRepository } from '../git/repository.ts'
import { writeLayout } from '../oci-layout.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Listening } from '../simulator/server.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { watchCommandLines } from './command-lines.ts'

/** The way to a registry of this machine. */
const direct = { clock: systemClock, fetch: network.fetch, environment: {} }

import { type OwnEngine, type OwnRegistry, startEngine, startRegistry } from './own-engine.ts'

const root = join(import.meta.dirname, '../..')
const source = gitRepository({})
cpSync(join(root, 'examples'), join(source.folder, 'examples'), { recursive: true })
const sha = source.commit()
const started = await startEngine()
const withDocker = started === undefined ? describe.skip : describe
const engine = started as OwnEngine

afterAll(() => started?.stop())

withDocker('build-push with a real engine and the simulated ECR', () => {
  let simulator: Simulator
  let listening: Listening
  beforeAll(async () => {
    simulator = createSimulator({ clock: { kind: 'accelerated', speed: 1 } })
    listening = await simulator.listen()
    Object.assign(process.env, listening.environment)
  })
  afterAll(() => listening?.close())

  async function given(environment: Record<string, string> = {}) {
    const temporary = temporaryFolder()
    const runner = await fakeRunner({
      clock: systemClock,
      environment: {
        ...engine.environment,
        ...listening.environment,
        AWS_REGION: 'eu-west-1',
        GITHUB_WORKSPACE: source.folder,
        GITHUB_SHA: sha,
        GITHUB_REF: 'refs/heads/main',
        GITHUB_REPOSITORY: 'acme/shop',
        RUNNER_TEMP: temporary,
        INPUT_SECRETS: 'TOKEN=not-for-builds',
        ...environment,
      },
    })
    const action = createBuildPush(network)
    const run = (inputs: Record<string, string>) => action.main(givenInputs(action.inputs, inputs), runner)
    return { runner, run, temporary }
  }

  const shop = { context: 'examples/api', 'build-args': `BASE=${started?.base}`, network: 'none' }
  const ecr = () => simulator.world.region('eu-west-1').ecr

  test('builds the example, pushes it, and what is pulled back by digest serves', async () => {
    ecr().createRepository('api', true)
    const { runner, run, temporary } = await given()
    const watcher = watchCommandLines()
    const ran = run({ repository: 'api', ...shop, tags: `${sha}\ntype=sha` })
    const commandLines = [...(await watcher.stopAfter(ran))]
    const { digest = '', tags } = runner.outputs
    expect(tags).toBe(`${sha}\nsha-${sha.slice(0, 7)}`)
    expect(ecr().find(`127.0.0.1:1/api@${digest}`)).toEqual({
      exists: true,
      digest,
      tags: [sha, `sha-${sha.slice(0, 7)}`],
      architectures: ['amd64'],
    })
    expect(runner.lines.some((line) => line.includes('node --test') || line.includes('["node", "--test"]'))).toBe(true)

    // S09: the password is on no command line, and nothing of it stays.
    expect(commandLines.some((line) => /^docker .*build /.test(line))).toBe(true)
    expect(runner.masks.length).toBeGreaterThan(0)
    expect(commandLines.filter((line) => runner.masks.some((secret) => line.includes(secret)))).toEqual([])
    expect(await readdir(temporary)).toEqual([])

    const name = `${new URL(listening.url).host}/api`
    await engine.docker('image', 'rm', '--force', `${name}:${sha}`)
    await pull(`${name}@${digest}`, await login())
    const said = await engine.docker('run', '--rm', '--network', 'host', `${name}@${digest}`, 'node', '-e', serveOnce)
    expect(JSON.parse(said)).toEqual({ status: 'ok' })
  })

  test.each(
    ['000', '001', '002', ...['api', 'edge', 'sidecar', 'log-router', 'log-worker'].map((part) => `004/${part}`)].map(
      (seed) => `examples/seed-${seed}`,
    ),
  )('builds %s, without the commands that need a network or a base image of others', async (context) => {
    const lines = (await readFile(join(root, context, 'Dockerfile'), 'utf8')).split('\n')
    const file = join(temporaryFolder(), 'Dockerfile')
    await writeFile(file, lines.filter((line) => !/^RUN /.test(line)).join('\n'))
    const base = `BASE=${engine.base}`
    const id = await engine.docker('build', '--quiet', '--build-arg', base, '--file', file, join(root, context))
    expect(id).toMatch(/^sha256:/)
  })

  test('is not built again when the immutable tag holds the same commit', async () => {
    const { runner, run } = await given({ PATH: '/nonexistent' })
    await run({ repository: 'api', ...shop })
    expect(runner.outputs).toMatchObject({ reused: 'true', digest: ecr().find(`127.0.0.1:1/api:${sha}`)?.digest })
  })

  test('names its commit and its source', async () => {
    const registry = openRegistry({ ...direct, login, signal: new AbortController().signal, retryTime: 60_000 })
    expect(await findImage(registry, 'api', sha)).toMatchObject({
      labels: { 'org.opencontainers.image.revision': sha },
    })
  })

  test.each([
    [
      'a command that fails',
      'RUN ["node", "-e", "console.log(\'about to fail\'); process.exit(7)"]',
      /exit code: 7[\s\S]*about to fail/,
    ],
    ['a file that is missing', 'COPY nothing-here.txt /', /nothing-here\.txt/],
    ['a stage that is missing', '', /no stage "nowhere"|nowhere/],
  ])('tells %s', async (name, line, why) => {
    ecr().createRepository('broken')
    const context = await writeDockerfile(`FROM ${engine.base}\n${line}\n`)
    const { run, temporary } = await given()
    const refused = await failure(
      run({ repository: 'broken', context, network: 'none', ...(name.includes('stage') && { target: 'nowhere' }) }),
    )
    expect(refused).toMatchObject({ code: 'build-failed', why: expect.stringMatching(why) })
    expect(await readdir(temporary)).toEqual([])
  })

  test('ends at once when the job is cancelled, and leaves no password', async () => {
    ecr().createRepository('slow')
    const context = await writeDockerfile(`FROM ${engine.base}\nRUN ["node", "-e", "setTimeout(() => {}, 3600000)"]\n`)
    const { runner, run, temporary } = await given()
    const ended = failure(run({ repository: 'slow', context, network: 'none' }))
    let isOver = false
    void ended.then(() => {
      isOver = true
    })
    while (!isOver && !runner.lines.some((line) => line.includes('RUN')))
      await new Promise((resolve) => setTimeout(resolve, 20))
    runner.cancel()
    // Not after the hour that the build would take.
    expect((await ended).code).toBe('cancelled')
    expect(await readdir(temporary)).toEqual([])
  })

  test('removes in the post step what a killed step left', async () => {
    const { temporary } = await given()
    const { directory } = await writeConfiguration(await login(), engine.environment, temporary, () => {})
    const runner = await fakeRunner({
      clock: systemClock,
      environment: { RUNNER_TEMP: temporary },
      state: { 'docker-configuration': directory },
    })
    await createBuildPush(network).post?.(givenInputs(createBuildPush(network).inputs, { repository: 'api' }), runner)
    expect(await readdir(temporary)).toEqual([])
  })

  async function login(): Promise<RegistryLogin> {
    type Token = { authorizationToken: string; proxyEndpoint: string; expiresAt: Date }
    const answer = ecr().handlers.GetAuthorizationToken?.({}, {} as never)
    const { authorizationData } = answer as { authorizationData: readonly Token[] }
    const [given] = authorizationData
    const password = Buffer.from(given?.authorizationToken ?? '', 'base64')
      .toString()
      .slice('AWS:'.length)
    return {
      endpoint: given?.proxyEndpoint ?? '',
      username: 'AWS',
      password,
      expiresAt: given?.expiresAt ?? new Date(),
    }
  }
})

withDocker('any other OCI registry with a password', () => {
  let server: OwnRegistry
  beforeAll(async () => {
    server = await startRegistry()
  })
  afterAll(() => server?.stop())

  async function given(password = server.password) {
    const temporary = temporaryFolder()
    const login = async () => ({
      endpoint: server.endpoint,
      username: server.username,
      password,
      expiresAt: new Date(Date.now() + 3_600_000),
    })
    const { signal } = new AbortController()
    const registry = openRegistry({ ...direct, login, signal, retryTime: 60_000 })
    const host = new URL(server.endpoint).host
    const lines: string[] = []
    const say = (line: Parameters<typeof plain>[0]) => void lines.push(plain(line))
    const builder = dockerBuilder({
      login,
      environment: engine.environment,
      directory: root,
      temporary,
      signal,
      clock: systemClock,
      say,
      warn: () => {},
      grouped: (_, work) => work(),
      redact: (lines) => lines,
      onConfiguration: () => {},
    })
    return {
      login,
      registry,
      lines,
      ports: {
        ecr: plainRegistry(host),
        registry,
        registryHost: async () => host,
        builder,
        say,
        warn: say,
        now: systemClock.now,
      },
    }
  }

  const outside: OutsideInputs = {
    bases: { kind: 'known', images: [] },
    secrets: { kind: 'known', all: [] },
    salt: '',
  }
  const request = (name: string, source: Parameters<typeof publish>[0]['source']) =>
    ({ repository: { name, creation: { immutableTags: false } }, tags: ['v1', 'v2'], source }) as const

  test('takes what Docker built; by every tag and by digest it is the same image', async () => {
    const { ports, registry, login } = await given()
    const built: BuildRequest = {
      ...nothing,
      context: 'examples/api',
      buildArgs: [`BASE=${engine.base}`],
      labels: { 'org.opencontainers.image.revision': sha },
    }
    const { digest } = await publish(
      request('shop/api', { kind: 'build', request: built, inputs: undefined, outside, unlike: undefined }),
      ports,
    )
    for (const reference of ['v1', 'v2', digest])
      expect(await findImage(registry, 'shop/api', reference)).toMatchObject({ digest, labels: built.labels })
    const name = `${new URL(server.endpoint).host}/shop/api`
    await engine.docker('image', 'rm', '--force', `${name}:v1`)
    await pull(`${name}@${digest}`, await login())
    expect(await engine.docker('image', 'inspect', '--format', '{{json .RepoDigests}}', `${name}@${digest}`)).toContain(
      digest,
    )
  })

  test('takes a layout that was pushed without Docker, and Docker runs it', async () => {
    const folder = temporaryFolder()
    const content = `#!/bin/node\nconsole.log('from a layout')\n`
    const { digest } = await writeLayout(folder, {
      files: { '/app/hello.js': content },
      entrypoint: ['/bin/node', '/app/hello.js'],
      labels: {},
    })
    const { ports, registry, login } = await given()
    const layout = await openLayout(folder, [folder])
    await publish(request('shop/layout', { kind: 'layout', layout }), ports)
    const plan = await planLayout(layout, 'v1')
    for (const blob of plan.blobs)
      expect(await registry.blob('shop/layout', blob.digest)).toEqual(await readBlob(layout, blob))
    await pull(`${new URL(server.endpoint).host}/shop/layout@${digest}`, await login())
    const again = await publish(request('shop/layout', { kind: 'layout', layout }), ports)
    expect(again.digest).toBe(digest)
  })

  test('that refuses the password is told apart from everything else', async () => {
    const { ports } = await given('wrong')
    const built: BuildRequest = { ...nothing, context: 'examples/api', buildArgs: [`BASE=${engine.base}`] }
    expect(
      await failure(
        publish(
          request('shop/api', { kind: 'build', request: built, inputs: undefined, outside, unlike: undefined }),
          ports,
        ),
      ),
    ).toMatchObject({
      code: 'registry-rejected',
      what: 'The registry refused the credentials',
    })
  })
})

const nothing: BuildRequest = {
  context: '.',
  platforms: [],
  buildArgs: [],
  buildContexts: [],
  annotations: [],
  attests: [],
  ssh: [],
  addHosts: [],
  allow: [],
  ulimits: [],
  imageAttributes: [],
  outputs: [],
  load: false,
  rewriteTimestamp: false,
  noCacheFilters: [],
  labels: {},
  secrets: [],
  secretFiles: [],
  cacheFrom: [],
  cacheTo: [],
  network: 'none',
  noCache: false,
  pull: false,
  ownIgnoreFile: false,
}

/** Starts the example's API in a container on a free port and asks for its health. */
const serveOnce = `
  import('/app/src/server.js').then(({ createApi }) => {
    const server = createApi({ version: 'v1' }).listen(0, '127.0.0.1', async () => {
      const answer = await fetch('http://127.0.0.1:' + server.address().port + '/health')
      console.log(await answer.text())
      process.exit(0)
    })
  })`

/** ECR's part for a registry that is not ECR: repositories are there as soon as something is pushed. */
function plainRegistry(host: string): Ecr {
  const repository = (name: string) => ({ name, uri: `${host}/${name}`, immutableTags: false })
  return {
    describeRepository: async (name) => repository(name),
    createRepository: async (name) => ({ repository: repository(name), created: true }),
    attachedSettings: async () => ({}),
    creationTemplates: async () => [],
    tags: async () => [],
    imageDigest: async () => undefined,
    pushedAt: async () => undefined,
    imageStatus: async () => undefined,
    login: () => Promise.reject(new Error('not asked')),
  }
}

async function writeDockerfile(content: string): Promise<string> {
  const folder = temporaryFolder()
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'Dockerfile'), content)
  return folder
}

async function pull(reference: string, login: RegistryLogin): Promise<void> {
  const temporary = temporaryFolder()
  const configuration = await writeConfiguration(login, engine.environment, temporary, () => {})
  await engine.docker('--config', configuration.directory, 'pull', reference)
  await configuration.remove()
}
