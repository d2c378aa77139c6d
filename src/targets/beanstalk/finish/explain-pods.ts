import { beanstalkPods } from '../../../diagnosis/catalogue/beanstalk-pods.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { causeOf, findEntry, type Match } from '../../../diagnosis/entry.ts'
import type { EvidenceSection } from '../../../diagnosis/evidence-report.ts'
import { tellingLine } from '../../../diagnosis/telling-line.ts'
import { asName, text, untrusted } from '../../../text.ts'
import type { ClusterLog, PodLog } from './pod-logs.ts'

/** Characters of events that a cause is looked for in: of the newest ones. */
const mostSearched = 3_500
/** Pods that are shown: those of one deployment fail alike. */
const mostPods = 3

interface Troubled {
  readonly pod: PodLog | undefined
  readonly match: Match
  readonly rank: number
}

/**
 * The cause that the events of pods show, with the last log line of a container that exits again and again. Where events name the image
 * of the new version, only its pods count: those of the version before end with events of their own. Undefined: no event shows one.
 */
export function explainPods(log: ClusterLog, image: string | undefined): Cause | undefined {
  const [first] = troubledOf(log, image)
  if (first === undefined) return undefined
  const isIll = /probe/.test(first.match.entry.code)
  return causeOf(
    first.match,
    isIll ? text`the new version is unhealthy` : text`the new version does not start on the cluster`,
  )
}

/** The log as sections of a report: the pods that show the cause first. */
export function podSections(log: ClusterLog, image: string | undefined): readonly EvidenceSection[] {
  const troubled = troubledOf(log, image).flatMap(({ pod }) => pod ?? [])
  const shown = (troubled.length > 0 ? troubled : ofImage(log.pods, image)).slice(0, mostPods)
  const quote = (lines: readonly string[]) => lines.map((line) => [untrusted(line)])
  return [
    ...shown.map(
      ({ name, lines }) =>
        ({ kind: 'log', title: text`Last log lines of pod ${asName(name)}`, lines: quote(lines) }) as const,
    ),
    ...shown.map(
      ({ name, events }) =>
        ({ kind: 'failure', title: text`Kubernetes events of pod ${asName(name)}`, lines: quote(events) }) as const,
    ),
    { kind: 'surroundings', title: text`Kubernetes events of no pod`, lines: quote(log.events) },
    { kind: 'surroundings', title: text`Files of the deployment log that could not be read`, lines: quote(log.unread) },
  ]
}

/** By the place of their entries in the catalogue, which is from causes to consequences. */
function troubledOf(log: ClusterLog, image: string | undefined): readonly Troubled[] {
  const found = (events: readonly string[], pod?: PodLog): readonly Troubled[] => {
    const words = pod && tellingLine(pod.lines)
    const match = findEntry(beanstalkPods, newest(events), { words })
    return match ? [{ pod, match, rank: beanstalkPods.indexOf(match.entry) }] : []
  }
  return [...ofImage(log.pods, image).flatMap((pod) => found(pod.events, pod)), ...found(log.events)].toSorted(
    (one, other) => one.rank - other.rank,
  )
}

function ofImage(pods: readonly PodLog[], image: string | undefined): readonly PodLog[] {
  const named = image === undefined ? [] : pods.filter(({ events }) => events.some((line) => line.includes(image)))
  return named.length > 0 ? named : pods
}

function newest(events: readonly string[]): string {
  let left = mostSearched
  const lines = events.toReversed().filter((line) => {
    left -= line.length + 1
    return left >= 0
  })
  return lines.toReversed().join('\n')
}
