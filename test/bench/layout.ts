/** A large layer: the bundle of build-push and skopeo push the same layout to the same registry server, in alternation. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { layoutTypes } from '../oci-layout.ts'
import { json } from '../simulator/http.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { openStep, type Sample } from './processes.ts'
import { quantile, rounded, type Table } from './table.ts'

const layerBytes = 2_200_000_000
const rounds = 3
/** Of skopeo's throughput, and MB of memory at the peak. */
const [leastShare, mostMemory] = [0.9, 150]
const port = 5599
const region = 'eu-west-1'
const title = 'A layer of 2.2 GB, beside skopeo'

/** Without `docker-registry` and `skopeo` on the PATH, the table says so and requires nothing. */
export async function measureLayout(bundles: string): Promise<Table> {
  for (const program of ['docker-registry', 'skopeo'])
    if (!(await isThere(program)))
      return { title, method: `not measured: ${program} is not installed`, rows: [], requirements: [] }
  const folder = await mkdtemp(join(tmpdir(), 'slipway-layout-'))
  const registry = await openRegistryServer(folder)
  const api = await openApi()
  const step = openStep({ ...api.environment, GITHUB_WORKSPACE: folder })
  try {
    await writeLargeLayout(join(folder, 'image'))
    const inputs = { repository: 'api', 'oci-layout': 'image', tag: 'v1', 'aws-region': region }
    const ours: Sample[] = []
    const theirs: number[] = []
    for (let round = 0; round < rounds; round++) {
      await registry.empty()
      ours.push(await step.run([resolve(bundles, 'build-push.js')], inputs, true))
      await registry.empty()
      theirs.push(await skopeo(join(folder, 'image')))
    }
    return table(ours, theirs)
  } finally {
    step.close()
    await api.close()
    await registry.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function table(ours: readonly Sample[], theirs: readonly number[]): Table {
  const share = quantile(
    ours.map(({ wall }, round) => (theirs[round] ?? Number.NaN) / wall),
    0.5,
  )
  const row = (client: string, walls: readonly number[]) => ({
    client,
    seconds: walls.map((wall) => rounded(wall / 1000)).join(', '),
    'MB/s': rounded(layerBytes / 1000 / quantile(walls, 0.5), 0),
  })
  const memory = Math.max(...ours.map((sample) => sample.memory))
  return {
    title,
    method: `whole processes, ${rounds} rounds in alternation, an empty docker-registry on loopback each time, Node ${process.versions.node}`,
    rows: [
      {
        ...row(
          'build-push',
          ours.map(({ wall }) => wall),
        ),
        'peak MB': rounded(memory, 0),
      },
      row('skopeo copy --preserve-digests', theirs),
    ],
    summary: `throughput of skopeo's, median of the rounds: ${rounded(share, 2)}`,
    requirements: [
      { what: 'peak memory, MB', measured: memory, atMost: mostMemory },
      { what: 'seconds, of those of skopeo', measured: 1 / share, atMost: 1 / leastShare },
    ],
  }
}

async function isThere(program: string): Promise<boolean> {
  const child = spawn(program, ['--version'], { stdio: 'ignore' })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', () => resolve(true))
  })
}

async function openRegistryServer(folder: string) {
  const storage = join(folder, 'registry')
  const configuration = join(folder, 'registry.yml')
  const content = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage } },
    http: { addr: `127.0.0.1:${port}` },
  }
  await writeFile(configuration, JSON.stringify(content))
  const server: ChildProcess = spawn('docker-registry', ['serve', configuration], { stdio: 'ignore' })
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/v2/`).then(
      () => true,
      () => false,
    )
  while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 100))
  return {
    empty: () => rm(storage, { recursive: true, force: true }),
    async close() {
      server.kill()
      await once(server, 'exit')
    },
  }
}

/** The simulator's ECR, which gives a login to the other registry. */
async function openApi() {
  const simulator = createSimulator({ clock: { kind: 'accelerated', speed: 1 } })
  simulator.world.region(region).ecr.createRepository('api')
  const data = {
    authorizationToken: Buffer.from('AWS:password').toString('base64'),
    expiresAt: Date.now() / 1000 + 43_200,
    proxyEndpoint: `http://127.0.0.1:${port}`,
  }
  return await simulator.listen(0, {
    aside: ({ headers }) =>
      headers['x-amz-target']?.endsWith('.GetAuthorizationToken')
        ? json(200, { authorizationData: [data] }, { 'content-type': 'application/x-amz-json-1.1' })
        : undefined,
  })
}

async function skopeo(layout: string): Promise<number> {
  const target = `docker://127.0.0.1:${port}/api:v1`
  const started = performance.now()
  const args = ['copy', '-q', '--preserve-digests', '--dest-tls-verify=false', `oci:${layout}:v1`, target]
  const child = spawn('skopeo', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`skopeo ended with ${code}`)
  return performance.now() - started
}

/** An image of one uncompressed layer of random bytes. */
async function writeLargeLayout(folder: string): Promise<void> {
  const blobs = join(folder, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (mediaType: string, value: object) => {
    const content = JSON.stringify(value)
    const hex = createHash('sha256').update(content).digest('hex')
    await writeFile(join(blobs, hex), content)
    return { mediaType, digest: `sha256:${hex}`, size: content.length }
  }
  const file = await open(join(blobs, 'layer'), 'w')
  const hash = createHash('sha256')
  for (let left = layerBytes; left > 0; left -= 8_000_000) {
    const piece = randomBytes(Math.min(left, 8_000_000))
    hash.update(piece)
    await file.write(piece)
  }
  await file.close()
  const digest = hash.digest('hex')
  await rename(join(blobs, 'layer'), join(blobs, digest))
  const diff = `sha256:${digest}`
  const rootfs = { type: 'layers', diff_ids: [diff] }
  const config = await put(layoutTypes.config, { architecture: 'amd64', os: 'linux', config: {}, rootfs })
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: diff, size: layerBytes }
  const content = { schemaVersion: 2, mediaType: layoutTypes.manifest, config, layers: [layer] }
  const manifest = await put(layoutTypes.manifest, content)
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' }
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] }
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
}
