/** `scale-process.ts <services> <regions>`: deploys all of them at once and prints what it took, as JSON. */
import { newImage, portsOf, run } from '../deployment/scene.ts'
import { ecsTokenBuckets } from '../simulator/faults.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'

export interface Scale {
  readonly services: number
  readonly regions: number
  readonly succeeded: number
  /** Services with more than one new revision. */
  readonly registeredTwice: number
  /** Simulated. */
  readonly seconds: number
  readonly floorSeconds: number
  readonly calls: number
  readonly throttled: number
  /** Largest resident set, with the simulator in it. */
  readonly megabytes: number
}

/** RegisterTaskDefinition: requests that AWS lets through at once, and then in a second. */
const [burst, perSecond] = [20, 1]

function seed(services: number, regions: readonly string[]): Simulator {
  const sim = createSimulator({ seed: 11 })
  for (let index = 0; index < services; index++)
    seedRollingService(sim, { ...placeOf(index, regions), waitUntilSteady: false })
  sim.clock.advance(180_000)
  sim.recorder.clear()
  return sim
}

function placeOf(index: number, regions: readonly string[]) {
  return { service: `api-${index}`, region: regions[index % regions.length] ?? '' }
}

async function deployAll(services: number, regions: readonly string[], isThrottled: boolean) {
  const sim = seed(services, regions)
  if (isThrottled) for (const bucket of ecsTokenBuckets) sim.faults.add(bucket)
  const startedAt = sim.clock.now()
  const doors = new Map(regions.map((region) => [region, portsOf(sim, undefined, region)]))
  const outcomes = await Promise.all(
    Array.from({ length: services }, async (_, index) => {
      const request = placeOf(index, regions)
      const { outcome } = await run(sim, { image: newImage, request, ports: doors.get(request.region) })
      return { outcome, endedAt: sim.clock.now() }
    }),
  )
  const seconds = (Math.max(...outcomes.map(({ endedAt }) => endedAt)) - startedAt) / 1000
  return { sim, seconds, succeeded: outcomes.filter(({ outcome }) => outcome === 'succeeded').length }
}

const [services, count] = process.argv.slice(2).map(Number)
if (!services || !count) throw new Error('Usage: scale-process.ts <services> <regions>')
const regions = Array.from({ length: count }, (_, index) => `eu-test-${index + 1}`)
const alone = await deployAll(1, regions, false)
const { sim, seconds, succeeded } = await deployAll(services, regions, true)
const registrations = new Map<string, number>()
for (const { input, outcome } of sim.recorder.calls('ecs', 'RegisterTaskDefinition'))
  if (outcome === undefined) registrations.set(String(input.family), (registrations.get(String(input.family)) ?? 0) + 1)
const scale: Scale = {
  services,
  regions: count,
  succeeded,
  registeredTwice: [...registrations.values()].filter((times) => times > 1).length,
  seconds,
  floorSeconds: alone.seconds + Math.max(0, services / count - burst) / perSecond,
  calls: sim.recorder.count(),
  throttled: sim.recorder.all.filter(({ outcome }) => outcome === 'token-bucket').length,
  megabytes: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(scale))
