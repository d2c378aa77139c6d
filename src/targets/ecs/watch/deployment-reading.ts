import type { DeploymentEvent } from '../../../deployment/events.ts'
import { stoppedByHand, supersededBy } from '../../../deployment/outcomes.ts'
import type { EcsDeployment, Service } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { isDeleted, primary } from '../facts/service-facts.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { versionOf } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { serviceNouns } from '../request/service-nouns.ts'

/** The ECS deployment that is ours: by its id, or by when AWS made it. */
export interface Own {
  /** `ecs-svc/…`; undefined until a read has shown it. */
  readonly id?: string | undefined
  /** It was made at this moment at the earliest, and at the latest. Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/** What one read of a service shows of our deployment. */
export interface DeploymentReading {
  /** The origin of the PRIMARY deployment. `unknown`: the response proves nothing, as it may be from before our deployment. */
  readonly holder: 'ours' | 'rollback' | 'others' | 'unknown'
  /** The PRIMARY deployment. */
  readonly current: EcsDeployment | undefined
  /** Our deployment, where the response contains it. */
  readonly mine: EcsDeployment | undefined
  /** The service does not exist (any more), though an earlier read has shown it. */
  readonly isGone: boolean
  /** AWS has reported that ours failed, or that the service rolls back. */
  readonly isFailed: boolean
  readonly own: Own
}

/** How ECS words it in `rolloutStateReason` of the deployment that it rolls back to. */
const rollingBack = /roll(ing|ed)? ?back/i

/** Id and creation time of an ECS deployment, as a watch identifies it; without a creation time the range is open. */
export function ownOf({ id, createdAt }: EcsDeployment): Own {
  const at = createdAt?.getTime()
  return { id, from: at ?? 0, to: at ?? Number.POSITIVE_INFINITY }
}

/** Our deployment has an id now, which the post step gets as well. */
export function identified({ context }: Rollout, { id = '', from: createdAt }: Own): DeploymentEvent {
  context.keep({ deploymentId: id, createdAt })
  return { kind: 'identified', at: context.clock.now(), deploymentId: id }
}

/** The end by another cause, where reads agree on it: a newer deployment, or a deleted service. */
export function endByOthers(
  { holder, current, isGone }: DeploymentReading,
  wasComplete = false,
): ServiceEnd | undefined {
  if (isGone) return stoppedByHand(untrusted('the service was deleted'))
  if (holder !== 'others') return undefined
  return supersededBy(serviceNouns, versionOf(current?.taskDefinition), current?.id, wasComplete)
}

/**
 * Classifies the PRIMARY deployment of each read. Times are AWS's own: while a response has no event newer than our deployment,
 * an older PRIMARY deployment is no rollback, but the previous state.
 */
export function startReadings(
  { taskDefinition, previousTaskDefinition, service: before }: Omit<Rollout, 'request' | 'context'>,
  known: Own,
) {
  const rollbacks = new Set<string | undefined>()
  let own = known
  let isFailed = false
  // A service that was just created has no deployments yet, and the first reads may not contain it.
  let wasThere = (before.deployments ?? []).length > 0
  const isNew = ({ id, createdAt }: EcsDeployment) =>
    timeOf(createdAt) >= own.from && !before.deployments?.some((deployment) => deployment.id === id)

  const holderOf = (
    { id, createdAt, taskDefinition: theirs }: EcsDeployment,
    hasNews: boolean,
  ): DeploymentReading['holder'] => {
    const at = timeOf(createdAt)
    const isWanted = theirs === taskDefinition
    if (isWanted && id === own.id) return 'ours'
    if (at < own.from) return hasNews && own.id !== undefined ? 'rollback' : 'unknown'
    // Where the same revision was deployed anew, ECS rolls back to that very revision.
    if (rollbacks.has(id) || (isFailed && theirs === previousTaskDefinition)) return 'rollback'
    if (isWanted && at > own.to) return 'ours'
    return at >= own.to || own.id !== undefined ? 'others' : 'unknown'
  }

  return (service: Service | undefined): DeploymentReading => {
    const isThere = service !== undefined && !isDeleted(service)
    const { deployments = [], events = [] } = isThere ? service : {}
    const current = isThere ? primary(service) : undefined
    wasThere ||= isThere
    const found = deployments.find((one) => one.taskDefinition === taskDefinition && isNew(one))
    if (own.id === undefined && found) own = ownOf(found)
    const mine = deployments.find(({ id }) => id !== undefined && id === own.id)
    const news = events.filter(({ createdAt }) => timeOf(createdAt) >= own.to)
    isFailed ||= mine?.rolloutState === 'FAILED' || news.some(({ message = '' }) => message.includes(failureOf(own)))
    // Ours may have replaced a rollback, which an outdated response still contains.
    const isOfOurTime = news.length > 0 || timeOf(current?.createdAt) >= own.from
    const isRollback = current?.id !== own.id && rollingBack.test(current?.rolloutStateReason ?? '')
    if (isOfOurTime && isRollback) rollbacks.add(current?.id)
    const holder = current ? holderOf(current, news.length > 0) : 'unknown'
    return { holder, current, mine, isGone: wasThere && !isThere, isFailed: isFailed || rollbacks.size > 0, own }
  }
}

/** A service event about our deployment (Developer Guide, "Amazon ECS service event messages"). */
function failureOf({ id }: Own): string {
  return `(deployment ${id}) deployment failed`
}

function timeOf(time: Date | undefined): number {
  return time?.getTime() ?? Number.NaN
}
