import { type Deadline, deadlineIn } from '../../../clock.ts'
import { lookUntil, type Pace, ticks } from '../../../deployment/pace.ts'
import type { Service, ServiceDeployment } from '../../../ports.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { type Own, ownOf } from './deployment-reading.ts'
import { untilShown } from './own-deployment.ts'

interface Search {
  readonly rollout: Rollout
  /** The service as the update returned it. */
  readonly updated: Service
  /** The ECS deployment that the update made. */
  readonly own: Own
  /** ARN of one that is known not to be it. */
  readonly other?: string | undefined
  readonly deadline: Deadline
  readonly pace: Pace
}

/** The service deployment is created together with the ECS deployment; their times may differ a little. Milliseconds. */
export const slack = 5_000
/** A later one is of another update. Milliseconds. */
const later = 60_000

/**
 * The service deployment of our update, as first read: the one that the service names as its current one if it targets our
 * revision, or else one that was created with our ECS deployment and does. Undefined when none appeared within a minute, or our
 * ECS deployment is unknown.
 */
export async function findServiceDeployment(search: Search): Promise<ServiceDeployment | undefined> {
  const { rollout, own, pace } = search
  const { clock, signal, ecs } = rollout.context
  if (own.id === undefined) return undefined
  const rejected = new Set(search.other === undefined ? [] : [search.other])
  const until = Math.min(search.deadline, deadlineIn(clock, untilShown))
  const named = await currentOf(search)
  if (named && (await isOurs(named, rejected, search))) return named
  for await (const _ of ticks(clock, until, pace, signal)) {
    const { cluster, service } = rollout.request
    const reading = ecs.listServiceDeployments(cluster, service, new Date(own.from - slack))
    const listed = (await lookUntil(clock, search.deadline, reading)) ?? []
    if (listed.length > 0) pace.spend()
    // Oldest first: a later one of the same revision is of another update.
    for (const deployment of listed.toReversed()) {
      if (await isOurs(deployment, rejected, search)) return deployment
    }
    pace.hurry()
  }
  return undefined
}

async function currentOf({ updated, rollout, deadline }: Search): Promise<ServiceDeployment | undefined> {
  const { context, service } = rollout
  const arn = updated.currentServiceDeployment
  const isNew = arn !== undefined && arn !== service.currentServiceDeployment
  return isNew ? await lookUntil(context.clock, deadline, context.ecs.describeServiceDeployment(arn)) : undefined
}

async function isOurs(deployment: ServiceDeployment, rejected: Set<string>, search: Search): Promise<boolean> {
  const { serviceDeploymentArn: arn, targetServiceRevision: target, createdAt } = deployment
  if (arn === undefined || target?.arn === undefined || rejected.has(arn)) return false
  if (createdAt !== undefined && !isMadeWith(createdAt, search.own)) return false
  search.pace.spend()
  const { clock, ecs } = search.rollout.context
  const taskDefinition = await lookUntil(clock, search.deadline, ecs.taskDefinitionOfRevision(target.arn))
  if (taskDefinition === search.rollout.taskDefinition) return true
  if (taskDefinition !== undefined) rejected.add(arn)
  return false
}

/** The ECS deployment of a service deployment of such a task definition, from the service's own list where it contains it. */
export function ownBeside(
  { createdAt }: ServiceDeployment,
  taskDefinition: string,
  { deployments = [] }: Service,
): Own {
  const at = createdAt?.getTime() ?? 0
  const own = deployments.find(
    (one) => one.taskDefinition === taskDefinition && createdAt && isMadeWith(createdAt, ownOf(one)),
  )
  return own ? ownOf(own) : { from: at - slack, to: at + slack }
}

/** Whether a service deployment is of the same update as an ECS deployment, by when both were made. */
export function isMadeWith(createdAt: Date, { from, to }: Own): boolean {
  const at = createdAt.getTime()
  return at >= from - slack && at <= to + later
}
