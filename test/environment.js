// Imported by jest.config.js before anything runs: no test sees the settings of the person or of the job that runs it.
// Credentials, proxies, a GitHub job's variables, ~/.aws, ~/.gitconfig and the time zone stay outside.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How often things are tried (test/often.ts). */
const counts = [
  'CANCEL_EVERY',
  'INTERLEAVINGS',
  'KILL_EVERY',
  'LAGS',
  'MANY_IN_FLIGHT',
  'MANY_SERVICES',
  'ORDERS',
  'REGISTRATIONS',
  'RUNS',
  'SERVICES',
  'SETTLE_EVERY',
  'STALE_READS',
  'WEATHERS',
]
const kept = new Set(['PATH', 'TMPDIR', 'TERM', 'UPDATE_GOLDEN', ...counts])

for (const name of Object.keys(process.env))
  if (!kept.has(name) && !name.startsWith('SLIPWAY_')) delete process.env[name]

const home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

Object.assign(process.env, {
  HOME: home,
  GIT_CONFIG_NOSYSTEM: '1',
  // Far from UTC, and no whole hours away from it: a local time that is shown would be seen.
  TZ: 'Pacific/Chatham',
  LANG: 'C.UTF-8',
  // Code of bundles that is compiled (test/workflows/runner/process.ts).
  SLIPWAY_COMPILED: join(home, 'compiled'),
})
