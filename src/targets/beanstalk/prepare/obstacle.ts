import type { Changed, Obstacle } from '../../../deployment/conflict.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import { asName, setting, type Text, text, untrusted } from '../../../text.ts'
import type { BeanstalkChange, BeanstalkContext } from '../request/beanstalk-request.ts'
import { hasEnded, isBeginning } from '../watch/event-texts.ts'
import { labelSince } from '../watch/fleet.ts'
import { type EnvironmentState, provenanceOf } from './read-state.ts'

/** An operation in progress, beside which Elastic Beanstalk takes no update; a managed update is named. */
export async function obstacleOf(state: EnvironmentState, context: BeanstalkContext): Promise<Obstacle> {
  const { application, name, status, isAbortable } = state.environment
  const { beanstalk } = context
  const [managed, version] = await Promise.all([
    unlessDenied(beanstalk.managedAction(name), () => undefined),
    versionInProgress(state, context),
  ])
  const why = managed
    ? text`the managed action ${asName(managed.id)} is running: ${untrusted(managed.description)}`
    : text`its status is ${asName(status)}`
  return {
    kind: 'conflict',
    failure: notReady(name, why),
    ...(managed && { id: managed.id }),
    isRollback: status === 'Aborting',
    provenance: version && (await provenanceOf(version, context)),
    ...(isAbortable && !managed && { stop: async () => void (await beanstalk.abort(name)) }),
    async isOver() {
      const now = await readBesideWatch(context, (aws) => aws.beanstalk.describeEnvironment(application, name))
      return now?.status === 'Ready'
    },
  }
}

function notReady(name: string, why: Text): Failure {
  return new Failure({
    code: 'deployment-conflict',
    what: text`The environment ${untrusted(name)} is in an invalid state for this operation. Must be Ready`,
    why,
    fix: text`Run this job again when it is Ready; or set ${setting('on-conflict')} to wait, or to stop to abort the update. Nothing has been changed.`,
  })
}

async function versionInProgress({ environment, instances }: EnvironmentState, context: BeanstalkContext) {
  const { application } = environment
  const found = await requestInProgress({ application, environment: environment.name }, context)
  const label = found && labelSince(found.at, instances)
  return label === undefined ? undefined : await context.beanstalk.describeVersion(application, label)
}

/** Events further back are of earlier operations: no update takes longer. Milliseconds. */
const longestUpdate = 6 * 3600 * 1000

/** AWS's id of the request that began the update in progress; undefined where its events do not show it. */
export async function requestInProgress(
  { application, environment }: Pick<BeanstalkChange, 'application' | 'environment'>,
  { beanstalk, clock }: BeanstalkContext,
): Promise<{ readonly requestId: string; readonly at: number } | undefined> {
  const events = await beanstalk.events(application, { environment, since: clock.now() - longestUpdate })
  const first = events.findLast(isBeginning)
  if (first?.requestId === undefined) return undefined
  // Events come late: the newest beginning may be that of an update before the one in progress.
  if (hasEnded(events.filter(({ requestId }) => requestId === first.requestId))) return undefined
  return { requestId: first.requestId, at: first.at }
}

/** Another user or run changed the environment between our read and our change. */
export function changed(name: string): Changed {
  const failure = new Failure({
    code: 'deployment-conflict',
    what: text`The environment ${untrusted(name)} was repeatedly changed by another user or run while this run prepared its deployment`,
    fix: text`Let one workflow at a time deploy it (concurrency in the workflow), then run this job again. Nothing has been changed.`,
  })
  return { kind: 'changed', failure }
}
