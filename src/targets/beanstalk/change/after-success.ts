import { deadlineIn } from '../../../clock.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { Events } from '../../../deployment/target.ts'
import { afterEndTime, withDeadline } from '../../../deployment/time-limits.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { ApplicationVersion } from '../../../ports.ts'
import { renderText, untrusted } from '../../../text.ts'
import type { Change } from './change.ts'
import { keyPrefix } from './obtain-version.ts'

/** The tag of a version that was deployed to an environment and was healthy there; its value is the time. */
export function goodKey(environment: string): string {
  return `slipway:good:${environment}`
}

/** Marks the version as one that a rollback can deploy again. */
export async function* markGood({ arn }: ApplicationVersion, { request, context }: Change): Events<void> {
  const { beanstalk, clock } = afterEnd(context)
  const tags = { [goodKey(request.environment)]: new Date(clock.now()).toISOString() }
  yield* quietly(
    unlessDenied(beanstalk.tag(arn, tags), () => undefined),
    'The version could not be marked as good',
    context,
  )
}

/** Deletes old versions that Slipway made and no environment has, the oldest first. */
export async function* pruneVersions(version: ApplicationVersion, { request, context, state }: Change): Events<void> {
  const { application, keepVersions } = request
  if (keepVersions === undefined) return
  yield* quietly(
    prune(version, state.environment.versionLabel, application, keepVersions, afterEnd(context)),
    'Old application versions could not be deleted',
    context,
  )
}

async function prune(
  { label }: ApplicationVersion,
  previous: string | undefined,
  application: string,
  keep: number,
  { beanstalk }: Change['context'],
): Promise<string | undefined> {
  const [versions, used] = await Promise.all([beanstalk.listVersions(application), beanstalk.liveLabels(application)])
  const kept = new Set([label, previous, ...used])
  const old = versions
    .filter(({ source }) => source?.key.startsWith(keyPrefix))
    .slice(keep)
    .filter((one) => !kept.has(one.label))
  const sharing = (one: ApplicationVersion) => versions.filter(({ source }) => source?.key === one.source?.key).length
  for (const one of old.toReversed()) await beanstalk.deleteVersion(application, one.label, sharing(one) === 1)
  return old.length === 0 ? undefined : `Deleted ${old.length} application versions (keep-versions: ${keep})`
}

/** AWS that does not answer must not keep a job whose deployment is good. */
function afterEnd(context: Change['context']): Change['context'] {
  return withDeadline(context, deadlineIn(context.clock, afterEndTime))
}

/** What follows a good end never changes it: a failure is a warning. */
async function* quietly(work: Promise<unknown>, what: string, { clock }: Change['context']): Events<void> {
  try {
    const said = await work
    if (typeof said === 'string') yield { kind: 'note', at: clock.now(), message: untrusted(said) }
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
    const why = renderText(failureInOneLine(error.parts), (theirs) => theirs)
    yield { kind: 'warning', at: clock.now(), message: untrusted(`${what}: ${why}`) }
  }
}
