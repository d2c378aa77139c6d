import { startAgreement } from '../../../deployment/agreement.ts'
import type { Pace } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { standingOf } from '../facts/service-deployment.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { type DeploymentReading, endByOthers, type Own, startReadings } from './deployment-reading.ts'
import { startServiceMessages } from './service-messages.ts'

/** Reads a service beside its deployment. */
export interface ServiceReads {
  /** New tasks that failed, as far as ECS counts them. */
  failed(): number
  /** As often as the pace allows: reports events. The end where another deployment or a deletion ended ours. */
  poll(now: ServiceDeployment, isMoving: boolean): Events<ServiceEnd | undefined>
  /**
   * Proves the deployment's success, in one call: that its revision is PRIMARY (`to`: or that this revision is, after a
   * rollback). Undefined where the service does not show it yet.
   */
  prove(end: ServiceEnd, to?: string): Events<ServiceEnd | undefined>
}

/** Starts the reads of the service for the watch of one service deployment. */
export function startServiceReads(rollout: Rollout, own: Own, pace: Pace): ServiceReads {
  const messages = startServiceMessages(rollout, own)
  const { cluster, service: name } = rollout.request
  const classify = startReadings(rollout, own)
  const agree = startAgreement(rollout.context.clock)
  let isEnding = false
  let failed = 0

  /** Several times, as a read may coincide with the beginning of ECS's own rollback. */
  const overtaken = (reading: DeploymentReading, end: ServiceEnd | undefined): ServiceEnd | undefined => {
    isEnding = end !== undefined
    return agree(end && `${end.outcome} ${reading.current?.id}`) ? end : undefined
  }
  async function* read(): Events<DeploymentReading | undefined> {
    const service = await readBesideWatch(rollout.context, ({ ecs }) => ecs.describeService(cluster, name))
    yield* messages.news(service)
    const reading = service && classify(service)
    failed = reading?.mine?.failedTasks ?? failed
    return reading
  }
  return {
    failed: () => failed,
    async *poll(now, isMoving) {
      if (!pace.aside(isMoving || isEnding)) return undefined
      const reading = yield* read()
      return reading && overtaken(reading, standingOf(now) === 'running' ? endByOthers(reading) : undefined)
    },
    async *prove(end, to) {
      pace.spend()
      const reading = yield* read()
      if (reading === undefined) return undefined
      const { holder, current } = reading
      const isProven = to === undefined ? holder === 'ours' : holder === 'rollback' || current?.taskDefinition === to
      return isProven
        ? { ...end, serving: current?.taskDefinition }
        : overtaken(reading, endByOthers(reading, end.outcome === 'succeeded'))
    },
  }
}
