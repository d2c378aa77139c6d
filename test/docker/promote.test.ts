/** Promotion between two real registries, as independent clients see both. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createPromote } from '../../src/actions/promote/index.ts'
import { systemClock } from '../../src/clock.ts'
import { manifestTypes } from '../../src/image/manifest.ts'
import type { Registry } from '../../src/ports.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { type SignedImage, signedImage } from '../image/signed-image.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { InProcessHandler } from '../simulator/in-process.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type OwnRegistry, startRegistry } from './own-engine.ts'

const execute = promisify(execFile)
/** With the folder that .ci/engines compiles crane into. */
const path = [process.env.PATH, process.env.SLIPWAY_ENGINES].filter(Boolean).join(delimiter)
const folders = path.split(delimiter)
const has = (program: string) => folders.some((folder) => existsSync(join(folder, program)))
const missing = ['docker-registry', 'htpasswd', 'skopeo'].filter((program) => !has(program))
if (missing.length > 0 && process.env.SLIPWAY_DOCKER === 'required')
  throw new Error(`Docker tests cannot run: ${missing.join(', ')} not installed`)
if (missing.length > 0) console.log(`Tests of promotion are skipped: ${missing.join(', ')} not installed`)
const withRegistries = missing.length > 0 ? describe.skip : describe

withRegistries('promote between two real registries', () => {
  const started: OwnRegistry[] = []
  afterAll(async () => {
    for (const registry of started) await registry.stop()
  })

  const open = ({ endpoint, username, password }: OwnRegistry) =>
    openRegistry({
      login: async () => ({ endpoint, username, password, expiresAt: new Date(Date.now() + 3_600_000) }),
      clock: systemClock,
      signal: new AbortController().signal,
      retryTime: 30_000,
      fetch,
      environment: {},
    })

  async function scene() {
    const [source, target] = [await startRegistry(), await startRegistry()]
    started.push(source, target)
    const image = signedImage(randomBytes(20_000_000))
    await image.pushTo(open(source), 'api', 'v1')
    await listReferrers(open(source), image)
    const action = createPromote({ fetch, requestHandler: ecrBefore({ 'eu-west-1': source, 'us-east-1': target }) })
    const run = async (inputs: Record<string, string>) => {
      const runner = await fakeRunner({
        clock: systemClock,
        environment: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' },
      })
      await action.main(givenInputs(action.inputs, { to: 'shop/api', 'to-region': 'us-east-1', ...inputs }), runner)
      return runner
    }
    return { source, target, image, run }
  }

  test('copies platforms, provenance and signatures byte for byte, and nothing twice', async () => {
    const { source, target, image, run } = await scene()
    const first = await run({ image: 'api:v1', tags: 'v1,production' })
    expect(first.outputs).toMatchObject({ digest: image.digest, 'copied-blobs': '13' })
    const names = [image.digest, ...image.manifests.map(({ digest }) => digest)].map((digest) => `@${digest}`)
    for (const name of [':v1', `:${image.cosignTag}`, ...names])
      expect(await raw(target, `shop/api${name}`)).toBe(await raw(source, `api${name}`))
    expect(await raw(target, 'shop/api:production')).toBe(await raw(source, 'api:v1'))
    expect((await open(source).referrers('api', image.digest)).referrers).toHaveLength(2)
    // This registry has no referrers API: its clients keep the tag of the subject up to date.
    const listed = await open(target).referrers('shop/api', image.digest)
    expect(listed.isNative).toBe(false)
    expect(listed.referrers.map(({ digest }) => digest)).toEqual(
      (await open(source).referrers('api', image.digest)).referrers.map(({ digest }) => digest),
    )
    await pullWhole(target, `shop/api@${image.digest}`)
    const second = await run({ image: 'api:v1', tags: 'v1,production' })
    expect(second.outputs).toMatchObject({ digest: image.digest, 'copied-blobs': '0', 'copied-bytes': '0' })
  })

  /** By skopeo, and by crane where it is installed, which must agree. */
  async function raw({ endpoint, username, password }: OwnRegistry, name: string): Promise<string> {
    const { host } = new URL(endpoint)
    const reference = `${host}/${name}`
    const { stdout } = await execute('skopeo', [
      ...['inspect', '--raw', '--tls-verify=false', '--creds', `${username}:${password}`],
      `docker://${reference}`,
    ])
    if (!has('crane')) return stdout
    const folder = temporaryFolder()
    const auths = { [host]: { auth: Buffer.from(`${username}:${password}`).toString('base64') } }
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }))
    const env = { PATH: path, DOCKER_CONFIG: folder }
    const byCrane = await execute('crane', ['manifest', '--insecure', reference], { env })
    expect(byCrane.stdout.trimEnd()).toBe(stdout.trimEnd())
    return stdout
  }

  /** Reads and verifies every blob of all platforms. */
  async function pullWhole({ endpoint, username, password }: OwnRegistry, name: string): Promise<void> {
    const { host } = new URL(endpoint)
    await execute('skopeo', [
      ...['copy', '--all', '--preserve-digests', '--src-tls-verify=false', '--src-creds', `${username}:${password}`],
      ...[`docker://${host}/${name}`, `oci:${join(temporaryFolder(), 'image')}:copy`],
    ])
  }
})

/** As the clients of a registry without the referrers API do that push signatures there. */
async function listReferrers(registry: Registry, image: SignedImage): Promise<void> {
  const subjects = new Map<string, object[]>()
  for (const { digest, mediaType, content } of image.manifests) {
    const { subject, artifactType } = JSON.parse(new TextDecoder().decode(content))
    if (subject === undefined) continue
    const entry = { mediaType, digest, size: content.length, artifactType }
    subjects.set(subject.digest, [...(subjects.get(subject.digest) ?? []), entry])
  }
  for (const [subject, manifests] of subjects) {
    const index = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: manifestTypes[0], manifests }))
    await registry.pushManifest('api', subject.replace(':', '-'), manifestTypes[0], index)
  }
}

/** Simulated ECR whose tokens are those of real registries, one for each region. */
function ecrBefore(registries: Readonly<Record<string, OwnRegistry>>): InProcessHandler {
  const simulator = createSimulator()
  for (const [region, name] of Object.entries({ 'eu-west-1': 'api', 'us-east-1': 'shop/api' }))
    simulator.world.region(region).ecr.createRepository(name)
  return {
    ...simulator.requestHandler,
    async handle(request, options) {
      const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
      const registry = registries[region]
      if (request.headers['x-amz-target']?.endsWith('GetAuthorizationToken') && registry !== undefined) {
        const { endpoint, username, password } = registry
        const authorizationToken = Buffer.from(`${username}:${password}`).toString('base64')
        const authorizationData = [{ authorizationToken, proxyEndpoint: endpoint, expiresAt: Date.now() / 1000 + 3600 }]
        const { Readable } = await import('node:stream')
        const body = Readable.from([Buffer.from(JSON.stringify({ authorizationData }))])
        return { response: { statusCode: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body } }
      }
      return simulator.requestHandler.handle(request, options)
    },
  }
}
