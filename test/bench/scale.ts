import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Scale } from './scale-process.ts'
import { rounded, type Table } from './table.ts'

/** As many as one step takes. */
const most = 500

/** One step of the shipped action for many services, against the buckets that AWS documents for its API. */
export async function measureScale(): Promise<Table> {
  const scale = await inProcess(most)
  return {
    title: 'Many services in one step',
    method:
      'actions/deploy as the runner starts it, with a slipway.yml of all services and 150 MB of heap; the simulator in ' +
      'another process; simulated time; ECS throttles as documented; the floor: one deployment alone, and the registrations ' +
      'that the bucket lets through',
    rows: [
      {
        services: scale.services,
        succeeded: scale.succeeded,
        'registered twice': scale.registeredTwice,
        'floor, s': rounded(scale.floorSeconds),
        'took, s': rounded(scale.seconds),
        calls: scale.calls,
        throttled: scale.throttled,
        'CPU, s': rounded(scale.cpuSeconds),
        'memory, MB': rounded(scale.megabytes, 0),
        'Slack messages': scale.slackMessages,
        'summary, KB': rounded(scale.summaryKilobytes, 0),
        'state, KB': rounded(scale.stateKilobytes, 0),
      },
    ],
    requirements: requirementsOf(scale),
  }
}

function requirementsOf(scale: Scale) {
  const name = `${scale.services} services in one step`
  return [
    { what: `${name}: not succeeded`, measured: scale.services - scale.succeeded, atMost: 0 },
    { what: `${name}: registered twice`, measured: scale.registeredTwice, atMost: 0 },
    { what: `${name}: time, of the floor`, measured: scale.seconds / scale.floorSeconds, atMost: 1.2 },
    { what: `${name}: memory, MB`, measured: scale.megabytes, atMost: 300 },
  ]
}

async function inProcess(services: number): Promise<Scale> {
  const script = join(import.meta.dirname, 'scale-process.ts')
  const given = ['--disable-warning=ExperimentalWarning', script, String(services)]
  const { stdout } = await promisify(execFile)(process.execPath, given, { maxBuffer: 1 << 24 })
  return JSON.parse(stdout)
}
