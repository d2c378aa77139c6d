/**
 * `npm run mutate [-- file …]`: changes the files that decide, one place at a time, and counts the changes that the
 * nearest tests notice (StrykerJS). Constants of a file are changed as well as what its functions do. Prints every change that
 * went unnoticed, and the score of each file and of all; exit code 1 where one is below 85 %.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { rendered, rounded } from '../bench/table.ts'
import { nearest } from './nearest.ts'

const least = 85

const root = join(import.meta.dirname, '../..')
const stryker = join(import.meta.dirname, 'node_modules/@stryker-mutator')
const folder = join(root, 'build-mutation')

interface Mutant {
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'Ignored' | 'CompileError' | 'RuntimeError'
  /** The error of a RuntimeError, with its stack. */
  readonly statusReason?: string
  readonly mutatorName: string
  readonly replacement?: string
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
}

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>
}

function node(...words: readonly string[]): void {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error(`node ${words.join(' ')} ended with ${status}`)
}

/** StrykerJS needs a newer Node than `npm ci` may ask for, so it has a lock file of its own. */
function install(): void {
  if (existsSync(join(stryker, 'core'))) return
  node(process.env.npm_execpath ?? '', 'ci', '--ignore-scripts', '--prefix', import.meta.dirname)
}

/** Of files with the same nearest tests. */
function configurationFor(files: readonly string[], tests: string): object {
  return {
    mutate: files,
    testRunner: 'jest',
    plugins: [join(import.meta.dirname, 'jest-runner.js')],
    jest: {
      configFile: 'test/mutation/jest.config.js',
      config: { testMatch: tests.split(' ').map((name) => `<rootDir>/test/${name}.test.ts`) },
      enableFindRelatedTests: false,
    },
    coverageAnalysis: 'perTest',
    concurrency: availableParallelism(),
    timeoutMS: 10_000,
    // It would ask TypeScript's former API to rewrite it.
    tsconfigFile: 'none',
    ignorePatterns: ['dist', 'examples'],
    tempDirName: 'build-mutation/sandbox',
    reporters: ['dots', 'json'],
    jsonReporter: { fileName: 'build-mutation/report.json' },
    logLevel: 'warn',
    allowEmpty: true,
  }
}

/** The mutants of files that the same tests notice, by file. */
function mutate(files: readonly string[], tests: string): Report['files'] {
  console.log(`\n${files.join(', ')}\n  by ${tests}`)
  const configuration = join(folder, 'stryker.json')
  writeFileSync(configuration, JSON.stringify(configurationFor(files, tests)))
  node(join(stryker, 'core/bin/stryker.js'), 'run', configuration)
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report
  for (const [file, { mutants }] of Object.entries(report.files))
    for (const { status, mutatorName, replacement = '', location } of mutants)
      if (status === 'Survived' || status === 'NoCoverage')
        console.log(
          `  ${status.padEnd(10)} ${file}:${location.start.line}:${location.start.column} ${mutatorName}: ${replacement.replaceAll(/\s+/g, ' ').slice(0, 80)}`,
        )
  return report.files
}

function score(file: string, mutants: readonly Mutant[]) {
  const count = (...statuses: readonly Mutant['status'][]) =>
    mutants.filter(({ status }) => statuses.includes(status)).length
  // A source file that cannot be loaded any more is noticed by every test; any other error is one of the tools.
  const unloadable = mutants.filter(
    ({ status, statusReason = '' }) => status === 'RuntimeError' && /\/src\/\S+\.ts:\d/.test(statusReason),
  )
  const noticed = count('Killed', 'Timeout') + unloadable.length
  const missed = count('Survived', 'NoCoverage')
  return {
    file,
    mutants: noticed + missed,
    noticed,
    'by a time-out': count('Timeout'),
    survived: count('Survived'),
    'not reached': count('NoCoverage'),
    'not tried': count('RuntimeError', 'CompileError') - unloadable.length,
    'score %': rounded((100 * noticed) / Math.max(1, noticed + missed)),
  }
}

const files = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(nearest)
const unknown = files.filter((file) => !(file in nearest))
if (unknown.length > 0)
  throw new Error(`${unknown.join(', ')}: test/mutation/nearest.ts does not say which tests are near`)

install()
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
// Each run of StrykerJS begins with a copy of the project and all tests: as few as there are sets of tests.
const bySet = Map.groupBy(files, (file) => (nearest[file] ?? []).join(' '))
const reports = [...bySet].map(([tests, group]) => mutate(group, tests))
const mutantsOf = Object.assign({}, ...reports) as Report['files']
const found = files.map((file) => ({ file, mutants: mutantsOf[file]?.mutants ?? [] }))
const all = found.flatMap(({ mutants }) => mutants)
const rows = [...found.map(({ file, mutants }) => score(file, mutants)), score('all', all)]
console.log(
  `\n${rendered({
    title: 'Mutants that tests notice',
    method: 'StrykerJS, with the nearest tests of each file',
    rows,
    requirements: [],
  })}`,
)
const below = rows.filter((row) => row['score %'] < least || row['not tried'] > 0)
if (below.length > 0) {
  console.log(
    `  MISSED at least ${least} % of mutants that were all tried: ${below.map(({ file }) => file).join(', ')}`,
  )
  process.exitCode = 1
}
rmSync(folder, { recursive: true, force: true })
