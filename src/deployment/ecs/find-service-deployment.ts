import { type Deadline, deadlineIn } from '../../clock.ts'
import type { EcsDeployment, Service, ServiceDeployment } from '../../ports.ts'
import type { Rollout } from '../journey.ts'
import { lookUntil, type Pace, ticks } from '../watch.ts'

interface Search {
  readonly rollout: Rollout
  /** The service as the update returned it. */
  readonly updated: Service
  /** The ECS deployment that the update made. */
  readonly ours: EcsDeployment | undefined
  readonly deadline: Deadline
  readonly pace: Pace
}

/** ECS does not say how soon a service deployment is listed after the update that made it. */
const patience = 60_000
/** The service deployment is made in the same moment as the ECS deployment; their times may differ a little. */
const slack = 5_000

/**
 * The service deployment that our update made, as it was when it was found: the one that the service names as its
 * current one if it targets our revision, or else one that was created since and does. Undefined when none appeared
 * within a minute.
 */
export async function findServiceDeployment(search: Search): Promise<ServiceDeployment | undefined> {
  const { rollout, ours, pace } = search
  const { clock, signal, ecs } = rollout.journey
  const createdAfter = new Date((ours?.createdAt?.getTime() ?? clock.now()) - slack)
  const rejected = new Set<string>()
  const until = Math.min(search.deadline, deadlineIn(clock, patience))
  const named = await currentOf(search)
  if (named && (await isOurs(named, createdAfter, rejected, search))) return named
  for await (const _ of ticks(clock, until, pace, signal)) {
    const { cluster, service } = rollout.request
    const look = ecs.listServiceDeployments(cluster, service, createdAfter)
    const listed = (await lookUntil(clock, search.deadline, look)) ?? []
    if (listed.length > 0) pace.spend()
    for (const deployment of listed) {
      if (await isOurs(deployment, createdAfter, rejected, search)) return deployment
    }
    pace.hurry()
  }
  return undefined
}

async function currentOf({ updated, rollout, deadline }: Search): Promise<ServiceDeployment | undefined> {
  const { journey, service } = rollout
  const arn = updated.currentServiceDeployment
  const isNew = arn !== undefined && arn !== service.currentServiceDeployment
  return isNew ? await lookUntil(journey.clock, deadline, journey.ecs.describeServiceDeployment(arn)) : undefined
}

async function isOurs(
  deployment: ServiceDeployment,
  since: Date,
  rejected: Set<string>,
  search: Search,
): Promise<boolean> {
  const { serviceDeploymentArn: arn, targetServiceRevision: target, createdAt } = deployment
  if (arn === undefined || target?.arn === undefined || rejected.has(arn)) return false
  if (createdAt !== undefined && createdAt < since) return false
  search.pace.spend()
  const { clock, ecs } = search.rollout.journey
  const taskDefinition = await lookUntil(clock, search.deadline, ecs.taskDefinitionOfRevision(target.arn))
  if (taskDefinition === search.rollout.taskDefinition) return true
  if (taskDefinition !== undefined) rejected.add(arn)
  return false
}
