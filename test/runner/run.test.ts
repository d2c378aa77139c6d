import { afterEach, beforeEach, expect, test } from '@jest/globals'
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
})
