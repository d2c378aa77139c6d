import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { Service } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { tasksInMessage } from '../facts/service-events.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { Own } from './deployment-reading.ts'

/** Events of a service across reads, each reported once. */
export interface ServiceMessages {
  /** Service events that were not reported yet, oldest first. */
  news(service: Service | undefined): readonly DeploymentEvent[]
}

/** Reports each event of a service once, from the start of our deployment on. ECS keeps the newest 100 of them. */
export function startServiceMessages({ service, context }: Rollout, own: Own | undefined): ServiceMessages {
  const since = own?.to ?? context.clock.now()
  const told = new Set((service.events ?? []).map(({ id }) => id))
  return {
    news(current) {
      const fresh = (current?.events ?? []).filter(
        ({ id, createdAt, message }) =>
          message !== undefined && !told.has(id) && (createdAt?.getTime() ?? since) >= since,
      )
      for (const { id } of fresh) told.add(id)
      return fresh.reverse().map(({ createdAt, message = '' }) => ({
        kind: 'message',
        at: createdAt?.getTime() ?? context.clock.now(),
        message: untrusted(message),
        ...tasksInMessage(message),
      }))
    },
  }
}
