/** `npm run bench [-- folder] [--json]`: start-up, lag at the end and calls. Exit code 1 when a requirement is missed. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { countCalls } from './calls.ts'
import { measureLag } from './lag.ts'
import { measureStartUp } from './start-up.ts'
import { isMet, rendered, type Table } from './table.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const folder = positionals[0] ?? join(import.meta.dirname, '../../dist')

const tables: Table[] = []
for (const measure of [() => measureStartUp(folder), measureLag, countCalls]) {
  const table = await measure()
  tables.push(table)
  if (!values.json) console.log(rendered(table))
}
if (values.json) console.log(JSON.stringify(tables, null, 2))
if (!tables.flatMap(({ requirements }) => requirements).every(isMet)) process.exitCode = 1
