import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { network } from '../../src/actions/world/world.ts'
import { systemClock } from '../../src/clock.ts'
import { failure } from '../aws/simulated.ts'
import { gitRepository } from '../git/repository.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Listening } from '../simulator/server.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { watchCommandLines } from './command-lines.ts'
import { type EngineOfAKind, type Engines, startEngines } from './engines.ts'

const source = gitRepository({})
cpSync(join(import.meta.dirname, '../../examples'), join(source.folder, 'examples'), { recursive: true })
const node = (code: string) => `RUN ["node", "-e", ${JSON.stringify(code)}]`
/** Ten lines that the step says, and then it fails. */
const manyLines = `RUN ["node", "-e", "for (let line = 1; line <= 9; line++) console.log('said ' + line);\\
${' '.repeat(4)}console.error('TypeError: nine lines were said');\\
${' '.repeat(4)}process.exit(3)"]`
const folders: Record<string, string> = {
  'one-line': node(`console.log('about to fail'); process.exit(7)`),
  'many-lines': manyLines,
  lookalike: node(
    `console.error('npm error 401 Unauthorized: not authorized to perform: ecr:PutImage; toomanyrequests'); process.exit(1)`,
  ),
  hostile: node(
    `console.log('::error::not ours\\\\n##[group]x\\\\r::set-output name=digest::sha256:0\\\\n\\\\u001b[31m::stop-commands::y')`,
  ),
  secret: `RUN --mount=type=secret,id=token ["node", "-e", "const t = require('fs').readFileSync('/run/secrets/token', 'utf8'); if (t.length !== 23) process.exit(9)"]`,
  slow: node(`require('fs').writeFileSync('/marker', 'x')`),
}
for (const [folder, line] of Object.entries(folders)) {
  mkdirSync(join(source.folder, folder))
  writeFileSync(join(source.folder, folder, 'Dockerfile'), `ARG BASE\nFROM \${BASE}\n${line}\n`)
}
const large = join(source.folder, 'large')
mkdirSync(join(large, 'ignored'), { recursive: true })
for (let file = 0; file < 4000; file++) writeFileSync(join(large, `file-${file}.txt`), `${file}\n`)
writeFileSync(join(large, 'ignored', 'blob'), Buffer.alloc(128 * 1024 * 1024, 7))
writeFileSync(join(large, '.dockerignore'), 'ignored\n')
writeFileSync(
  join(large, 'Dockerfile'),
  `ARG BASE\nFROM \${BASE}\nCOPY . /all\n${node(`if (require('fs').readdirSync('/all').length < 4000 || require('fs').existsSync('/all/ignored')) process.exit(5)`)}\n`,
)
const sha = source.commit()
// No file of the commit, so that it is for all platforms without a base.
mkdirSync(join(source.folder, '.git', 'platforms'))
writeFileSync(join(source.folder, '.git', 'platforms', 'Dockerfile'), 'FROM scratch\nCOPY a /a\n')
writeFileSync(join(source.folder, '.git', 'platforms', 'a'), 'a')

const started = await startEngines()
const withEngines = started === undefined ? describe.skip : describe
const engines = started as Engines
afterAll(() => started?.stop())

let simulator: Simulator
let listening: Listening
beforeAll(async () => {
  simulator = createSimulator({ clock: { kind: 'accelerated', speed: 1 } })
  listening = await simulator.listen()
  Object.assign(process.env, listening.environment)
})
afterAll(() => listening?.close())
const ecr = () => simulator.world.region('eu-west-1').ecr

async function job(engine: EngineOfAKind, environment: Record<string, string> = {}) {
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
      ...environment,
    },
  })
  const action = createBuildPush(network)
  const given = { 'build-args': `BASE=${engine.base}`, network: 'none' }
  const run = (inputs: Record<string, string>) =>
    action.main(givenInputs(action.inputs, { ...given, ...inputs }), runner)
  return { runner, run, temporary }
}

const kinds = ['classic', 'buildx-load', 'buildx-tag', 'buildx'] as const
const canPushAnything = (kind: string) => kind === 'buildx-tag' || kind === 'buildx'

withEngines.each(kinds)('with a real engine of the kind %s', (kind) => {
  const engine = () => engines.all.find((one) => one.kind === kind) as EngineOfAKind
  const repositoryOf = (name: string, immutable = true) => {
    const repository = `${name}-${kind}`
    ecr().createRepository(repository, immutable)
    return repository
  }

  test('builds the example, pushes it, and does not build it again', async () => {
    const repository = repositoryOf('api')
    const { runner, run, temporary } = await job(engine())
    await run({ repository, context: 'examples/api', provenance: 'false' })
    const { digest = '' } = runner.outputs
    expect(ecr().find(`127.0.0.1:1/${repository}:${sha}`)).toMatchObject({ digest, architectures: ['amd64'] })
    expect(await readdir(temporary)).toEqual([])
    const again = await job(engine(), { PATH: '/nonexistent' })
    await again.run({ repository, context: 'examples/api', provenance: 'false' })
    expect(again.runner.outputs).toMatchObject({ reused: 'true', digest })
  })

  test('two jobs of one commit race for one immutable tag: both are green, with one digest', async () => {
    const repository = repositoryOf('race')
    const jobs = [await job(engine()), await job(engine())]
    await Promise.all(jobs.map(({ run }) => run({ repository, context: 'slow' })))
    const digest = ecr().find(`127.0.0.1:1/${repository}:${sha}`)?.digest
    expect(jobs.map(({ runner }) => runner.outputs.digest)).toEqual([digest, digest])
  })

  test.each([
    ['one-line', /exit code: 7/, /about to fail/],
    ['many-lines', /exit code: 3/, /(?=[\s\S]*said 9)[\s\S]*TypeError: nine lines were said/],
    ['lookalike', /exit code: 1/, /npm error 401 Unauthorized/],
  ])('a failing step (%s) is named with its own last words', async (folder, code, words) => {
    const { run, temporary } = await job(engine())
    const refused = await failure(run({ repository: repositoryOf(folder), context: folder }))
    expect(refused).toMatchObject({ code: 'build-failed' })
    expect(`${refused.what}\n${refused.why}`).toMatch(code)
    expect(refused.why).toMatch(words)
    expect(`${refused.what} ${refused.fix}`).not.toMatch(/registry|credentials|rate limit|policy/i)
    expect(await readdir(temporary)).toEqual([])
  })

  test('what a step prints is obeyed by nobody', async () => {
    const { runner, run } = await job(engine())
    await run({ repository: repositoryOf('hostile'), context: 'hostile' })
    expect(runner.lines.some((line) => line.includes('not ours'))).toBe(true)
    expect(runner.lines.filter((line) => /^(::|##\[)/.test(line))).toEqual([])
    expect(runner.outputs.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('sends a large context without what is ignored', async () => {
    const { runner, run } = await job(engine())
    await run({ repository: repositoryOf('large'), context: 'large' })
    expect(runner.outputs.reused).toBe('false')
  })

  test('a secret is on no command line, in no line of the log and in no layer', async () => {
    const { runner, run } = await job(engine())
    const value = 'never-to-be-seen-000001'
    const watcher = watchCommandLines()
    const ran = run({ repository: repositoryOf('secret'), context: 'secret', secrets: `token=${value}` })
    if (kind === 'classic') {
      const refused = failure(ran)
      await watcher.stopAfter(refused.then(() => undefined))
      expect(await refused).toMatchObject({ code: 'docker-unavailable', what: expect.stringContaining('secrets') })
      return
    }
    const commandLines = [...(await watcher.stopAfter(ran))]
    expect(commandLines.some((line) => line.includes('buildx build'))).toBe(true)
    expect(commandLines.filter((line) => line.includes(value))).toEqual([])
    expect(runner.lines.filter((line) => line.includes(value))).toEqual([])
  })

  test('several platforms and provenance are pushed, or refused before the build', async () => {
    const repository = repositoryOf('platforms')
    const { runner, run } = await job(engine())
    const ran = run({
      repository,
      context: '.git/platforms',
      platforms: 'linux/amd64,linux/arm64',
      provenance: 'mode=max',
    })
    if (!canPushAnything(kind)) {
      expect(await failure(ran)).toMatchObject({
        code: 'docker-unavailable',
        what: expect.stringMatching(/platforms.*provenance/),
      })
      return
    }
    await ran
    expect(ecr().find(`127.0.0.1:1/${repository}@${runner.outputs.digest}`)).toMatchObject({
      architectures: ['amd64', 'arm64'],
    })
  })

  test('platforms that are built apart are joined by their digests, and tagged at the end', async () => {
    const repository = repositoryOf('joined')
    const part = async (platform: string) => {
      const { runner, run } = await job(engine())
      await run({ repository, context: '.git/platforms', platforms: platform, 'push-by-digest': 'true' })
      return runner.outputs.digest ?? ''
    }
    if (kind !== 'buildx') {
      expect(await failure(part('linux/amd64'))).toMatchObject({
        code: 'docker-unavailable',
        what: expect.stringContaining('push-by-digest'),
      })
      return
    }
    const digests = [await part('linux/amd64'), await part('linux/arm64')]
    expect(ecr().find(`127.0.0.1:1/${repository}:${sha}`)?.exists).not.toBe(true)
    const { runner, run } = await job(engine(), { PATH: '/nonexistent' })
    await run({
      repository,
      digests: digests.join('\n'),
      platforms: 'linux/amd64,linux/arm64',
      'build-args': '',
      network: '',
    })
    expect(ecr().find(`127.0.0.1:1/${repository}:${sha}`)).toMatchObject({
      digest: runner.outputs.digest,
      architectures: ['amd64', 'arm64'],
    })
  })

  test('one commit that is built again by an empty builder has the same digest', async () => {
    if (kind !== 'buildx') return
    const inputs = { repository: repositoryOf('again', false), context: 'slow', reuse: 'off', provenance: 'false' }
    const digests = []
    // The tag is in the label of the version.
    for (const tag of ['one', 'one']) {
      const { runner, run } = await job(engine())
      await run({ ...inputs, tag, 'rewrite-timestamp': 'true' })
      digests.push(runner.outputs.digest)
      await engine().forget()
    }
    expect(digests[0]).toMatch(/^sha256:/)
    expect(digests[1]).toBe(digests[0])
  })

  test('an empty builder takes all steps from the cache of the registry', async () => {
    if (!canPushAnything(kind)) return
    const repository = repositoryOf('cached', false)
    const cache = `type=registry,ref=${new URL(listening.url).host}/${repositoryOf('cache', false)}:cache`
    const inputs = { repository, context: 'examples/api', 'cache-from': cache, provenance: 'false' }
    await (await job(engine())).run({
      ...inputs,
      'cache-to': `${cache},mode=max,image-manifest=true,oci-mediatypes=true`,
    })
    await engine().forget()
    const { runner, run } = await job(engine())
    await run({ ...inputs, tags: 'again' })
    const steps = runner.lines.filter((line) => /RUN|COPY/.test(line))
    expect(steps.length).toBeGreaterThan(0)
    expect(runner.lines.join('\n')).toMatch(/CACHED/)
    expect(runner.lines.join('\n')).not.toMatch(/tests \d+/)
  })
})
