import { type Text, text, untrusted } from '../text.ts'
import { capacity } from './catalogue/capacity.ts'
import { health } from './catalogue/health.ts'
import { imagePull } from './catalogue/image-pull.ts'
import { initialization } from './catalogue/initialization.ts'
import { lastWords } from './catalogue/last-words.ts'
import { launch } from './catalogue/launch.ts'
import type { Cause } from './cause.ts'
import { causeOf, type Entry, type Facts, findEntry } from './entry.ts'
import type { Evidence, StoppedContainer, StoppedTaskGroup } from './evidence.ts'
import { withPlatforms } from './explain-platforms.ts'
import { lastLine } from './last-line.ts'
import { withNetwork } from './network/explain-network.ts'
import { redact } from './redact.ts'
import { failedContainer } from './stopped-tasks.ts'

const catalogued = [...initialization, ...imagePull, ...launch, ...capacity]

/**
 * What keeps a task from starting; ECS says the same in the task and in the events of the service. What is only possible
 * comes last: such an entry of one file would hide what another file knows for sure.
 */
export const startErrors = catalogued.toSorted((left, right) => Number(isVague(left)) - Number(isVague(right)))

function isVague({ confidence }: Entry): boolean {
  return confidence === 'possible'
}

const errorCodes = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html'

/** What the stopped tasks say: first those that never started, then those whose container ended, then the unhealthy. */
export function explainStoppedTasks(evidence: Evidence, unhealthy: Cause | undefined): Cause | undefined {
  const groups = evidence.stoppedTasks
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const first = (explain: (group: StoppedTaskGroup) => Cause | undefined) =>
    groups.map(explain).find((cause) => cause !== undefined)
  return (
    first((group) => explainStart(group, total, evidence)) ??
    first((group) => explainEnd(group, total, evidence)) ??
    first((group) => explainUnhealthy(group, total, unhealthy)) ??
    first((group) => quote(group, total))
  )
}

function explainStart(group: StoppedTaskGroup, total: number, evidence: Evidence): Cause | undefined {
  const reasons = [group.stoppedReason, ...group.containers.map(({ reason }) => reason)].map(
    (reason) => reason?.untrusted ?? '',
  )
  const concerned = group.containers.find(({ reason }) => reason !== undefined) ?? group.containers[0]
  const named = imageIn(reasons.join(' ')) ?? concerned?.image
  const facts: Facts = { image: named, logGroup: evidence.logGroups?.join(' or ') || 'of the task definition' }
  const matches = reasons.flatMap((reason) => {
    const isEnd = /Essential container in task exited|failed (?:ELB|container) health checks|^OutOfMemory/.test(reason)
    const match = isEnd ? undefined : findEntry(startErrors, reason, { ...facts, said: cut(redact(reason), 300) })
    return match ? { match, reason } : []
  })
  const found = matches.find(({ match }) => !isVague(match.entry)) ?? matches[0]
  if (found === undefined) return undefined
  const cause = withNetwork(causeOf(found.match, stopped(group, total)), found.reason, evidence)
  return withPlatforms(cause, evidence)
}

/** Stop codes of tasks that AWS ended or could not start (ECS API, TaskStopCode); the others are explained by what ended them. */
const endedByAws = ['TaskFailedToStart', 'TerminationNotice', 'SpotInterruption']

/** AWS's own words about tasks that failed in a way that nobody has met yet: they say more than what is said of the whole. */
function quote(group: StoppedTaskGroup, total: number): Cause | undefined {
  const own = group.containers.find(({ reason }) => reason !== undefined)?.reason
  const said = own ?? group.stoppedReason
  if (said === undefined || !endedByAws.includes(group.stopCode ?? '')) return undefined
  return {
    code: 'unexplained',
    what: stopped(group, total),
    why: text`AWS says “${untrusted(cut(redact(said.untrusted), 600))}”`,
    fix: text`Correct what AWS names, then deploy again.`,
    docs: errorCodes,
    confidence: 'likely',
  }
}

function cut(words: string, longest: number): string {
  return [...words.slice(0, 2 * longest)].slice(0, longest).join('')
}

/** The image that ECS names in its own words; a task that never started may list none. */
function imageIn(reason: string): string | undefined {
  const [, image] = /(?:failed to resolve ref|The task cannot pull) "?([^\s"]{1,300})/.exec(reason.slice(0, 4000)) ?? []
  return image?.replace(/:$/, '')
}

/** A container ended by itself. Health checks that made ECS stop it come first: then its exit code tells nothing. */
function explainEnd(group: StoppedTaskGroup, total: number, evidence: Evidence): Cause | undefined {
  const container = failedContainer(group)
  if (!container || isStoppedForHealth(group)) return undefined
  const what = stopped(group, total)
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
    'it was killed (SIGKILL), and not for its own memory limit: the host ran out of memory, or it did not stop within stopTimeout',
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

function explainUnhealthy(group: StoppedTaskGroup, total: number, unhealthy: Cause | undefined): Cause | undefined {
  const checked = group.containers.filter(({ hasHealthCheck }) => hasHealthCheck).map(({ name }) => `"${name}"`)
  const facts: Facts = { checked: checked.length === 0 ? undefined : `container ${checked.join(' or ')}` }
  const match = findEntry(health, group.stoppedReason?.untrusted ?? '', facts)
  if (!match) return undefined
  const isSpecific = unhealthy !== undefined && match.entry.code !== 'container-health-check'
  return isSpecific ? { ...unhealthy, what: stopped(group, total) } : causeOf(match, stopped(group, total))
}

function isStoppedForHealth({ stoppedReason }: StoppedTaskGroup): boolean {
  return /failed (?:ELB|container) health checks/.test(stoppedReason?.untrusted ?? '')
}

function stopped({ count, stopCode }: StoppedTaskGroup, total: number): Text {
  const end = stopCode === 'TaskFailedToStart' ? 'could not start' : 'stopped'
  return total === 1 ? text`The new task ${end}` : text`${count} of ${total} new tasks ${end}`
}
