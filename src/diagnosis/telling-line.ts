import { redact } from './redact.ts'

const longestLine = 4000

/** Heads of what runtimes print when a program breaks: `ModuleNotFoundError: …`, `java.lang.X: …`, `panic: …`, `fatal error: …`. */
const head =
  /(?:^|[\s.])[A-Z]\w{0,80}(?:Error|Exception)(?: \[\w{1,80}\])?: \S|^(?:panic|fatal error|error): \S|\bCaused by: \S/i
const complaint = /error|fatal|exception|panic|cannot|denied|refused|failed|not found|no such/i

/**
 * The last log line that explains why a program ended: the last exception, else the last line with an error, else the last one; cut to
 * fit a sentence, without credentials. A process manager around a program adds final lines of its own, which are less specific.
 */
export function tellingLine(lines: readonly string[]): string | undefined {
  const readable = lines.map((line) => line.slice(0, longestLine).trim()).filter((line) => /\w/.test(line))
  const line =
    readable.findLast((each) => head.test(each)) ?? readable.findLast((each) => complaint.test(each)) ?? readable.at(-1)
  return line === undefined ? undefined : [...redact(line)].slice(0, 160).join('')
}
