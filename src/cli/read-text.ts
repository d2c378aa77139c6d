import { readFileSync, statSync } from 'node:fs'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

/**
 * The text of a regular file; `shown`: its path in the message. Throws `file-unreadable` for anything else: the read of a named pipe
 * waits for a writer, and Ctrl-C does not end it. Throws the error of Node where there is nothing.
 */
export function readText(path: string, shown: string): string {
  if (statSync(path).isFile()) return readFileSync(path, 'utf8')
  throw new Failure({
    code: 'file-unreadable',
    what: text`The file ${untrusted(shown)} cannot be read`,
    why: text`it is not a regular file`,
    fix: text`Remove what is at this path, or name another file.`,
  })
}
