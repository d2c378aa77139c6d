/** Two jobs that build at the same time, on every kind of engine: ours with a `docker` that is played, the other one in the simulator. */
import { describe, expect, test } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { callsOf, type Play, playedDocker, recorded } from '../docker/played-docker.ts'
import { some } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import { type BuildScene, buildScene } from './build-scene.ts'
import { keys } from './scene.ts'

const buildx = 'github.com/docker/buildx v0.29.1 4c4d2f2'
const name = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api'
const taken =
  "The image tag 'v1' already exists in the 'api' repository and cannot be overwritten because the tag is immutable."
const built = { stderr: recorded('ok'), exitCode: 0 }

/** The progress of a push that the registry refused. */
function refusedPush(error: string) {
  const vertex = { digest: 'sha256:1', name: 'exporting to image', started: '2026-11-30T10:00:00Z' }
  const ended = { ...vertex, completed: '2026-11-30T10:00:01Z', error }
  const lines = [{ vertexes: [vertex] }, { vertexes: [ended] }].map((line) => JSON.stringify(line))
  return { stderr: `${lines.join('\n')}\nERROR: failed to build: failed to solve: ${error}\n`, exitCode: 1 }
}

const refused = { stdout: 'Step 1/1 : FROM scratch\n', exitCode: 0 }
/** By the kind of the engine; the words of the registry, and of a BuildKit that leaves them out. */
const engines: Readonly<Record<string, Omit<Play, 'metadata'>>> = {
  buildx: { buildx, build: built },
  'buildx-tag': {
    buildx,
    driver: 'docker',
    store: 'containerd',
    build: refusedPush(`failed to push ${name}:v1: tag invalid: ${taken}`),
  },
  'buildx-tag, by its status alone': {
    buildx,
    driver: 'docker',
    store: 'containerd',
    build: refusedPush(
      `failed to push ${name}:v1: unexpected status from PUT request to https://${name.replace('/', '/v2/')}/manifests/v1: 400 Bad Request`,
    ),
  },
  'buildx-load': { buildx, driver: 'docker', build: built, push: { stderr: `tag invalid: ${taken}\n`, exitCode: 1 } },
  classic: { build: refused, push: { stderr: `tag invalid: ${taken}\n`, exitCode: 1 } },
}

const tag = { repository: 'api', tag: 'v1' }

/** One run with a played docker. `during`: what happens while it builds. */
async function ours(
  scene: BuildScene,
  play: Omit<Play, 'metadata'>,
  during: () => Promise<unknown>,
  inputs: object = {},
) {
  const { simulator, source } = scene
  const digest = seedImage(simulator.world, 'eu-west-1', 'api', 'seed')
  const folder = playedDocker({ ...play, metadata: { 'containerimage.digest': digest } })
  const runner = await fakeRunner({
    clock: simulator.clock.forProgram,
    workspace: source.folder,
    environment: {
      ...keys,
      PATH: `${folder}:${process.env.PATH}`,
      HOME: folder,
      RUNNER_TEMP: folder,
      GITHUB_WORKSPACE: source.folder,
      GITHUB_SHA: source.git('rev-parse', 'HEAD'),
      GITHUB_REF: 'refs/heads/main',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '512',
    },
  })
  const { log } = runner
  const grouped: typeof log.grouped = async (title, work) => {
    if (!/^Pushing /.test(renderText(title, (theirs) => theirs))) await during()
    return log.grouped(title, work)
  }
  const action = createBuildPush({ fetch: simulator.fetch, requestHandler: simulator.requestHandler })
  const error = await action
    .main(givenInputs(action.inputs, { ...tag, ...inputs }), { ...runner, log: { ...log, grouped } })
    .then(() => undefined)
    .catch((thrown: unknown) => thrown)
  if (error !== undefined && !(error instanceof Failure)) throw error
  const message = error && renderText(failureText(error), (theirs) => theirs)
  return {
    outputs: runner.outputs,
    message,
    log: runner.lines.join('\n'),
    calls: callsOf(folder).flat().join('\n'),
  }
}

describe.each(some(Object.entries(engines), 4))('with the engine %s', (kind, play) => {
  test('another run that pushed the same first gives both its digest', async () => {
    const scene = buildScene()
    let other: Awaited<ReturnType<BuildScene['run']>> | undefined
    const ran = await ours(scene, play, async () => {
      other = await scene.run(tag)
    })
    expect(ran.message).toBeUndefined()
    expect(other?.outputs).toMatchObject({ reused: 'false' })
    expect(ran.outputs).toMatchObject({ reused: 'true', digest: other?.outputs.digest, tag: 'v1' })
    expect(ran.log).toMatch(/api:v1 already exists as sha256:\w+: pushed by another run during this one/)
    expect(scene.digestOf('v1')).toBe(other?.outputs.digest)
    expect(ran.calls.match(/^push$/gm) ?? []).toHaveLength(kind === 'buildx-load' || kind === 'classic' ? 1 : 0)
  })

  test('another run that pushed something else first is told by what is different', async () => {
    const scene = buildScene()
    const { message } = await ours(scene, play, () => scene.run({ ...tag, target: 'web' }), { target: 'api' })
    expect(message).toMatch(/ImageTagAlreadyExistsException: the tag "v1" already exists .*target: web, here: api/)
  })

  test('reports a push that was refused, where no other run has pushed', async () => {
    if (kind === 'buildx') return
    const { message } = await ours(buildScene(), play, async () => undefined)
    expect(message).toMatch(/ImageTagAlreadyExistsException|The push to the registry failed/)
  })
})

test('a re-run uses the image that is there, and does not call Docker', async () => {
  const scene = buildScene()
  const first = await scene.run(tag)
  const again = await ours(scene, { build: built }, async () => undefined)
  expect(again.outputs).toMatchObject({ reused: 'true', digest: first.outputs.digest })
  expect(again.calls).toBe('')
})
