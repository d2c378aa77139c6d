import { forPreparation } from '../../../deployment/time-limits.ts'
import type { Service } from '../../../ports.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { SettingsUpdate } from '../strategy/service-settings.ts'
import { isForced, isScaled } from '../strategy/update-effects.ts'

/** Sends only what was asked for: an empty list of volumes would remove them, a count would undo autoscaling. */
export async function update(rollout: Rollout, settings?: SettingsUpdate): Promise<Service> {
  const { request, context, taskDefinition } = rollout
  context.keep({ stage: 'updating', engine: 'ecs-rolling', taskDefinition })
  return await forPreparation(context, request).ecs.updateService({
    cluster: request.cluster,
    service: request.service,
    taskDefinition,
    ...(isScaled(rollout) ? { desiredCount: request.desiredCount } : {}),
    ...(isForced(rollout) ? { forceNewDeployment: true } : {}),
    ...(request.volumeConfigurations === undefined ? {} : { volumeConfigurations: request.volumeConfigurations }),
    ...settings?.members,
  })
}
