import { type Text, text, untrusted } from '../text.ts'
import { health } from './catalogue/health.ts'
import { imagePull } from './catalogue/image-pull.ts'
import { initialization } from './catalogue/initialization.ts'
import { launch } from './catalogue/launch.ts'
import type { Cause } from './cause.ts'
import { type Facts, findEntry } from './entry.ts'
import type { Evidence, StoppedContainer, StoppedTaskGroup } from './evidence.ts'
import { causeOf } from './explain.ts'
import { failedContainer } from './stopped-tasks.ts'

const startErrors = [...initialization, ...imagePull, ...launch]

/** What the stopped tasks say: first those that never started, then those whose container ended, then the unhealthy. */
export function explainStoppedTasks(evidence: Evidence, unhealthy: Cause | undefined): Cause | undefined {
  const groups = evidence.stoppedTasks
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const notStarted = groups.map((group) => explainStart(group, total, evidence)).find((cause) => cause)
  if (notStarted) return notStarted
  const ended = groups.map((group) => explainEnd(group, total, evidence)).find((cause) => cause)
  return ended ?? groups.map((group) => explainUnhealthy(group, total, unhealthy)).find((cause) => cause)
}

function explainStart(group: StoppedTaskGroup, total: number, evidence: Evidence): Cause | undefined {
  const reasons = [group.stoppedReason, ...group.containers.map(({ reason }) => reason)].map(
    (reason) => reason?.untrusted ?? '',
  )
  const concerned = group.containers.find(({ reason }) => reason !== undefined) ?? group.containers[0]
  const facts: Facts = { image: concerned?.image, logGroup: logGroupOf(group, evidence), ...imageOf(reasons.join(' ')) }
  for (const reason of reasons) {
    const match = /Essential container in task exited|^OutOfMemoryError/.test(reason)
      ? undefined
      : findEntry(startErrors, reason, facts)
    if (match) return causeOf(match, stopped(group, total), facts)
  }
  return undefined
}

/** The image that ECS names in its own words; a task that never started may list none. */
function imageOf(reason: string): Facts {
  const image = /(?:ref pull|failed to resolve ref|cannot pull|docker\.io)\S*\s(?<image>[\w./:@-]+\/[\w./:@-]+)/.exec(
    reason,
  )?.groups?.image
  return image === undefined ? {} : { image: image.replace(/[:.]$/, '') }
}

function logGroupOf(group: StoppedTaskGroup, { logs }: Evidence): string | undefined {
  return (
    logs[0]?.logGroup ??
    /log group[: ]+'?(?<name>\/?[\w./#-]+)/.exec(group.stoppedReason?.untrusted ?? '')?.groups?.name ??
    'of the task definition'
  )
}

/** A container ended by itself. Health checks that made ECS stop it come first: then its exit code tells nothing. */
function explainEnd(group: StoppedTaskGroup, total: number, evidence: Evidence): Cause | undefined {
  const container = failedContainer(group)
  if (!container || isStoppedForHealth(group)) return undefined
  const what = stopped(group, total)
  if (container.reason && /^OutOfMemory/.test(container.reason.untrusted)) return outOfMemory(what, container)
  const line = lastWords(container, evidence)
  const known = line === undefined ? undefined : findEntry(launch, line)
  if (known?.entry.code === 'exec-format') return causeOf(known, what)
  return container.exitCode === undefined ? undefined : exited(what, container, container.exitCode, line)
}

function outOfMemory(what: Text, { name, memory, exitCode }: StoppedContainer): Cause {
  const limit = memory === undefined ? text`` : text` of ${memory} MiB`
  return {
    code: 'out-of-memory',
    what,
    why: text`container ${untrusted(name)} used up its memory${limit} and was killed (exit code ${exitCode ?? 137})`,
    fix: text`Raise memory in the task definition, or find out why the program needs so much.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html',
    confidence: 'certain',
  }
}

const meanings: Readonly<Record<number, readonly [why: string, fix: string]>> = {
  0: [
    'it ended by itself without an error, but a service has to keep running',
    'Let the command run a server in the foreground.',
  ],
  126: ['its command cannot be executed', 'Make the file executable, or correct command or entryPoint.'],
  127: ['its command was not found', 'Correct command or entryPoint, or add the program to the image.'],
  134: ['it aborted', 'Read its last log lines.'],
  137: [
    'it was killed (SIGKILL): by the host that ran out of memory, or because it did not stop within stopTimeout',
    'Give the task more memory, and let the program end on SIGTERM.',
  ],
  139: ['it crashed with a segmentation fault', 'Look for a native module or a library that does not fit the image.'],
  143: ['it was told to stop (SIGTERM)', 'Find out who stopped it; the service events in the evidence may say.'],
}

function exited(what: Text, { name }: StoppedContainer, exitCode: number, line: string | undefined): Cause {
  const [meaning, fix] = meanings[exitCode] ?? ['it ended with an error', 'Read its last log lines.']
  return {
    code: exitCode === 0 ? 'container-ended' : 'container-crashed',
    what,
    why: text`container ${untrusted(name)} exited with code ${exitCode}: ${line === undefined ? meaning : text`its last words were “${untrusted(line)}”`}`,
    fix:
      line === undefined || exitCode in meanings
        ? text`${fix}`
        : text`Correct the error that it reports; more log lines are in the evidence.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html',
    confidence: 'certain',
  }
}

function explainUnhealthy(group: StoppedTaskGroup, total: number, unhealthy: Cause | undefined): Cause | undefined {
  const match = findEntry(health, group.stoppedReason?.untrusted ?? '')
  if (!match) return undefined
  const specific = unhealthy && match.entry.code !== 'container-health-check'
  return specific ? { ...unhealthy, what: stopped(group, total) } : causeOf(match, stopped(group, total))
}

function isStoppedForHealth({ stoppedReason }: StoppedTaskGroup): boolean {
  return /failed (ELB|container) health checks/.test(stoppedReason?.untrusted ?? '')
}

function stopped({ count }: StoppedTaskGroup, total: number): Text {
  if (total === 1) return text`the new task stopped`
  return count === total
    ? text`all ${total} new tasks that were tried stopped`
    : text`${count} of ${total} new tasks stopped`
}

/** The last line that says something, cut to what fits a sentence. */
function lastWords({ name }: StoppedContainer, { logs }: Evidence): string | undefined {
  const lines = logs.find(({ container }) => container === name)?.lines ?? []
  const telling = lines.map((line) => line.untrusted.trim()).filter((line) => /\w/.test(line))
  const line =
    telling.findLast((candidate) => /error|fatal|exception|panic|cannot|denied|refused|failed/i.test(candidate)) ??
    telling.at(-1)
  return line === undefined ? undefined : [...line].slice(0, 160).join('')
}
