import { createInterface } from 'node:readline/promises'
import { Failure } from '../failure.ts'
import { text } from '../text.ts'

/** Asks on the terminal; questions are written to stderr. Rejects with `cancelled` on Ctrl-C and Ctrl-D. */
export function askOnTerminal(signal: AbortSignal): (question: string) => Promise<string> {
  return async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    // Without a listener, readline takes Ctrl-C from the process.
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    const closed = new Promise<never>((_, reject) => {
      terminal.once('close', () =>
        reject(new Failure({ code: 'cancelled', what: text`The question was not answered` })),
      )
    })
    try {
      return await Promise.race([terminal.question(question, { signal }), closed])
    } finally {
      terminal.close()
    }
  }
}
