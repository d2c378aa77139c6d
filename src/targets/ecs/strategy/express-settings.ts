import type { SettingChange } from '../../../deployment/plan.ts'
import { Failure } from '../../../failure.ts'
import type { ExpressConfiguration, ExpressService, ExpressSettings } from '../../../ports.ts'
import { setting, text } from '../../../text.ts'

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
export function expressUpdate(wanted: ExpressSettings, service: ExpressService): ExpressUpdate | undefined {
  const now = newest(service)
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

/** During a deployment two configurations are active, in whatever order. */
function newest({ activeConfigurations = [] }: ExpressService): ExpressConfiguration {
  const [first = {}, ...others] = activeConfigurations
  const at = ({ createdAt }: ExpressConfiguration) => createdAt?.getTime() ?? 0
  return others.reduce((one, other) => (at(other) > at(one) ? other : one), first)
}

/**
 * The change for the wanted settings. Throws `inputs-invalid` where only one of both counts is given and the other, as it is, makes
 * no range: AWS refuses it only after the revision has been registered.
 */
export function requestedUpdate(wanted: ExpressSettings, service: ExpressService): ExpressUpdate | undefined {
  const update = expressUpdate(wanted, service)
  const { minTaskCount: min, maxTaskCount: max } = update?.members.scalingTarget ?? {}
  if (min === undefined || max === undefined || min <= max) return update
  const isMin = wanted.scalingTarget?.minTaskCount !== undefined
  const [given, other] = isMin
    ? (['min-task-count', 'max-task-count'] as const)
    : (['max-task-count', 'min-task-count'] as const)
  const [value, live] = isMin ? [min, max] : [max, min]
  throw new Failure({
    code: 'inputs-invalid',
    what: text`${setting(given)} ${value} does not fit the ${isMin ? 'maximum' : 'minimum'} task count of the service, ${live}`,
    why: text`minTaskCount must be less than or equal to maxTaskCount`,
    fix: text`Set ${setting(other)}, too. Nothing has been changed.`,
  })
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
