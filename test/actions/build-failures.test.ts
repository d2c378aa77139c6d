/** What people read when an image does not get into the registry: one page, which a person has read. */
import { join } from 'node:path'
import { test } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { Failure } from '../../src/failure.ts'
import type { Fetch } from '../../src/http/fetch.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { callsOf, playedDocker, recorded } from '../docker/played-docker.ts'
import { gitRepository } from '../git/repository.ts'
import { writeLayout } from '../oci-layout.ts'
import { expectGolden } from '../report/golden.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import type { Effect, FaultRule } from '../simulator/faults.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { keys } from './scene.ts'

const source = gitRepository({ Dockerfile: 'FROM scratch\nCOPY nothing /\n' })
await writeLayout(join(source.folder, 'image'), { files: { '/app': 'serve()' }, entrypoint: ['/app'], labels: {} })
source.commit()
const buildx = 'github.com/docker/buildx v0.29.1 4c4d2f2'

interface Scene {
  readonly inputs?: Readonly<Record<string, string>>
  /** Without it there is no Docker. */
  readonly docker?: { readonly build: string; readonly exitCode?: number; readonly push?: string }
  readonly given?: (simulator: Simulator) => void
  readonly registry?: Omit<FaultRule, 'service'>
  readonly aws?: Omit<FaultRule, 'service'>
  /** In the place of the network to the registry. */
  readonly fetch?: (usual: Fetch) => Fetch
}

const layout = { 'oci-layout': 'image' }
const uploads = /^(?:PATCH|PUT) .*uploads/
const refused = (code: string, message: string, status = 400): Effect => ({ kind: 'error', code, message, status })
const broken =
  (code: string, message: string): Fetch =>
  () =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) }))
const withImage = (tag: string, immutable: boolean) => (simulator: Simulator) => {
  simulator.world.region('eu-west-1').ecr.createRepository('api', immutable)
  seedImage(simulator.world, 'eu-west-1', 'api', tag)
}

const scenes: Readonly<Record<string, Scene>> = {
  'the repository does not exist': { inputs: { ...layout, repository: 'nowhere' } },
  'an immutable tag has another image': { inputs: layout, given: withImage('v1', true) },
  'an immutable tag has another image, before a build': { docker: { build: 'ok' }, given: withImage('v1', true) },
  'the role is not authorized to describe the repository': {
    inputs: layout,
    aws: { operation: 'DescribeRepositories', effect: { kind: 'access-denied' }, times: 99 },
  },
  'the role is not authorized to log in': {
    inputs: layout,
    aws: { operation: 'GetAuthorizationToken', effect: { kind: 'access-denied' }, times: 99 },
  },
  'the credentials of the job have expired': {
    inputs: layout,
    aws: { operation: 'DescribeRepositories', effect: { kind: 'expired-token' }, times: 99 },
  },
  'AWS accepts requests and never responds': { inputs: layout, aws: { effect: { kind: 'hang' }, times: 999 } },
  'the registry denies the upload': {
    inputs: layout,
    registry: {
      operation: /^POST/,
      effect: refused(
        'DENIED',
        'User: arn:aws:sts::111122223333:assumed-role/build/run is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-west-1:111122223333:repository/api because no identity-based policy allows the ecr:InitiateLayerUpload action',
        403,
      ),
      times: 99,
    },
  },
  'the token of the registry is expired whatever is done': {
    inputs: layout,
    registry: {
      operation: /^POST/,
      effect: refused('DENIED', 'Your authorization token has expired. Reauthenticate and try again.', 403),
      times: 99,
    },
  },
  'the token of the registry has expired once': {
    inputs: layout,
    registry: {
      operation: /^POST/,
      effect: refused('DENIED', 'Your authorization token has expired. Reauthenticate and try again.', 403),
      times: 1,
    },
  },
  'the repository has as many images as ECR allows': {
    inputs: layout,
    registry: {
      operation: /^PUT .*manifests/,
      effect: refused(
        'LIMIT_EXCEEDED',
        "The repository with name 'api' in registry with id '111122223333' has reached the limit of images per repository ( 100000 )",
        403,
      ),
      times: 99,
    },
  },
  'an upload answers 500 twice': {
    inputs: layout,
    registry: { operation: uploads, effect: { kind: 'http', status: 500 }, times: 2 },
  },
  'an upload answers 500 for ever': {
    inputs: layout,
    registry: { operation: uploads, effect: { kind: 'http', status: 500 }, times: 9999 },
  },
  'the connection of an upload is reset twice': {
    inputs: layout,
    registry: { operation: uploads, effect: { kind: 'reset' }, times: 2 },
  },
  'the connection of an upload is reset for ever': {
    inputs: layout,
    registry: { operation: uploads, effect: { kind: 'reset' }, times: 9999 },
  },
  'a blob is cut in its upload': {
    inputs: layout,
    registry: { operation: uploads, effect: { kind: 'cut', bytes: 10 }, times: 1 },
  },
  'the registry accepts requests and never responds': {
    inputs: layout,
    registry: { effect: { kind: 'hang' }, times: 999 },
  },
  'the host of the registry has no address (DNS)': {
    inputs: layout,
    fetch: () => broken('ENOTFOUND', 'getaddrinfo ENOTFOUND 111122223333.dkr.ecr.eu-west-1.amazonaws.com'),
  },
  'the proxy does not listen': {
    inputs: layout,
    fetch: () => broken('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.8:3128'),
  },
  'the proxy presents a certificate of its own': {
    inputs: layout,
    fetch: () => broken('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
  },
  'a proxy responds with a page': { inputs: layout, registry: { effect: { kind: 'html' }, times: 9999 } },
  'the registry throttles for ever': {
    inputs: layout,
    registry: { effect: refused('TOOMANYREQUESTS', 'Rate exceeded', 429), times: 9999 },
  },
  'there is no Docker': {},
  'a step of the Dockerfile fails': { docker: { build: 'nine-lines' } },
  'a step of the Dockerfile prints the words of a registry': { docker: { build: 'npm' } },
  'the disk of the builder is full': { docker: { build: 'disk' } },
  'the builder is not allowed to push': { docker: { build: 'push-denied' } },
  'the push of the builder is cut, each time': { docker: { build: 'push-cut' } },
  'the base image does not exist': { docker: { build: 'pull' } },
}

/** Which of the blobs that are sent side by side is the first to fail is chance. */
async function tell(scene: Scene): Promise<string> {
  const simulator = createSimulator()
  ;(scene.given ?? (({ world }: Simulator) => world.region('eu-west-1').ecr.createRepository('api')))(simulator)
  if (scene.registry) simulator.faults.add({ ...scene.registry, service: 'registry' })
  if (scene.aws) simulator.faults.add({ ...scene.aws, service: 'ecr' })
  const folder =
    scene.docker &&
    playedDocker({ buildx, build: { stderr: recorded(scene.docker.build), exitCode: scene.docker.exitCode ?? 1 } })
  const runner = await fakeRunner({
    clock: simulator.clock.forProgram,
    workspace: source.folder,
    environment: {
      ...keys,
      PATH: folder === undefined ? '/nonexistent' : `${folder}:${process.env.PATH}`,
      HOME: '/nonexistent',
      RUNNER_TEMP: source.folder,
      GITHUB_WORKSPACE: source.folder,
      GITHUB_SHA: source.git('rev-parse', 'HEAD'),
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REPOSITORY: 'acme/shop',
    },
  })
  const fetch = scene.fetch?.(simulator.fetch) ?? simulator.fetch
  const action = createBuildPush({ fetch, requestHandler: simulator.requestHandler })
  const inputs = { repository: 'api', tag: 'v1', ...scene.inputs }
  const started = simulator.clock.forProgram.monotonic()
  const end = await action.main(givenInputs(action.inputs, inputs), runner).then(
    () => 'The step is green.',
    (error: unknown) => {
      if (!(error instanceof Failure)) throw error
      return `The step is red: ${error.parts.code}\n\n${renderText(failureText(error), (theirs) => theirs)}`
    },
  )
  const seconds = Math.round((simulator.clock.forProgram.monotonic() - started) / 1000)
  const builds = folder === undefined ? 0 : callsOf(folder).filter((call) => call.includes('build')).length
  const told = runner.lines.filter((line) => /again|retr|response|expired/i.test(line) && !/^group|^info #/.test(line))
  const after = simulator.world.region('eu-west-1').ecr.find('127.0.0.1:1/api:v1')?.exists === true
  return [
    `after ${seconds} s of the clock, ${builds} builds, the tag ${after ? 'exists' : 'does not exist'}`,
    end,
    ...(told.length > 0 ? ['', ...told.slice(0, 4), ...(told.length > 4 ? [`(${told.length} such lines)`] : [])] : []),
  ]
    .join('\n')
    .replaceAll(/(blobs\/|the blob |check for )sha256:[0-9a-f]{64}/g, '$1sha256:0…')
    .replaceAll(/of \d+ bytes/g, 'of 0 bytes')
    .replaceAll(/uploads\/[0-9a-f-]{36}/g, 'uploads/0')
}

test.each(Object.entries(scenes))('%s', async (name, scene) => {
  expectGolden(
    join('builds', `${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}.txt`),
    `${name}\n\n${await tell(scene)}\n`,
  )
})
