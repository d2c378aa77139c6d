import { type Text, text, untrusted } from '../text.ts'
import { lastWords } from './catalogue/last-words.ts'
import type { Cause } from './cause.ts'
import { causeOf, findEntry } from './entry.ts'
import type { Evidence, StoppedContainer, StoppedTaskGroup } from './evidence.ts'
import { withPlatforms } from './explain-platforms.ts'
import { lastLine } from './last-line.ts'
import { failedContainer } from './stopped-tasks.ts'

const errorCodes = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html'

/** A container ended by itself. Health checks that made ECS stop it come first: then its exit code tells nothing. */
export function explainEnd(group: StoppedTaskGroup, what: Text, evidence: Evidence): Cause | undefined {
  const container = failedContainer(group)
  if (!container || isStoppedForHealth(group)) return undefined
  if (container.reason && /^OutOfMemory/.test(container.reason.untrusted)) return outOfMemory(what, container)
  if (container.exitCode === undefined) return undefined
  const words = lastLine(container.name, evidence)
  const facts = { container: container.name, exitCode: String(container.exitCode), words }
  const known = words === undefined ? undefined : findEntry(lastWords, words, facts)
  return known
    ? withPlatforms(causeOf(known, what), evidence, container.name)
    : exited(what, container, container.exitCode, words)
}

function outOfMemory(what: Text, { name, memory, exitCode }: StoppedContainer): Cause {
  const limit = memory === undefined ? text`` : text` of ${memory} MiB`
  return {
    code: 'out-of-memory',
    what,
    why: text`container "${untrusted(name)}" used up its memory${limit} and was killed (exit code ${exitCode ?? 137})`,
    fix: text`Raise memory in the task definition, or find out why the program needs so much.`,
    docs: errorCodes,
    confidence: 'certain',
  }
}

/** Exit codes with a meaning of their own: those of POSIX shells, and 128 plus the signal. */
const meanings: Readonly<Record<number, readonly [why: string, fix: string]>> = {
  0: [
    'it ended by itself without an error, but a service has to keep running',
    'Let the command run a server in the foreground.',
  ],
  126: ['its command cannot be executed', 'Make the file executable, or correct command or entryPoint.'],
  127: ['its command was not found', 'Correct command or entryPoint, or add the program to the image.'],
  134: ['it aborted', 'Read its last log lines.'],
  137: [
    'it was killed (SIGKILL): either it did not stop within stopTimeout, or the memory of the task or its host ran out (ECS names no limit of the container itself)',
    'Give the task more memory, and let the program end on SIGTERM.',
  ],
  139: ['it crashed with a segmentation fault', 'Look for a native module or a library that does not fit the image.'],
  143: ['it was told to stop (SIGTERM)', 'Find out who stopped it; the service events in the evidence may say.'],
}

/** Ends that somebody else brought about, or that are no error: what the container said before explains nothing. */
const unspoken: readonly number[] = [0, 137, 143]

function exited(what: Text, { name }: StoppedContainer, exitCode: number, words: string | undefined): Cause {
  const [meaning, fix] = meanings[exitCode] ?? [undefined, 'Read its last log lines.']
  const means = meaning === undefined ? text`` : text`: ${meaning}`
  const isTold = words !== undefined && !unspoken.includes(exitCode)
  const says = isTold
    ? text`, saying “${untrusted(words)}”`
    : meaning === undefined
      ? text`: it ended with an error`
      : text``
  return {
    code: exitCode === 0 ? 'container-ended' : exitCode === 137 ? 'container-killed' : 'container-crashed',
    what,
    why: text`container "${untrusted(name)}" exited with code ${exitCode}${means}${says}`,
    fix:
      isTold && meaning === undefined
        ? text`Correct the error that it reports; more log lines are in the evidence.`
        : [fix],
    docs: errorCodes,
    confidence: 'certain',
  }
}

function isStoppedForHealth({ stoppedReason }: StoppedTaskGroup): boolean {
  return /failed (?:ELB|container) health checks/.test(stoppedReason?.untrusted ?? '')
}
