import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { temporaryFolder } from '../temporary-folder.ts'

/**
 * Leaves something behind for the other file of its kind, in the one worker of both. A copy in the place of `process.env` sets no variable of
 * the process, so it has to go as well.
 */
const leaves = `import { homedir } from 'node:os'
test('finds nothing', () => {
  expect([process.env.LEFT, process.exitCode, console.left]).toEqual([undefined, undefined, undefined])
  expect(homedir()).toBe(process.env.HOME)
  Object.assign(process.env, { LEFT: 'behind', HOME: '/left' })
  process.env = { ...process.env, HOME: '/copied' }
  process.exitCode = 3
  console.left = true
})`

/** Test files, each with what Jest says of it: its tests by status, or why it could not be run. */
const cases: Readonly<Record<string, readonly [source: string, expected: unknown]>> = {
  passes: ["test('a', () => {})\ntest.skip('b', () => {})", ['passed', 'pending']],
  fails: ["test('a', () => expect(1).toBe(2))\ntest('b', () => {})", ['failed', 'passed']],
  'fails at a time': ["test.concurrent('a', async () => expect(1).toBe(2))", ['failed']],
  'rejects unhandled': [
    "test('a', () => { Promise.reject(new Error('nobody')); return new Promise((done) => setTimeout(done)) })",
    ['failed'],
  ],
  'rejects as it ends': [
    "test('a', () => void Promise.reject(new Error('nobody')))",
    expect.stringContaining('child process exceptions'),
  ],
  'throws later': [
    "test('a', () => new Promise((done) => { setTimeout(done, 50); setTimeout(() => { throw new Error('late') }) }))",
    ['failed'],
  ],
  hangs: ["test('a', () => new Promise(() => {}), 20)", ['failed']],
  'leaves something': [leaves, ['passed']],
  'leaves more': [leaves, ['passed']],
  'has no test': ['', expect.stringContaining('must contain at least one test')],
  'is no TypeScript': ['const = 3', expect.stringContaining('SyntaxError')],
  'throws on load': ["test('a', () => {})\nthrow new Error('on load')", expect.stringContaining('on load')],
  'imports nothing': ["import './nowhere.ts'", expect.stringContaining('nowhere.ts')],
  'imports no such name': ["import { nothing } from 'node:fs'", expect.stringContaining('nothing')],
  'ends its worker': ["test('a', () => process.exit(0))", expect.stringContaining('crashed')],
  'kills its worker': [
    "test('a', () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}) })",
    expect.stringContaining('SIGKILL'),
  ],
}

interface Results {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numRuntimeErrorTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

test('what fails in any way is red', () => {
  const folder = temporaryFolder()
  for (const [name, [source]] of Object.entries(cases))
    writeFileSync(join(folder, `${name}.test.ts`), `import { expect, test } from '@jest/globals'\n${source}\n`)
  const configuration = {
    rootDir: folder,
    testMatch: ['**/*.test.ts'],
    runtime: join(import.meta.dirname, 'runtime.js'),
    testEnvironment: join(import.meta.dirname, 'environment.js'),
    transform: {},
    injectGlobals: false,
    // Never in Jest's own process.
    workerIdleMemoryLimit: '700MB',
  }
  const jest = join(import.meta.dirname, '../../node_modules/jest/bin/jest.js')
  const output = join(folder, 'results.json')
  const words = ['--config', JSON.stringify(configuration), '--maxWorkers=1', '--json', `--outputFile=${output}`]
  const { status } = spawnSync(process.execPath, [jest, ...words], { cwd: folder, stdio: 'ignore' })
  expect(status).toBe(1)
  const results = JSON.parse(readFileSync(output, 'utf8')) as Results
  const seen = results.testResults.map(({ name, message, assertionResults }) => [
    name.slice(folder.length + 1, -'.test.ts'.length),
    assertionResults.length > 0 ? assertionResults.map(({ status }) => status) : message,
  ])
  expect(Object.fromEntries(seen)).toEqual(
    Object.fromEntries(Object.entries(cases).map(([name, [, expected]]) => [name, expected])),
  )
  expect([results.numPassedTests, results.numFailedTests, results.numRuntimeErrorTestSuites]).toEqual([4, 5, 8])
})
