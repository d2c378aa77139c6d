import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { Failure } from '../../../failure.ts'
import type { ApplicationVersion } from '../../../ports.ts'
import { setting, text, untrusted } from '../../../text.ts'
import { goodKey } from '../change/after-success.ts'
import { readState } from '../prepare/read-state.ts'
import type { BeanstalkChange, BeanstalkContext } from '../request/beanstalk-request.ts'
import { fleetOf } from '../watch/fleet.ts'

/** A version to roll back to, and why it was chosen. */
export interface LastGood {
  readonly label: string
  /** As the end of a sentence. */
  readonly why: string
}

/** How many versions are searched, the newest first: each costs a request. */
const mostSearched = 30

/**
 * The version of the environment itself where some instances have another one: a deployment of that failed. Otherwise the version that
 * was healthy in this environment last, beside the live one. Throws `nothing-to-go-back-to`.
 */
export async function lastGoodVersion(
  where: Pick<BeanstalkChange, 'application' | 'environment'>,
  context: BeanstalkContext,
): Promise<LastGood> {
  const { environment, instances } = await readState(where, context)
  const { versionLabel: live = '' } = environment
  const fleet = fleetOf(instances, live)
  if (live !== '' && fleet !== undefined && !fleet.isWhole)
    return { label: live, why: 'not all instances run the version of the environment' }
  const [newest] = (await goodVersions(where, live, context)).toSorted((one, other) => (one.at < other.at ? 1 : -1))
  if (newest === undefined) throw nothing(where)
  return { label: newest.label, why: `it was healthy in ${where.environment} at ${newest.at}` }
}

async function goodVersions(
  { application, environment }: Pick<BeanstalkChange, 'application' | 'environment'>,
  live: string,
  { beanstalk }: BeanstalkContext,
): Promise<readonly { readonly label: string; readonly at: string }[]> {
  const isUsable = ({ label, status }: ApplicationVersion) => label !== live && !/^(Failed|Processing)$/.test(status)
  const versions = (await beanstalk.listVersions(application)).filter(isUsable).slice(0, mostSearched)
  const found: { label: string; at: string }[] = []
  for (const { label, arn } of versions) {
    const tags = await unlessDenied(beanstalk.tags(arn), () => undefined)
    const at = tags?.[goodKey(environment)]
    if (at !== undefined) found.push({ label, at })
  }
  return found
}

function nothing({ application, environment }: Pick<BeanstalkChange, 'application' | 'environment'>): Failure {
  return new Failure({
    code: 'nothing-to-go-back-to',
    what: text`No earlier version of ${untrusted(application)} is known to have been healthy in ${untrusted(environment)}`,
    why: text`none of the newest ${mostSearched} application versions has the tag ${untrusted(goodKey(environment))}, which this action adds after each good deployment`,
    fix: text`Set ${setting('version-label')} to the version to deploy. Nothing has been changed.`,
  })
}
