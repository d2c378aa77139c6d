import { type Deadline, deadlineIn } from '../../../clock.ts'
import { startAgreement } from '../../../deployment/agreement.ts'
import { type End, notWatched, timedOut } from '../../../deployment/outcomes.ts'
import { lookUntil, type Pace, ticks } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { asName, type Text, text, untrusted } from '../../../text.ts'
import { environmentNouns } from '../request/beanstalk-nouns.ts'
import type { BeanstalkContext, BeanstalkRecord, BeanstalkRequest } from '../request/beanstalk-request.ts'
import { startLogSteps } from './deployment-log.ts'
import { fleetInWords, fleetOf } from './fleet.ts'
import { type HealthStanding, startHealthWait } from './health-wait.ts'
import { type Conclusion, judge, type Reading, type Update } from './judge-update.ts'
import { startNews } from './news.ts'
import { withLabel } from './open-label.ts'
import { startReading, type Watched } from './read-update.ts'
import { startWatchPace } from './watch-pace.ts'

/** One update of an environment that was begun. */
export interface UpdateWatch {
  readonly request: BeanstalkRequest
  readonly context: BeanstalkContext
  readonly watched: Watched
  readonly update: Update
  /** What finds its log. */
  readonly log: Pick<BeanstalkRecord, 'environmentId' | 'requestId' | 'isCluster'>
  /** How many instances there were before; 0 where that is unknown. */
  readonly instances: number
}

/**
 * Instances of a rolling deployment with an additional batch are reported with the version before for about a minute after a good
 * end, so that only reads over a longer time prove a contradiction.
 */
const lasting = { looks: 6, apart: 90_000 }

/** Watches an update until AWS states its end, and the environment has an accepted health color. */
export async function* watchUpdate(watch: UpdateWatch): Events<End> {
  const { request, context, watched } = watch
  const { clock, signal } = context
  const again = watchAgain(watched, request)
  if (!request.wait) return notWatched(request, environmentNouns, again)
  const deadline = deadlineIn(clock, request.waitMinutes * 60_000)
  const pace = startWatchPace(clock, request.longestGap)
  const look = startLooks(watch, deadline)
  const conclude = startConclusions(watch)
  const steps = startLogSteps(watch.log, context)
  let last: Conclusion | undefined
  let instances: Text | undefined
  let isWell = false
  let update = watch.update
  for await (const _ of ticks(clock, deadline, pace, signal)) {
    const seen = await look()
    if (seen === undefined) continue
    for (const step of await steps()) yield { kind: 'note', at: clock.now(), message: untrusted(step) }
    if (seen.update !== update && seen.update.label !== undefined)
      yield { kind: 'versioned', at: clock.now(), version: named(seen.update.label), reused: true }
    update = seen.update
    yield* seen.news
    last = judge(seen.reading, update)
    isWell = request.acceptedHealth.includes(seen.reading.environment?.color ?? '')
    instances = fleetInWords(fleetOf(seen.reading.instances, update.label ?? ''))
    hurry(pace, last)
    const end = conclude(last, seen.reading, update)
    if (end) return end
  }
  if (last?.kind === 'deployed')
    return last.isStated && isWell ? { outcome: 'succeeded', serving: servingOf(update) } : unhealthy(update)
  const state = lastSeen(last)
  return timedOut(request, request.waitMinutes, instances ? text`${state} (instances: ${instances})` : state, again)
}

/** How another job watches the update. */
export function watchAgain(
  { application, environment, requestId }: Watched,
  { isTurnedRound }: BeanstalkRequest,
): Text {
  if (isTurnedRound) return []
  return text` To watch only this deployment, use actions/deploy-beanstalk with application-name: ${untrusted(application)}, environment-name: ${untrusted(environment)}, deployment-id: ${untrusted(requestId)}.`
}

function hurry(pace: Pace, { kind }: Conclusion): void {
  if (kind !== 'running') pace.hurry()
}

function named(label: string) {
  return { id: label, label }
}

function startLooks({ context, watched, update: begun, instances }: UpdateWatch, deadline: Deadline) {
  const { clock } = context
  const read = startReading(watched, context)
  const news = startNews(instances, () => clock.now())
  let update = begun
  return async () => {
    const reading = await lookUntil(clock, deadline, read())
    if (reading === undefined) return undefined
    update = withLabel(update, reading)
    return { reading, update, news: news(reading, update) }
  }
}

/** The end, as soon as AWS states it or reads agree on it. */
function startConclusions({ request, context: { clock } }: UpdateWatch) {
  const agree = startAgreement(clock)
  const agreeLong = startAgreement(clock, lasting)
  const health = startHealthWait(clock, request.acceptedHealth, request.recoveryMinutes)
  return (conclusion: Conclusion, { environment }: Reading, update: Update): End | undefined => {
    const isUnclear = agreeLong(conclusion.kind === 'unclear' ? conclusion.end.outcome : undefined)
    const isSeen = agree('isStated' in conclusion && !conclusion.isStated ? conclusion.kind : undefined)
    switch (conclusion.kind) {
      case 'running':
        return undefined
      case 'unclear':
        return isUnclear ? conclusion.end : undefined
      case 'ended':
        return conclusion.isStated || isSeen ? conclusion.end : undefined
      case 'shifted':
        if (request.waitFor !== 'traffic-shifted' || environment === undefined) return undefined
        return goodEnd(health(environment), update)
      case 'deployed':
        if (environment === undefined || !(conclusion.isStated || isSeen)) return undefined
        return goodEnd(health(environment), update)
    }
  }
}

function goodEnd(standing: HealthStanding, update: Update): End | undefined {
  if (standing === 'waits') return undefined
  return standing === 'late' ? unhealthy(update) : { outcome: 'succeeded', serving: servingOf(update) }
}

/** The version is live, and its health is bad: the cause is what enhanced health reports. */
function unhealthy(update: Update): End {
  const serving = servingOf(update)
  return { outcome: 'failed', serving, left: serving && text`All instances have ${asName(serving.label)}.` }
}

function servingOf({ label, previous }: Update) {
  const live = label ?? previous
  return live === undefined ? undefined : named(live)
}

function lastSeen(last: Conclusion | undefined): Text {
  if (last === undefined) return text`AWS did not respond`
  if (last.kind === 'shifted') return text`the old instances are still being terminated`
  if (last.kind === 'running')
    return text`the status of the environment is ${asName(last.isAborting ? 'Aborting' : 'Updating')}`
  return text`AWS reports contradictory states of the environment`
}
