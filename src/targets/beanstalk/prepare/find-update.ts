import type { Found } from '../../../deployment/target.ts'
import { startedEvent } from '../change/started-update.ts'
import type { BeanstalkContext, BeanstalkRequest } from '../request/beanstalk-request.ts'
import { policyOf } from '../request/deployment-policy.ts'
import { factsIn, isBeginning } from '../watch/event-texts.ts'
import { labelInProgress } from '../watch/fleet.ts'
import { superseded } from '../watch/judge-update.ts'
import type { Watched } from '../watch/read-update.ts'
import { watchAgain, watchUpdate } from '../watch/watch-update.ts'
import { requestInProgress } from './obstacle.ts'
import { ownOf, readState } from './read-state.ts'

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
  const isMoving = state.environment.status !== 'Ready'
  const previous = state.environment.versionLabel
  const begun = isMoving ? labelInProgress(state.instances) : previous
  // No instance shows the version of an update that has just begun, and none ever does with basic health reporting.
  const isOpen = isMoving && (begun === undefined || begun === previous)
  const label = isOpen ? undefined : begun
  const policy = policyOf(state.settings)
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
      if (await isReplaced(watched, context)) return superseded(previous)
      return yield* watchUpdate({
        request,
        context,
        watched,
        update: { label, isOpen, previous, replaces: policy.replaces },
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

/** Whether the update has completed and another one was begun after it: what is live is then no proof of ours. */
async function isReplaced(
  { application, environment, requestId, since }: Watched,
  { beanstalk }: BeanstalkContext,
): Promise<boolean> {
  const events = await beanstalk.events(application, { environment, since })
  const { completed, failed, aborted } = factsIn(events.filter((event) => event.requestId === requestId))
  const last = events.findLast(isBeginning)
  return completed && !failed && !aborted && last !== undefined && last.requestId !== requestId
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
