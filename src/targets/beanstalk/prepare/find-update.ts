import type { End } from '../../../deployment/outcomes.ts'
import type { Found } from '../../../deployment/target.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { startedEvent } from '../change/started-update.ts'
import type { BeanstalkContext, BeanstalkRequest } from '../request/beanstalk-request.ts'
import { policyOf } from '../request/deployment-policy.ts'
import { factsIn, hasEnded, isBeginning } from '../watch/event-texts.ts'
import { labelSince } from '../watch/fleet.ts'
import { superseded } from '../watch/judge-update.ts'
import type { Watched } from '../watch/read-update.ts'
import { watchAgain, watchUpdate } from '../watch/watch-update.ts'
import { requestInProgress } from './obstacle.ts'
import { type EnvironmentState, ownOf, readState } from './read-state.ts'

/** Events are kept for six weeks (API reference, DescribeEvents). Milliseconds. */
const kept = 42 * 24 * 3600 * 1000

/** An update that another run or user began, by AWS's id of its request; without an id, the one in progress. */
export async function findUpdate(
  id: string | undefined,
  request: BeanstalkRequest,
  context: BeanstalkContext,
): Promise<Found | undefined> {
  const { application, environment: name } = request
  const state = await readState(request, context)
  const found = id === undefined ? await requestInProgress(request, context) : await beginningOf(id, request, context)
  if (found === undefined || (id === undefined && state.environment.status === 'Ready')) return undefined
  const { requestId, at } = found
  const previous = state.environment.versionLabel
  const label = labelSince(at, state.instances)
  const policy = policyOf(state.settings, state.environment.tierType)
  const watched = { application, environment: name, requestId, since: at }
  const version = (name: string | undefined) => (name === undefined ? undefined : { id: name, label: name })
  return {
    id: requestId,
    minutes: request.waitMinutes,
    warnings: [],
    plan: {
      does: 'deploys',
      from: version(previous),
      to: version(label),
      method: methodOf(policy.name),
      facts: [],
      settings: [],
      changes: [],
      changesOf: 'Application version',
      artifacts: [],
    },
    known: {
      stage: 'watching',
      deploymentId: requestId,
      startedAt: at,
      createdAt: at,
      own: { ...ownOf(state.environment), requestId },
    },
    started: startedEvent(context.clock.now(), requestId, state.environment, context.region, true),
    watch: async function* () {
      const end = await endBefore(watched, state, context)
      if (end) return end
      return yield* watchUpdate({
        request,
        context,
        watched,
        update: { label, openSince: label === undefined ? at : undefined, previous, replaces: policy.replaces },
        log: { ...ownOf(state.environment), requestId },
        instances: state.instances?.length ?? 0,
      })
    },
    watchAgain: watchAgain(watched, request),
  }
}

function methodOf(policy: string): Found['plan']['method'] {
  const label = [`Elastic Beanstalk ${policy}`]
  return { label, deploys: [`with Elastic Beanstalk (${policy})`], rollsBack: ['with Elastic Beanstalk'] }
}

/** The end of an update after which another one was begun: what instances have now is no proof of ours. Undefined: there is none. */
async function endBefore(
  { application, environment, requestId, since }: Watched,
  { environment: now }: EnvironmentState,
  { beanstalk }: BeanstalkContext,
): Promise<End | undefined> {
  const events = await beanstalk.events(application, { environment, since })
  const own = events.filter((event) => event.requestId === requestId)
  const last = events.findLast(isBeginning)
  if (last === undefined || last.requestId === requestId || !hasEnded(own)) return undefined
  const { failed, aborted, said } = factsIn(own)
  if (!failed && !aborted) return superseded(now.versionLabel)
  const isReady = now.status === 'Ready' && now.versionLabel !== undefined
  return {
    outcome: aborted ? 'stopped' : 'failed',
    reason: said === undefined ? undefined : untrusted(said),
    left: isReady
      ? text`Another update began after it: ${asName(now.versionLabel ?? '')} is live.`
      : text`Another update began after it, and is in progress.`,
  }
}

async function beginningOf(
  requestId: string,
  { application, environment }: BeanstalkRequest,
  { beanstalk, clock }: BeanstalkContext,
) {
  const events = await beanstalk.events(application, { environment, requestId, since: clock.now() - kept })
  const first = events.find(isBeginning) ?? events[0]
  return first && { requestId, at: first.at }
}
