import type { SettingChange } from '../../../deployment/plan.ts'
import type { ExpressService, ExpressSettings } from '../../../ports.ts'

/** What a deployment changes at the settings of an Express service, beside its task definition. */
export interface ExpressUpdate {
  /** Of UpdateExpressGatewayService: what changes, and nothing else. */
  readonly members: ExpressSettings
  readonly changes: readonly SettingChange[]
  /** What takes it back. */
  readonly former: ExpressSettings
  /** Whether ECS may start a deployment for them: scaling alone needs none. */
  readonly starts: boolean
}

const network = ['subnets', 'securityGroups'] as const
const scaling = ['minTaskCount', 'maxTaskCount', 'autoScalingMetric', 'autoScalingTargetValue'] as const

/** Names of the settings, as inputs of the action have them. */
const names = {
  subnets: 'subnets',
  securityGroups: 'security groups',
  minTaskCount: 'minimum task count',
  maxTaskCount: 'maximum task count',
  autoScalingMetric: 'auto scaling metric',
  autoScalingTargetValue: 'auto scaling target value',
}

/** The change of an Express service for the wanted settings; undefined when there is none. Makes no call. */
export function expressUpdate(
  wanted: ExpressSettings,
  { activeConfigurations = [] }: ExpressService,
): ExpressUpdate | undefined {
  const [now = {}] = activeConfigurations
  const isPathOther = wanted.healthCheckPath !== undefined && wanted.healthCheckPath !== now.healthCheckPath
  const ofNetwork = changed(wanted.networkConfiguration, now.networkConfiguration, network)
  const ofScaling = changed(wanted.scalingTarget, now.scalingTarget, scaling)
  const path = { name: 'health check path', from: now.healthCheckPath ?? 'none', to: wanted.healthCheckPath ?? '' }
  const changes = [...(isPathOther ? [path] : []), ...ofNetwork.changes, ...ofScaling.changes]
  if (changes.length === 0) return undefined
  const members = (from: ExpressSettings) => ({
    ...(isPathOther ? { healthCheckPath: from.healthCheckPath } : {}),
    // Both lists of a network are replaced together, so that neither is lost.
    ...(ofNetwork.changes.length > 0
      ? { networkConfiguration: { ...now.networkConfiguration, ...from.networkConfiguration } }
      : {}),
    ...(ofScaling.changes.length > 0 ? { scalingTarget: { ...now.scalingTarget, ...from.scalingTarget } } : {}),
  })
  return {
    members: members(wanted),
    changes,
    former: members(now),
    starts: isPathOther || ofNetwork.changes.length > 0,
  }
}

function changed<Name extends keyof typeof names>(
  wanted: { readonly [Member in Name]?: unknown } | undefined,
  now: { readonly [Member in Name]?: unknown } | undefined,
  members: readonly Name[],
): { readonly changes: readonly SettingChange[] } {
  const differing = members.filter((name) => wanted?.[name] !== undefined && words(wanted[name]) !== words(now?.[name]))
  return {
    changes: differing.map((name) => ({ name: names[name], from: words(now?.[name]), to: words(wanted?.[name]) })),
  }
}

/** Lists in an order of their own: AWS gives subnets and groups back in any. */
function words(value: unknown): string {
  if (value === undefined) return 'none'
  return Array.isArray(value) ? value.map(String).sort().join(', ') : String(value)
}
