import { cluster, deploySeveral, updates } from '../actions/several-scene.ts'
import { region } from '../deployment/scene.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { rounded, type Table } from './table.ts'

const registry = `111122223333.dkr.ecr.${region}.amazonaws.com`
const images = ['edge', 'envoy', 'api', 'orders', 'stock', 'logs']
/** Services by wave; each runs one image of its own and the sidecar `envoy`. */
const waves = [5, 10, 5].map((count, wave) => Array.from({ length: count }, (_, index) => `s${wave}-${index}`))
const services = waves.flat()

const imageOf = (service: string) => images.filter((image) => image !== 'envoy')[services.indexOf(service) % 5] ?? ''

const config = `version: 1
images:
${images.map((image) => `  ${image}: { repository: shop/${image}, paths: ["${image}/**"] }`).join('\n')}
services:
${services.map((service) => `  ${service}: { containers: { api: ${imageOf(service)}, proxy: envoy } }`).join('\n')}
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
${services.map((service) => `      ${service}: { cluster: ${cluster}, service: ${service} }`).join('\n')}
    waves: [${waves.map((wave) => `[${wave.join(', ')}]`).join(', ')}]
`

interface Shop {
  readonly sim: Simulator
  readonly digests: Readonly<Record<string, string>>
}

function shop(): Shop {
  const sim = createSimulator()
  const { ecr } = sim.world.region(region)
  const digestsOf = (version: string) =>
    Object.fromEntries(
      images.map((image) => [
        image,
        seedImage(sim.world, region, `shop/${image}`, version, { content: image + version }),
      ]),
    )
  for (const image of images) ecr.createRepository(`shop/${image}`)
  const [live, digests] = [digestsOf('1'), digestsOf('2')]
  for (const service of services) {
    const [base] = seededTaskDefinition(sim.world, { service }).containerDefinitions ?? []
    const containers = { api: imageOf(service), proxy: 'envoy' }
    const containerDefinitions = Object.entries(containers).map(([name, image], index) => ({
      ...base,
      name,
      image: `${registry}/shop/${image}@${live[image]}`,
      portMappings: [{ containerPort: 8080 + index }],
    }))
    seedRollingService(sim, { service, waitUntilSteady: false, taskDefinition: { containerDefinitions } })
  }
  sim.clock.advance(300_000)
  sim.recorder.clear()
  return { sim, digests }
}

interface Measured {
  readonly verdict: string
  readonly calls: number
  readonly seconds: number
}

async function release({ sim, digests }: Shop, given: Record<string, string> = {}): Promise<Measured> {
  sim.recorder.clear()
  const begun = sim.clock.now()
  const usual = { 'wait-max-delay-seconds': '' }
  const inputs = { environment: 'production', digests: JSON.stringify(digests), ...usual, ...given }
  const { runner } = await deploySeveral(sim, inputs, { files: { 'slipway.yml': config } })
  return {
    verdict: runner.outputs.verdict ?? '',
    calls: sim.recorder.all.length,
    seconds: (sim.clock.now() - begun) / 1000,
  }
}

/** A release of 20 services and 6 images in three waves, beside the same services deployed one by one. */
export async function measureRelease(): Promise<Table> {
  const whole = shop()
  const together = await release(whole)
  const updated = updates(whole.sim).length
  const apart = shop()
  const parts: Measured[] = []
  for (const service of services) parts.push(await release(apart, { service }))
  const calls = parts.reduce((sum, part) => sum + part.calls, 0)
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0)
  const longest = waves.reduce((sum, wave) => sum + Math.max(...wave.map((name) => secondsOf(name, parts))), 0)
  // The second release of the same images has nothing to do.
  const again = await release(whole)
  const row = (what: string, { verdict, calls: asked, seconds: took }: Measured) => ({
    what,
    verdict,
    calls: asked,
    'took, s': rounded(took),
  })
  return {
    title: 'A release of several images',
    method: `${services.length} services and ${images.length} images in ${waves.length} waves, in process, in simulated time; the parts: each service alone, one after the other`,
    rows: [
      row('the release', together),
      row('the sum of its parts', { verdict: '', calls, seconds }),
      row('the same release again', again),
    ],
    summary: `The longest service of each wave takes ${rounded(longest)} s together.`,
    requirements: [
      { what: 'services that were not updated once', measured: Math.abs(services.length - updated), atMost: 0 },
      { what: 'release: calls, of the sum of its parts', measured: together.calls / calls, atMost: 1 },
      { what: 'release: time, of the longest of each wave', measured: together.seconds / longest, atMost: 1.2 },
      { what: 'again: verdict is not unchanged', measured: again.verdict === 'unchanged' ? 0 : 1, atMost: 0 },
    ],
  }
}

function secondsOf(service: string, parts: readonly Measured[]): number {
  return parts[services.indexOf(service)]?.seconds ?? 0
}
