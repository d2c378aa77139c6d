import type { SettingChange } from '../../../deployment/plan.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import type { Service, UpdateServiceRequest } from '../../../ports.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { Engine } from '../request/ecs-record.ts'
import type { FormerSettings } from '../request/former-settings.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { arrange } from './arrange-strategy.ts'

type Wanted = Pick<ServiceRequest, 'settings' | 'former' | 'enableEcsManagedTags' | 'propagateTags'>

/** What a deployment changes at the settings of a service, beside the definition and the count. */
export interface SettingsUpdate {
  /** Of UpdateService: the members that change. Only `loadBalancers` makes ECS start a deployment. */
  readonly members: Pick<
    UpdateServiceRequest,
    'deploymentConfiguration' | 'loadBalancers' | 'enableECSManagedTags' | 'propagateTags'
  >
  readonly changes: readonly SettingChange[]
  /** What takes configuration and load balancers back; undefined where they stay. */
  readonly former?: FormerSettings | undefined
}

/**
 * The change of a service for all requested settings; undefined when there is none. Makes no call. Throws as `arrange` does.
 * UpdateService accepts the tags of services that CodeDeploy deploys, too (API UpdateService).
 */
export function settingsUpdate(wanted: Wanted, service: Service, engine: Engine): SettingsUpdate | undefined {
  const { changes = [], former, ...configuration } = arrange(wanted, service, engine) ?? {}
  const tags = tagsUpdate(wanted, service)
  const all = [...changes, ...tags.changes]
  return all.length === 0 ? undefined : { members: { ...configuration, ...tags.members }, changes: all, former }
}

/** Tags of the tasks that start from now on; those that run keep theirs. */
function tagsUpdate({ enableEcsManagedTags, propagateTags }: Wanted, service: Service): SettingsUpdate {
  const before = { managed: service.enableECSManagedTags ?? false, source: service.propagateTags ?? 'NONE' }
  const isManagedOther = enableEcsManagedTags !== undefined && enableEcsManagedTags !== before.managed
  const isSourceOther = propagateTags !== undefined && propagateTags !== before.source
  const onOff = (isOn: boolean) => (isOn ? 'on' : 'off')
  return {
    members: {
      ...(isManagedOther ? { enableECSManagedTags: enableEcsManagedTags } : {}),
      ...(isSourceOther ? { propagateTags } : {}),
    },
    changes: [
      ...(isManagedOther
        ? [{ name: 'ECS managed tags', from: onOff(before.managed), to: onOff(enableEcsManagedTags) }]
        : []),
      ...(isSourceOther ? [{ name: 'tags of tasks', from: before.source, to: propagateTags }] : []),
    ],
  }
}

/** Changes only settings, beside a deployment that continues unchanged or is still to come. */
export async function updateSettings({ request, context }: Rollout, { members }: SettingsUpdate): Promise<Service> {
  const { cluster, service } = request
  context.keep({ left: 'it had changed settings of the service' })
  return await forPreparation(context, request).ecs.updateService({ cluster, service, ...members })
}
