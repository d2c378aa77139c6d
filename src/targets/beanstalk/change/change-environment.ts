import type { Changed, Obstacle } from '../../../deployment/conflict.ts'
import type { End } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import type { ApplicationVersion, BeanstalkEnvironment, EnvironmentUpdate } from '../../../ports.ts'
import { joined } from '../../../text.ts'
import { changed } from '../prepare/obstacle.ts'
import { ownOf } from '../prepare/read-state.ts'
import type { BeanstalkContext } from '../request/beanstalk-request.ts'
import { watchUpdate } from '../watch/watch-update.ts'
import { markGood, pruneVersions } from './after-success.ts'
import type { Change } from './change.ts'
import { rollBackAfter, settingsLeft } from './heal.ts'
import { obtainVersion } from './obtain-version.ts'
import { startedEvent } from './started-update.ts'

/** Makes the version, then changes settings, then deploys: AWS refuses settings and version in one request. */
export async function* changeEnvironment(change: Change): Events<End | Obstacle | Changed> {
  const { request, context, preparing, state, decision, existing, origin, adopted } = change
  const { version: wanted, settings } = decision
  if (adopted) return yield* watchAdopted(change, adopted)
  const version = wanted && (yield* obtainVersion({ request, wanted, existing, origin }, preparing))
  context.signal.throwIfAborted()
  if (!(await isStill(state.environment, preparing))) return changed(request.environment)
  if (settings.length > 0) {
    const end = yield* update(change, { settings })
    if ('kind' in end || end.outcome !== 'succeeded' || version === undefined) return end
    context.keep({ left: 'the option settings were changed' })
  }
  if (version === undefined) return { outcome: 'succeeded' }
  const end = yield* update(change, { label: version.label })
  if ('kind' in end) return end
  return yield* settled(end, version, change)
}

/** Whether the environment is still Ready with the version that the plan was made for. */
async function isStill({ application, name, versionLabel }: BeanstalkEnvironment, { beanstalk }: BeanstalkContext) {
  const now = await beanstalk.describeEnvironment(application, name)
  return now?.status === 'Ready' && now.versionLabel === versionLabel
}

/** AWS's clock may be a little behind ours. Milliseconds. */
const skew = 5_000

/** One update, from its request to its end. */
export async function* update(change: Change, wanted: EnvironmentUpdate): Events<End | Changed> {
  const { context, preparing, state, request } = change
  context.signal.throwIfAborted()
  context.keep({ stage: 'updating' })
  const since = context.clock.now() - skew
  const requestId = await preparing.beanstalk.update(state.environment, wanted)
  if (requestId === undefined) return changed(request.environment)
  const label = 'label' in wanted ? wanted.label : undefined
  return yield* watch(change, { requestId, since, label, adopted: false })
}

/** An update that was begun. */
interface Begun {
  readonly requestId: string
  readonly since: number
  /** Undefined: of settings. */
  readonly label: string | undefined
  readonly adopted: boolean
}

async function* watch(change: Change, { requestId, since, label, adopted }: Begun): Events<End> {
  const { request, context, state, decision } = change
  const { application, name: environment, versionLabel: previous } = state.environment
  context.keep({ stage: 'watching', deploymentId: requestId, createdAt: since + skew, own: { requestId } })
  yield startedEvent(context.clock.now(), requestId, state.environment, context.region, adopted)
  return yield* watchUpdate({
    request,
    context,
    watched: { application, environment, requestId, since },
    update: { label, previous, replaces: decision.policy.replaces },
    log: { ...ownOf(state.environment), requestId },
    instances: state.instances?.length ?? 0,
  })
}

async function* watchAdopted(change: Change, { requestId, at }: NonNullable<Change['adopted']>): Events<End> {
  const { decision, existing, context } = change
  const label = decision.version?.label ?? existing?.label
  if (label !== undefined)
    yield { kind: 'versioned', at: context.clock.now(), version: { id: label, label }, reused: true }
  const end = yield* watch(change, { requestId, since: at - skew, label, adopted: true })
  return existing ? yield* settled(end, existing, change) : end
}

/** What follows the end of a deployment. */
async function* settled(end: End, version: ApplicationVersion, change: Change): Events<End> {
  if (end.outcome === 'succeeded') {
    yield* markGood(version, change)
    yield* pruneVersions(version, change)
  }
  const hasSettings = change.decision.settings.length > 0 && !change.adopted
  const isBad = end.outcome === 'failed' || (end.outcome === 'rolled-back' && hasSettings)
  if (isBad && change.request.rollsBack) return yield* rollBackAfter(end, change)
  return hasSettings && /^(failed|rolled-back|stopped)$/.test(end.outcome) ? withSettingsLeft(end, change) : end
}

function withSettingsLeft(end: End, change: Change): End {
  return { ...end, left: joined([...(end.left ? [end.left] : []), settingsLeft(change)], ' ') }
}
