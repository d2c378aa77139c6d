/** What reads that lag show of a service: the state right before its last change. */
import type { Service } from '@aws-sdk/client-ecs'
import type { Call } from '../contract.ts'
import { describeService } from './service-view.ts'
import type { EcsState, ServiceRecord } from './state.ts'

/** AWS speaks of seconds: nothing lags for longer. Milliseconds. */
const longest = 60_000

export interface Former {
  /** Undefined: there was no such service. */
  readonly view: Service | undefined
  /** Virtual milliseconds of the change. */
  readonly changedAt: number
  /** Times that it was shown since. */
  looks: number
}

/** To be called before a service changes. The steps of one moment are one change. */
export function beginChange(ecs: EcsState, service: ServiceRecord): void {
  const changedAt = ecs.world.clock.now()
  if (service.former.changedAt === changedAt) return
  service.former = { view: describeService(ecs, service), changedAt, looks: 0 }
}

/** The service as a look at it shows it; undefined where it does not show it yet. */
export function lookAt(
  ecs: EcsState,
  service: ServiceRecord,
  { lag = 0 }: Call,
  options: { withTags?: boolean },
): Service | undefined {
  const { former } = service
  const isOld = ecs.world.clock.now() - former.changedAt > longest
  if (isOld || former.looks >= lag) return describeService(ecs, service, options)
  former.looks++
  return former.view
}

/** The reply to a change. One that lags names what is wanted from now on, beside the deployments from before. */
export function replyOf(ecs: EcsState, service: ServiceRecord, { lag }: Call): Service {
  const now = describeService(ecs, service, { inReply: true })
  const { view } = service.former
  return lag === undefined || view === undefined ? now : { ...view, taskDefinition: service.taskDefinition }
}
