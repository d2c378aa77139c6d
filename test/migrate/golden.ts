/** The workflows of `workflows/`, with the results that a person has read in `golden/`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Migration, migrateWorkflow } from '../../src/migrate/index.ts'
import { renderText } from '../../src/text.ts'

export const slipway = 'your-org/slipway@v1'
const folder = import.meta.dirname

/** File names of the workflows. */
export const workflows: readonly string[] = readdirSync(join(folder, 'workflows')).sort()

export function workflow(name: string): string {
  return readFileSync(join(folder, 'workflows', name), 'utf8')
}

export function migrated(source: string): Migration {
  const migration = migrateWorkflow(source, { slipway })
  if (migration === undefined) throw new Error('neither a workflow nor a composite action')
  return migration
}

/** What a person reads beside the file. */
export function notes({ changes, left, advice }: Migration): string {
  const words = (why: Parameters<typeof renderText>[0]) => renderText(why, (theirs) => theirs)
  return [
    ...changes.map((one) => `${one.line}:${one.column} ${one.before} -> ${one.after ?? 'removed'}: ${words(one.why)}`),
    ...left.map((one) => `${one.line}:${one.column} stays: ${one.what}: ${words(one.why)}`),
    ...advice.map((one) => `${one.line}:${one.column} advice: ${one.what}: ${words(one.why)}`),
    '',
  ].join('\n')
}

/** The file in `golden/`; `UPDATE_GOLDEN=1` writes it anew, for a person to read. */
export function golden(name: string, actual: string): string {
  const file = join(folder, 'golden', name)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, actual)
  }
  return existsSync(file) ? readFileSync(file, 'utf8') : `(no file ${name})`
}
