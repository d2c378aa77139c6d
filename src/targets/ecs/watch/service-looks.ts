import { startAgreement } from '../../../deployment/agreement.ts'
import type { Pace } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { standingOf } from '../facts/service-deployment.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { startServiceMessages } from './service-messages.ts'
import { endByOthers, type Own, type Sighting, startSightings } from './sighting.ts'

/** Reads a service beside its deployment. */
export interface ServiceLooks {
  /** New tasks that failed, as far as ECS counts them. */
  failed(): number
  /** As often as the pace allows: reports events. The end where another deployment or a deletion ended ours. */
  glance(now: ServiceDeployment, isMoving: boolean): Events<ServiceEnd | undefined>
  /**
   * Proves the deployment's success, in one call: that its revision is PRIMARY (`to`: or that this revision is, after a
   * rollback). Undefined where the service does not show it yet.
   */
  prove(end: ServiceEnd, to?: string): Events<ServiceEnd | undefined>
}

/** Starts the reads of the service for the watch of one service deployment. */
export function startServiceLooks(rollout: Rollout, own: Own, pace: Pace): ServiceLooks {
  const messages = startServiceMessages(rollout, own)
  const { cluster, service: name } = rollout.request
  const sight = startSightings(rollout, own)
  const agree = startAgreement(rollout.context.clock)
  let isEnding = false
  let failed = 0

  /** Several times, as a read may coincide with the beginning of ECS's own rollback. */
  const overtaken = (sighting: Sighting, mayBe: boolean): ServiceEnd | undefined => {
    const end = mayBe ? endByOthers(sighting) : undefined
    isEnding = end !== undefined
    return agree(end && `${end.outcome} ${sighting.current?.id}`) ? end : undefined
  }
  async function* look(): Events<Sighting | undefined> {
    const service = await readBesideWatch(rollout.context, ({ ecs }) => ecs.describeService(cluster, name))
    yield* messages.news(service)
    const sighting = service && sight(service)
    failed = sighting?.mine?.failedTasks ?? failed
    return sighting
  }
  return {
    failed: () => failed,
    async *glance(now, isMoving) {
      if (!pace.aside(isMoving || isEnding)) return undefined
      const sighting = yield* look()
      return sighting && overtaken(sighting, standingOf(now) === 'running')
    },
    async *prove(end, to) {
      pace.spend()
      const sighting = yield* look()
      if (sighting === undefined) return undefined
      const { holder, current } = sighting
      const isProven = to === undefined ? holder === 'ours' : holder === 'rollback' || current?.taskDefinition === to
      return isProven ? { ...end, serving: current?.taskDefinition } : overtaken(sighting, true)
    },
  }
}
