import { resourceName } from '../arn.ts'
import { deadlineIn } from '../clock.ts'
import { Failure } from '../failure.ts'
import { nearest, nearestFirst } from '../nearest.ts'
import { setting, type Text, text, untrusted } from '../text.ts'
import type { Connection } from './connection.ts'
import type { AwsError } from './error-class.ts'
import { callerIdentity } from './identity.ts'
import { clusterNames, clusterStatuses, serviceNames } from './names-in-account.ts'
import type { Page } from './pages.ts'

/** All that is read for a message may take so long. Milliseconds. */
const retryTime = 5_000
const mostPages = 5
const mostShown = 8
/** DescribeClusters takes 100 names. */
const mostDescribed = 100

/** Turns the refusal of a cluster that does not exist into `service-not-found`; any other is not expected. */
export function whenClusterMissing(connection: Connection, cluster: string): (refusal: AwsError) => Promise<undefined> {
  return async (refusal) => {
    if (refusal.name === 'ClusterNotFoundException') throw await clusterNotFound(connection, cluster, refusal)
  }
}

/** Where the resource was searched, and what exists instead. Needs ecs:DescribeClusters and ecs:ListClusters. */
async function clusterNotFound(connection: Connection, cluster: string, cause: AwsError): Promise<Failure> {
  const asking = withShortDeadline(connection)
  const [place, names] = await Promise.all([placeOf(asking), optional(somePages((next) => clusterNames(asking, next)))])
  const wanted = resourceName(cluster)
  const near = nearestFirst(wanted, names?.filter((name) => name !== wanted) ?? []).slice(0, mostDescribed - 1)
  const statuses = await optional(clusterStatuses(asking, [wanted, ...near]))
  const status = statuses?.get(wanted)
  const active = names && near.filter((name) => (statuses?.get(name) ?? 'ACTIVE') === 'ACTIVE')
  return new Failure({
    code: 'service-not-found',
    what: text`There is no active ECS cluster ${untrusted(cluster)} in ${place}`,
    why:
      status === undefined || status === 'ACTIVE'
        ? text`ClusterNotFoundException${availableNames(cluster, active, 'this region has')}`
        : inactive(status),
    fix: text`Correct ${setting('cluster')}, or ${setting('aws-region')} if the cluster is in another region. Nothing has been changed.`,
    cause,
  })
}

/**
 * The failure for a service that is not there. `reason` in AWS's own word: MISSING, INACTIVE, or the name of an exception.
 * Needs ecs:ListServices to name others.
 */
export async function serviceNotFound(
  connection: Connection,
  cluster: string,
  service: string,
  reason: string,
): Promise<Failure> {
  const asking = withShortDeadline(connection)
  const wasThere = /^(INACTIVE|ServiceNotActiveException)$/.test(reason)
  const [place, names] = await Promise.all([
    placeOf(asking),
    wasThere ? undefined : optional(somePages((next) => serviceNames(asking, cluster, next))),
  ])
  return new Failure({
    code: 'service-not-found',
    what: text`The cluster ${untrusted(cluster)} has no service ${untrusted(service)} (${place})`,
    why: reason === 'INACTIVE' ? inactive(reason) : text`${reason}${availableNames(service, names, 'the cluster has')}`,
    fix: text`Correct ${setting('service')}, ${setting('cluster')} or ${setting('aws-region')}. To create the service, set service-definition, an input of the action deploy and a key of a service in slipway.yml. Nothing has been changed.`,
  })
}

function inactive(status: string): Text {
  return text`its status is ${untrusted(status)}${status === 'INACTIVE' ? ': it was deleted' : ''}`
}

/** `; did you mean api? The cluster has api, web`. */
function availableNames(wrong: string, names: readonly string[] | undefined, has: string): Text {
  if (names === undefined) return []
  if (names.length === 0) return text`; ${has} none`
  const suggestion = nearest(resourceName(wrong), names)
  const shown = nearestFirst(resourceName(wrong), names).slice(0, mostShown)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  const list = text`${has} ${untrusted(shown.join(', '))}${more}`
  return suggestion === undefined ? text`; ${list}` : text`; did you mean ${untrusted(suggestion)}? (${list})`
}

function withShortDeadline(connection: Connection): Connection {
  return { ...connection, deadline: Math.min(connection.deadline, deadlineIn(connection.clock, retryTime)) }
}

/** `eu-west-1, account 111122223333`. */
async function placeOf(connection: Connection): Promise<Text> {
  const identity = await optional(callerIdentity(connection))
  const account = identity === undefined ? [] : text`, account ${untrusted(identity.accountId)}`
  return text`${untrusted(connection.region)}${account}`
}

/** Undefined where it may not be read, or not now: it only makes a message better. */
async function optional<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (error instanceof Failure && error.parts.code !== 'cancelled') return undefined
    throw error
  }
}

/** The first pages: a name that is near is seldom far behind, and a message is not worth hundreds of calls. */
async function somePages(read: (next: string | undefined) => Promise<Page<string>>): Promise<readonly string[]> {
  const names: string[] = []
  let next: string | undefined
  for (let pages = 0; pages === 0 || (next !== undefined && pages < mostPages); pages++) {
    const page = await read(next)
    names.push(...page.items)
    next = page.next
  }
  return names
}
