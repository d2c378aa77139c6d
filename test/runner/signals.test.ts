import { spawn } from 'node:child_process'
import { expect, test } from '@jest/globals'

/** An action that says why it is cancelled, and what it does then. */
const program = (afterwards: string, before = '') => `
  import { cancellation } from './src/runner/signals.ts'
  import { renderText } from './src/text.ts'
  const { signal, release } = cancellation()
  const work = setInterval(() => undefined, 1000)
  signal.addEventListener('abort', () => {
    const { code, what } = signal.reason.parts
    console.log(code + ': ' + renderText(what, (theirs) => theirs))
    ${afterwards}
  })
  ${before}
  console.log('working')`

/** How the action ends when it gets the signal. */
async function ended(by: NodeJS.Signals, code: string) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code])
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
    if (String(chunk).includes('working')) child.kill(by)
  })
  const [exit, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...how) => resolve(how))
  })
  return { exit, signal, printed }
}

const printed = 'working\ncancelled: The run was cancelled\n'

// Not describe.each: Jest begins the concurrent tests of one block when those of the block before have ended.
for (const by of ['SIGINT', 'SIGTERM'] as const) {
  test.concurrent(`${by} cancels the action, which ends by itself`, async () => {
    expect(await ended(by, program('clearInterval(work); process.exitCode = 7'))).toEqual({
      exit: 7,
      signal: null,
      printed,
    })
  })

  test.concurrent(`${by} ends an action red that does not end by itself`, async () => {
    expect(await ended(by, program(''))).toEqual({ exit: 1, signal: null, printed })
  })

  test.concurrent(`${by} ends the process at once when the action has ended`, async () => {
    expect(await ended(by, program('', 'release()'))).toEqual({ exit: null, signal: by, printed: 'working\n' })
  })
}
