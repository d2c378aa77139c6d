import { createInterface } from 'node:readline/promises'
import { Failure } from '../failure.ts'
import { text } from '../text.ts'

/** Where questions are asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  /** Does what Ctrl-C does without a question. */
  interrupt(): void
}

/** The terminal of this process; questions are written to stderr. */
export const processTerminal: Terminal = {
  input: process.stdin,
  output: process.stderr,
  interrupt: () => void process.kill(process.pid, 'SIGINT'),
}

/** Asks on the terminal. Rejects with `cancelled` on Ctrl-C and Ctrl-D. */
export function askOnTerminal(signal: AbortSignal, terminal: Terminal): (question: string) => Promise<string> {
  return async (question) => {
    const { input, output } = terminal
    const lines = createInterface({ input, output })
    // Without a listener, readline takes Ctrl-C from the process.
    lines.on('SIGINT', () => terminal.interrupt())
    const closed = new Promise<never>((_, reject) => void lines.once('close', reject))
    try {
      return await Promise.race([lines.question(question, { signal }), closed])
    } catch {
      throw signal.aborted
        ? signal.reason
        : new Failure({ code: 'cancelled', what: text`The question was not answered` })
    } finally {
      lines.close()
    }
  }
}
