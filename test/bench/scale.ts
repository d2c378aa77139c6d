import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Scale } from './scale-process.ts'
import { rounded, type Table } from './table.ts'

/** Services in all, over this many regions. */
const fleets = [
  { services: 500, regions: 10 },
  { services: 500, regions: 1 },
] as const

/** What the process may keep, so that its memory is what it needs and not what the machine would give. Megabytes. */
const heap = ['--max-old-space-size=150', '--max-semi-space-size=4']

/** Many deployments at once, in one process of their own, against the buckets that AWS documents for its API. */
export async function measureScale(): Promise<Table> {
  const measured: Scale[] = []
  for (const { services, regions } of fleets) measured.push(await inProcess(services, regions))
  return {
    title: 'Many services at once',
    method:
      'one process with 150 MB of heap, the simulator in it; simulated time; ECS throttles per region as documented; the floor: one deployment, and the registrations that the bucket lets through',
    rows: measured.map((scale) => ({
      services: scale.services,
      regions: scale.regions,
      succeeded: scale.succeeded,
      'registered twice': scale.registeredTwice,
      'floor, s': rounded(scale.floorSeconds),
      'took, s': rounded(scale.seconds),
      calls: scale.calls,
      throttled: scale.throttled,
      'memory, MB': rounded(scale.megabytes, 0),
    })),
    requirements: measured.flatMap((scale) => requirementsOf(scale)),
  }
}

function requirementsOf(scale: Scale) {
  const name = `${scale.services} services in ${scale.regions} ${scale.regions === 1 ? 'region' : 'regions'}`
  return [
    { what: `${name}: not succeeded`, measured: scale.services - scale.succeeded, atMost: 0 },
    { what: `${name}: registered twice`, measured: scale.registeredTwice, atMost: 0 },
    { what: `${name}: time, of the floor`, measured: scale.seconds / scale.floorSeconds, atMost: 1.2 },
    { what: `${name}: memory, MB`, measured: scale.megabytes, atMost: 300 },
  ]
}

async function inProcess(services: number, regions: number): Promise<Scale> {
  const script = join(import.meta.dirname, 'scale-process.ts')
  const given = [...heap, '--disable-warning=ExperimentalWarning', script, String(services), String(regions)]
  const { stdout } = await promisify(execFile)(process.execPath, given, { maxBuffer: 1 << 24 })
  return JSON.parse(stdout)
}
