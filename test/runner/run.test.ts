import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { run } from '../../src/runner/run.ts'
import { text, untrusted } from '../../src/text.ts'

const { write } = process.stdout
let printed = ''

beforeEach(() => {
  printed = ''
  process.stdout.write = (chunk: string | Uint8Array) => {
    printed += chunk
    return true
  }
})

afterEach(() => {
  process.stdout.write = write
  process.exitCode = 0
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
  ['what is no error', () => `connect ${database}`, /connect postgres:\/\/app:\*\*\*@db\/shop/],
])('%s that ends a step is told without the credentials that it quotes', async (_, thrown, says) => {
  const main = () => Promise.reject(thrown())
  await run({ inputs: {}, main }, 'main')
  const [code, seen] = [process.exitCode, printed]
  expect(seen).not.toContain('c4nary')
  expect(seen).toMatch(says)
  expect(code).toBe(1)
})
