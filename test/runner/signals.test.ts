import { spawn } from 'node:child_process'
import { expect, test } from '@jest/globals'

/** An action that cleans up when it is cancelled and then ends with `7`, or that never ends. */
const program = (afterwards: string) => `
  import { cancellation } from './src/runner/signals.ts'
  const { signal } = cancellation()
  const work = setInterval(() => undefined, 1000)
  signal.addEventListener('abort', () => { console.log('cleaning up'); ${afterwards} })
  console.log('working')`

async function cancelled(by: NodeJS.Signals, afterwards: string) {
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    program(afterwards),
  ])
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
    if (String(chunk).includes('working')) child.kill(by)
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended))
  })
  return { code, signal, printed }
}

test.concurrent.each(['SIGINT', 'SIGTERM'] as const)('%s cancels the action, which ends by itself', async (by) => {
  const ended = await cancelled(by, 'clearInterval(work); process.exitCode = 7')
  expect(ended).toEqual({ code: 7, signal: null, printed: 'working\ncleaning up\n' })
})

test.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
  'an action that does not end after %s is ended red',
  async (by) => {
    expect(await cancelled(by, '')).toEqual({ code: 1, signal: null, printed: 'working\ncleaning up\n' })
  },
)
