/**
 * `npm run bench [-- part …] [folder] [--peer checkout] [--beanstalk-peer checkout …] [--express-peer checkout] [--json]`: start-up,
 * preflight, lag at the end, calls, failures, growth, scale, a release of several images, a large layer, a site, one-off tasks, failures
 * of sites, and verdicts of Express Mode and of Elastic Beanstalk, or only the parts that are named. With `--peer`, start-up is measured
 * beside the action in that folder, and with `--beanstalk-peer` and `--express-peer` verdicts beside those of others.
 * Exit code 1 when a requirement is missed.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judgeSiteFailures } from './beanstalk/site-failures.ts'
import { judgeVerdicts } from './beanstalk/verdicts.ts'
import { measureBesidePeer } from './beside-peer.ts'
import { countCalls } from './calls.ts'
import { judgeExpress } from './express/verdicts.ts'
import { playFailures } from './failures.ts'
import { measureGrowth } from './growth.ts'
import { measureLag } from './lag.ts'
import { measureLayout } from './layout.ts'
import { measurePreflight } from './preflight.ts'
import { measureRelease } from './release.ts'
import { measureScale } from './scale.ts'
import { measureSite } from './site.ts'
import { measureStartUp } from './start-up.ts'
import { isMet, rendered, type Table } from './table.ts'
import { measureTaskLag } from './task-lag.ts'

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    peer: { type: 'string' },
    'express-peer': { type: 'string' },
    'beanstalk-peer': { type: 'string', multiple: true, default: [] },
  },
  allowPositionals: true,
})

/** By name; start-up, preflight, layout and site measure the bundles of a folder. */
const parts: Readonly<Record<string, (folder: string) => Promise<Table>>> = {
  'start-up': (bundles) => (values.peer ? measureBesidePeer(bundles, values.peer) : measureStartUp(bundles)),
  preflight: measurePreflight,
  lag: measureLag,
  calls: countCalls,
  failures: playFailures,
  growth: measureGrowth,
  scale: measureScale,
  release: measureRelease,
  layout: measureLayout,
  site: measureSite,
  'site-failures': judgeSiteFailures,
  'run-task': measureTaskLag,
  'express-verdicts': () => judgeExpress(values['express-peer']),
  'beanstalk-verdicts': () => judgeVerdicts(values['beanstalk-peer']),
}
const named = positionals.filter((positional) => positional in parts)
const folder = positionals.find((positional) => !(positional in parts)) ?? join(import.meta.dirname, '../../dist')

const tables: Table[] = []
for (const [name, measure] of Object.entries(parts)) {
  if (named.length > 0 && !named.includes(name)) continue
  const table = await measure(folder)
  tables.push(table)
  if (!values.json) console.log(rendered(table))
}
if (values.json) console.log(JSON.stringify(tables, null, 2))
if (!tables.flatMap(({ requirements }) => requirements).every(isMet)) process.exitCode = 1
