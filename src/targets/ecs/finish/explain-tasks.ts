import { capacity } from '../../../diagnosis/catalogue/capacity.ts'
import { imagePull } from '../../../diagnosis/catalogue/image-pull.ts'
import { initialization } from '../../../diagnosis/catalogue/initialization.ts'
import { launch } from '../../../diagnosis/catalogue/launch.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf, type Entry, type Facts, findEntry, type Weight } from '../../../diagnosis/entry.ts'
import { redact } from '../../../diagnosis/redact.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { Evidence, StoppedTaskGroup } from '../facts/deployment-evidence.ts'
import { withNetwork } from '../network/explain-network.ts'
import { explainEnd } from './explain-end.ts'
import { explainUnhealthy } from './explain-health.ts'
import { withPlatforms } from './explain-platforms.ts'
import { imageIn } from './image-in.ts'
import { placeWords } from './place-words.ts'

const catalogued = [...initialization, ...imagePull, ...launch, ...capacity]

/**
 * What keeps a task from starting; ECS says the same in the task and in the events of the service. What is only general
 * comes last: such an entry of one file would hide what another file knows for sure.
 */
export const startErrors = catalogued.toSorted((left, right) => Number(isGeneral(left)) - Number(isGeneral(right)))

function isGeneral({ weight }: Entry): boolean {
  return weight === 'general'
}

const errorCodes = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html'

/** In the order in which they count where nothing else decides. */
const kinds = ['start', 'end', 'health', 'quote'] as const

interface Judged {
  readonly kind: (typeof kinds)[number]
  readonly cause: Cause
  readonly weight?: Weight | undefined
  readonly group: StoppedTaskGroup
}

/** What the stopped tasks say. `noise`: AWS took the most of them away, which has nothing to do with what was deployed. */
export interface TaskCauses {
  readonly own?: Cause | undefined
  readonly noise?: Cause | undefined
}

/**
 * First those tasks that never started, then those whose container ended, then the unhealthy. What may befall one task and
 * pass is the cause only where it befell more tasks than each of the others did.
 */
export function explainStoppedTasks(evidence: Evidence, unhealthy: Cause | undefined): TaskCauses {
  const groups = evidence.stoppedTasks
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const judged = groups.flatMap((group) => judge(group, stopped(group, total), evidence, unhealthy) ?? [])
  const firm = judged.filter(({ weight }) => weight === undefined)
  const weak = judged.filter(({ weight }) => weight !== undefined)
  const most = Math.max(0, ...kinds.map((kind) => countOf(firm.filter((each) => each.kind === kind))))
  const [passing] = weak
    .map((each) => ({ ...each, count: countOf(weak.filter(({ cause }) => cause.code === each.cause.code)) }))
    .filter(({ count }) => count > most)
    .toSorted((left, right) => right.count - left.count)
  if (passing === undefined) {
    const ranked = kinds.flatMap((kind) => firm.filter((each) => each.kind === kind))
    return { own: ranked[0]?.cause }
  }
  const cause = { ...passing.cause, what: stopped({ ...passing.group, count: passing.count }, total) }
  return passing.weight === 'noise' ? { noise: cause } : { own: cause }
}

function countOf(judged: readonly Judged[]): number {
  return judged.reduce((sum, { group }) => sum + group.count, 0)
}

function judge(
  group: StoppedTaskGroup,
  what: Text,
  evidence: Evidence,
  unhealthy: Cause | undefined,
): Judged | undefined {
  const start = explainStart(group, what, evidence)
  if (start) return { kind: 'start', ...start, group }
  const ended = explainEnd(group, what, evidence)
  if (ended) return { kind: 'end', cause: ended, group }
  const ill = explainUnhealthy(group, what, evidence, unhealthy)
  if (ill) return { kind: 'health', cause: ill, group }
  const quoted = quote(group, what)
  return quoted && { kind: 'quote', cause: quoted, group }
}

/** What is known about a task that could not start, beside the words of AWS. `said`: without the name of the error. */
export function startFacts(said: string, image: string | undefined, evidence: Evidence): Facts {
  return {
    image: imageIn(said) ?? image,
    logGroup: evidence.logGroups?.join(' or ') || undefined,
    said: cut(redact(said), 300).replace(/^[A-Z]\w{1,60}Error: /, '') || undefined,
    place: placeWords(evidence),
  }
}

function explainStart(
  group: StoppedTaskGroup,
  what: Text,
  evidence: Evidence,
): Pick<Judged, 'cause' | 'weight'> | undefined {
  const reasons = [group.stoppedReason, ...group.containers.map(({ reason }) => reason)].map(
    (reason) => reason?.untrusted ?? '',
  )
  const concerned = group.containers.find(({ reason }) => reason !== undefined) ?? group.containers[0]
  const image = imageIn(reasons.join(' ')) ?? concerned?.image
  const matches = reasons.flatMap((reason) => {
    const isEnd = /Essential container in task exited|failed (?:ELB|container) health checks|^OutOfMemory/.test(reason)
    const match = isEnd ? undefined : findEntry(startErrors, reason, startFacts(reason, image, evidence))
    return match ? { match, reason } : []
  })
  const found = matches.find(({ match }) => !isGeneral(match.entry)) ?? matches[0]
  if (found === undefined) return undefined
  const cause = withPlatforms(withNetwork(causeOf(found.match, what), found.reason, evidence), evidence)
  return { cause, weight: found.match.entry.weight }
}

/** Stop codes of tasks that AWS ended or could not start (ECS API, TaskStopCode); the others are explained by what ended them. */
const endedByAws = ['TaskFailedToStart', 'TerminationNotice', 'SpotInterruption']

/** AWS's own words about tasks that failed in an unknown manner: they are more specific than those about the deployment. */
function quote(group: StoppedTaskGroup, what: Text): Cause | undefined {
  const own = group.containers.find(({ reason }) => reason !== undefined)?.reason
  const said = own ?? group.stoppedReason
  if (said === undefined || !endedByAws.includes(group.stopCode ?? '')) return undefined
  return {
    code: 'unexplained',
    what,
    why: text`${untrusted(cut(redact(said.untrusted), 600))}`,
    fix: text`Correct what AWS reports, then deploy again.`,
    docs: errorCodes,
    confidence: 'certain',
  }
}

function cut(words: string, longest: number): string {
  return [...words.slice(0, 2 * longest)].slice(0, longest).join('')
}

function stopped({ count, stopCode }: StoppedTaskGroup, total: number): Text {
  const end = stopCode === 'TaskFailedToStart' ? 'could not start' : 'stopped'
  return total === 1 ? text`the new task ${end}` : text`${count} of ${total} new tasks ${end}`
}
