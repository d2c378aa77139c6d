import { globSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lineFinder } from '../../document/tree.ts'
import { readYaml } from '../../document/yaml.ts'
import { Failure } from '../../failure.ts'
import {
  type Change,
  type Migration,
  type MigrationOptions,
  migrateWorkflow,
  type Remark,
} from '../../migrate/index.ts'
import type { Mistake } from '../../mistake.ts'
import { forLog } from '../../report/escape.ts'
import { renderText, type Text, text, untrusted } from '../../text.ts'
import { type CliWorld, type Command, exitCodes, type Given } from '../command.ts'
import { isGiven, optionValue, printJson } from '../given.ts'
import { usageFailure } from '../usage-failure.ts'
import { writeFiles } from '../write-files.ts'

/** `slipway migrate`: workflows of other actions and of shell steps, in Slipway's steps. */
export const command: Command = {
  name: 'migrate',
  summary: 'Rewrites workflows of aws-actions, docker, Slack actions and shell steps into steps of Slipway.',
  operands: '[FILE…]',
  options: {
    write: { type: 'boolean', description: 'Writes the files; without it, only the differences are shown.' },
    check: { type: 'boolean', description: 'Writes nothing, and ends with exit code 3 where a file would change.' },
    force: { type: 'boolean', description: 'Overwrites files with changes that are not committed, without asking.' },
    role: {
      type: 'string',
      value: 'ARN',
      description: 'Role that the jobs assume by OIDC in place of static keys; without it, static keys stay.',
    },
    slipway: {
      type: 'string',
      value: 'OWNER/REPO@REF',
      description: 'Repository and version of the actions in the new steps; your-org/slipway@v1 by default.',
    },
  },
  run: migrate,
}

/** One file with its result. */
interface Migrated {
  readonly path: string
  readonly migration: Migration
}

async function migrate(given: Given, world: CliWorld): Promise<number> {
  const options = { slipway: slipwayIn(given), role: optionValue(given, 'role') }
  const paths = given.operands.length > 0 ? onceEach(given.operands, world.directory) : workflowsIn(world.directory)
  const migrated = migrateAll(paths, world.directory, options)
  const files = migrated.map(({ path, migration }) => ({ path, content: migration.text }))
  const [isJson, isWritten] = [isGiven(given, 'json'), isGiven(given, 'write')]
  const diffs: string[] = []
  const show = (diff: string) => {
    diffs.push(diff)
    if (!isJson) world.out(diff)
  }
  // What stays is listed before the question whether to overwrite.
  if (!isJson) for (const one of migrated) world.err(reportOf(one))
  const states = await writeFiles(files, { force: isGiven(given, 'force'), check: !isWritten, show }, world)
  const hasChanged = states.some(({ state }) => state !== 'unchanged')
  if (isJson) printJson(world, { written: isWritten && hasChanged, files: migrated.map((one) => asJson(one, diffs)) })
  else world.err(endOf(hasChanged, isWritten))
  return hasChanged && isGiven(given, 'check') ? exitCodes.different : exitCodes.done
}

function slipwayIn(given: Given): string {
  const slipway = optionValue(given, 'slipway') ?? 'your-org/slipway@v1'
  const role = optionValue(given, 'role')
  const mistakes = [
    ...(role === undefined || /^arn:[^:]+:iam::\d{12}:role\/.+$/.test(role)
      ? []
      : [`--role must be the ARN of a role, such as arn:aws:iam::111122223333:role/slipway-deploy, not ${role}`]),
    ...(/^[\w.-]+\/[\w.-]+@[\w./-]+$/.test(slipway)
      ? []
      : [`--slipway must be owner/repository@ref, such as your-org/slipway@v1, not ${slipway}`]),
    ...(isGiven(given, 'write') && isGiven(given, 'check') ? ['--write and --check exclude each other'] : []),
  ]
  if (mistakes.length > 0) throw usageFailure(mistakes)
  return slipway
}

function workflowsIn(directory: string): readonly string[] {
  const found = globSync('.github/workflows/*.{yml,yaml}', { cwd: directory }).toSorted()
  if (found.length > 0) return found
  throw new Failure({
    code: 'file-unreadable',
    what: text`No workflow was found`,
    why: text`${untrusted(join(directory, '.github/workflows'))} has no file that ends in .yml or .yaml`,
    fix: text`Run the command in the folder of the repository, or name the files.`,
  })
}

/** `deploy.yml ./deploy.yml` is one file. */
function onceEach(paths: readonly string[], directory: string): readonly string[] {
  return [...new Map(paths.map((path) => [resolve(directory, path), path])).values()]
}

/** All files, or one failure with all that is wrong in them. */
function migrateAll(paths: readonly string[], directory: string, options: MigrationOptions): readonly Migrated[] {
  const mistakes: Mistake[] = []
  const migrated = paths.flatMap((path): readonly Migrated[] => {
    const file = resolve(directory, path)
    const found = statSync(file, { throwIfNoEntry: false })
    if (!found?.isFile()) {
      mistakes.push({ file: path, message: found ? text`it is not a regular file` : text`no such file` })
      return []
    }
    const source = readFileSync(file, 'utf8')
    const migration = migrateWorkflow(source, options)
    if (migration) return [{ path, migration }]
    mistakes.push(...mistakesIn(path, source))
    return []
  })
  if (mistakes.length === 0) return migrated
  throw new Failure({ code: 'file-invalid', what: text`No file was changed`, mistakes })
}

function mistakesIn(file: string, source: string): readonly Mistake[] {
  const reading = readYaml(source)
  const at = lineFinder(source)
  if ('faults' in reading && reading.faults.length > 0)
    return reading.faults.map(({ message, offset }) => ({ file, message, ...at(Math.max(0, offset)) }))
  return [{ file, message: text`it is neither a workflow (jobs) nor a composite action (runs with steps)` }]
}

function endOf(hasChanged: boolean, isWritten: boolean): string {
  if (!hasChanged) return 'Nothing to migrate.\n'
  return isWritten
    ? 'Written. Read the differences before you commit them.\n'
    : 'Nothing was written: --write writes the files.\n'
}

function plain(value: Text): string {
  return renderText(value, forLog)
}

function reportOf({ path, migration }: Migrated): string {
  const place = ({ line, column }: Change | Remark) => `${forLog(path)}:${line}:${column}`
  const changes = migration.changes.map(
    (change) => `  ${place(change)}: ${forLog(change.before)} -> ${change.after ?? 'removed'}: ${plain(change.why)}`,
  )
  const remarks = (list: readonly Remark[]) =>
    list.map((one) => `  ${place(one)}: ${forLog(one.what)}: ${plain(one.why)}`)
  return [
    ...section('Changed', changes),
    ...section('Stays as it is', remarks(migration.left)),
    ...section('Advice', remarks(migration.advice)),
  ].join('')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:\n`, ...lines.map((line) => `${line}\n`)]
}

function asJson({ path, migration }: Migrated, diffs: readonly string[]): object {
  const withWords = <One extends { readonly why: Text }>(list: readonly One[]) =>
    list.map(({ why, ...others }) => ({ ...others, why: renderText(why, (words) => words) }))
  return {
    path,
    diff: diffs.find((diff) => diff.startsWith(`--- a/${path}\n`)) ?? '',
    changes: withWords(migration.changes),
    left: withWords(migration.left),
    advice: withWords(migration.advice),
  }
}
