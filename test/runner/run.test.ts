import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import type { Runner } from '../../src/runner/action.ts'
import { requiredText } from '../../src/runner/inputs.ts'
import { run } from '../../src/runner/run.ts'
import { text, untrusted } from '../../src/text.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const { write } = process.stdout
const { GITHUB_STEP_SUMMARY: summaryBefore } = process.env
let printed = ''
let summaryFile = ''
const summary = () => readFileSync(summaryFile, 'utf8')

beforeEach(() => {
  printed = ''
  summaryFile = join(temporaryFolder(), 'summary.md')
  writeFileSync(summaryFile, '')
  process.env.GITHUB_STEP_SUMMARY = summaryFile
  process.stdout.write = (chunk: string | Uint8Array) => {
    printed += chunk
    return true
  }
})

afterEach(() => {
  process.stdout.write = write
  process.exitCode = 0
  if (summaryBefore === undefined) delete process.env.GITHUB_STEP_SUMMARY
  else process.env.GITHUB_STEP_SUMMARY = summaryBefore
})

describe('mistakes of a file', () => {
  const mistakes = (count: number, file: string) =>
    Array.from({ length: count }, (_, index) => ({ file, line: index + 1, column: 3, message: text`wrong ${index}` }))
  const fails = async (count: number, file: string) => {
    const error = new Failure({ code: 'file-invalid', what: text`It is invalid`, mistakes: mistakes(count, file) })
    await run({ inputs: {}, main: () => Promise.reject(error) }, 'main')
    return printed.split('\n').filter((line) => line !== '')
  }
  const { GITHUB_WORKSPACE } = process.env
  afterEach(() => {
    process.env.GITHUB_WORKSPACE = GITHUB_WORKSPACE ?? process.cwd()
  })

  test('one is one annotation, on its line', async () => {
    process.env.GITHUB_WORKSPACE = '/home/runner/work/shop/shop'
    expect(await fails(1, './deploy/../deploy/td.json')).toEqual([
      '::error file=deploy/td.json,line=1,col=3::It is invalid: ./deploy/../deploy/td.json:1:3: wrong 0.',
    ])
  })

  test('an absolute path is told from the workspace, and a file beside it marks nothing', async () => {
    process.env.GITHUB_WORKSPACE = '/home/runner/work/shop/shop'
    expect((await fails(1, '/home/runner/work/shop/shop/app/td.json'))[0]).toMatch(
      /^::error file=app\/td\.json,line=1,col=3::/,
    )
    printed = ''
    expect((await fails(1, '/home/runner/work/_temp/td.json'))[0]).toMatch(/^::error::It is invalid: \/home/)
  })

  test('the first of several tells all, ten are marked, and the log has the others', async () => {
    const lines = await fails(13, 'td.json')
    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(10)
    expect(lines[0]).toMatch(
      /line=1,col=3::It is invalid:%0A- td\.json:1:3: wrong 0%0A.*wrong 9%0A- and 3 more, which the log lists%0A/,
    )
    expect(lines[1]).toBe('::error file=td.json,line=2,col=3::td.json:2:3: wrong 1.')
    expect(lines.slice(10)).toEqual(['td.json:11:3: wrong 10', 'td.json:12:3: wrong 11', 'td.json:13:3: wrong 12'])
  })
})

const database = 'postgres://app:c4nary-in-an-address@db/shop'

test.each([
  [
    'a failure',
    () =>
      new Failure({
        code: 'file-invalid',
        what: text`td.json cannot be read at ${untrusted(`DATABASE_PASS=c4nary-in-a-line`)}`,
        why: text`it holds ${untrusted(database)}`,
        fix: text`Look at ${untrusted('{"name":"API_KEY","value":"c4nary-in-a-pair"}')}.`,
      }),
    /::error::td\.json cannot be read at DATABASE_PASS=\*\*\*: it holds postgres:\/\/app:\*\*\*@db\/shop\. Look at/,
  ],
  ['a fault', () => new Error(`connect ${database}`), /A fault in Slipway: connect postgres:\/\/app:\*\*\*@db\/shop/],
  [
    'a full disk, wherever it was met,',
    () => Object.assign(new Error(`ENOSPC: no space left on device, write ${database}`), { code: 'ENOSPC' }),
    /::error::The file of the runner cannot be written: ENOSPC: no space left on device.*Free disk space/,
  ],
  ['what is no error', () => `connect ${database}`, /connect postgres:\/\/app:\*\*\*@db\/shop/],
])('%s that ends a step is told without the credentials that it quotes', async (_, thrown, says) => {
  const main = () => Promise.reject(thrown())
  await run({ inputs: {}, main }, 'main')
  const [code, seen] = [process.exitCode, printed]
  expect(seen).not.toContain('c4nary')
  expect(seen).toMatch(says)
  expect(code).toBe(1)
  expect(summary()).not.toContain('c4nary')
  expect(summary()).toMatch(/^### ❌ .+\n\n> \[!CAUTION\]\n> .+/)
})

test('a step that fails before it has a report shows the failure in the job summary', async () => {
  const failure = new Failure({
    code: 'config-invalid',
    what: text`${untrusted('slipway.yml')} is not right`,
    why: text`\n- ${untrusted('slipway.yml:3:5')} is missing\n- ${untrusted('<b>')} is wrong\n`,
    fix: text`Correct the file.`,
    docs: 'https://example.com/docs',
  })
  await run({ inputs: {}, main: () => Promise.reject(failure) }, 'main')
  expect(summary()).toBe(
    [
      '### ❌ slipway.yml is not right',
      '> [!CAUTION]\n> - slipway.yml:3:5 is missing\n> - &#60;b&#62; is wrong',
      '**What to do:** Correct the file.',
      '<a href="https://example.com/docs">Documentation</a>\n\n',
    ].join('\n\n'),
  )
})

test('so does one whose inputs are wrong', async () => {
  await run({ inputs: { environments: requiredText }, main: () => Promise.resolve() }, 'main')
  expect(summary()).toMatch(
    /^### ❌ An input is invalid\n\n> \[!CAUTION\]\n> - environments is required\n\n\*\*What to do:\*\* Correct it/,
  )
})

test('what has a report of its own gets no second one', async () => {
  const main = async (_: object, runner: Runner) => {
    await runner.writeSummary('### the report')
    throw new Error('afterwards')
  }
  await run({ inputs: {}, main }, 'main')
  expect(summary()).toBe('### the report\n')
})
