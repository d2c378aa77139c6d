import { lastWords } from '../../../diagnosis/catalogue/last-words.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf, findEntry } from '../../../diagnosis/entry.ts'
import { quoted, type Text, text, untrusted } from '../../../text.ts'
import type { Evidence, StoppedContainer, StoppedTaskGroup } from '../facts/deployment-evidence.ts'
import { failedContainer } from '../facts/stopped-tasks.ts'
import { withPlatforms } from './explain-platforms.ts'
import { lastLine } from './last-line.ts'

const errorCodes = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html'

/** A container ended by itself. Health checks that made ECS stop it have precedence: then its exit code proves nothing. */
export function explainEnd(group: StoppedTaskGroup, what: Text, evidence: Evidence): Cause | undefined {
  const container = failedContainer(group)
  if (!container || isStoppedForHealth(group)) return undefined
  if (container.reason && /^OutOfMemory/.test(container.reason.untrusted)) return outOfMemory(what, container)
  if (container.exitCode === undefined) return undefined
  const words = lastLine(container.name, evidence)
  const facts = { exitCode: `"${container.name}", ${exitWords(container.exitCode)}`, words }
  const known = words === undefined ? undefined : findEntry(lastWords, words, facts)
  return known
    ? withPlatforms(causeOf(known, what), evidence, container.name)
    : exited(what, container, container.exitCode, words)
}

function outOfMemory(what: Text, { name, memory, exitCode = 137 }: StoppedContainer): Cause {
  const limit = memory === undefined ? text`` : text`limit ${memory} MiB, `
  return {
    code: 'out-of-memory',
    what,
    error: text`OutOfMemoryError`,
    why: text`container "${untrusted(name)}" ran out of memory (${limit}${exitWords(exitCode)})`,
    fix: text`Raise memory in the task definition, or reduce the memory use of the program.`,
    docs: errorCodes,
    confidence: 'certain',
  }
}

/** Signals by their numbers on Linux (signal(7)). */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
}

/** `exit code 137, SIGKILL`: 128 and the number of the signal, by POSIX shells and container runtimes. */
function exitWords(exitCode: number): string {
  const signal = signals[exitCode - 128]
  return `exit code ${exitCode}${signal ? `, ${signal}` : ''}`
}

/** Exit codes with a meaning of their own. */
const meanings: Readonly<Record<number, readonly [why: string, fix: string]>> = {
  0: [
    'the process ended without an error, but a service has to keep running',
    'Run the process in the foreground, or set essential: false.',
  ],
  126: [
    'the command cannot be executed',
    'Make the file executable, or correct command or entryPoint of the container.',
  ],
  127: ['command not found', 'Correct command or entryPoint of the container, or add the program to the image.'],
  134: ['the program aborted', 'Read the last log lines of the container.'],
  137: [
    'the container did not stop within stopTimeout, or the task or its host ran out of memory',
    'Raise memory of the task, and handle SIGTERM in the program.',
  ],
  139: ['segmentation fault', 'Check native modules and shared libraries of the image.'],
  143: ['the container was stopped', 'Check the service events for what stopped it.'],
}

/** Ends with an outside cause, or without an error: the container's last log line explains nothing. */
const unspoken: readonly number[] = [0, 137, 143]

function exited(what: Text, { name }: StoppedContainer, exitCode: number, words: string | undefined): Cause {
  const [meaning, fix] = meanings[exitCode] ?? [undefined, 'Read the log of the container.']
  const isSaid = words !== undefined && !unspoken.includes(exitCode)
  const last = isSaid ? text`${quoted(words)} (last log line)` : text`no log lines are available`
  return {
    code: exitCode === 0 ? 'container-ended' : exitCode === 137 ? 'container-killed' : 'container-crashed',
    what,
    error: text`Essential container in task exited ("${untrusted(name)}", ${exitWords(exitCode)})`,
    why: meaning === undefined ? last : isSaid ? text`${meaning}: ${last}` : [meaning],
    fix: isSaid && meaning === undefined ? text`Fix the error in the last log lines of the container.` : [fix],
    docs: errorCodes,
    confidence: 'certain',
  }
}

function isStoppedForHealth({ stoppedReason }: StoppedTaskGroup): boolean {
  return /failed (?:ELB|container) health checks/.test(stoppedReason?.untrusted ?? '')
}
