import { isDeepStrictEqual } from 'node:util'
import type { DeploymentConfiguration, ExpressSettings, LoadBalancer, Service } from '../../../ports.ts'

/** Settings that a deployment changed at a service, as they were before it. Plain JSON. */
export interface FormerSettings {
  /** The members that changed, and no others; null where the service had none. */
  readonly configuration: {
    readonly [Member in keyof DeploymentConfiguration]?: DeploymentConfiguration[Member] | null
  }
  /** All of them; absent where they stayed. */
  readonly loadBalancers?: readonly LoadBalancer[]
  /** Of an Express service. */
  readonly express?: ExpressSettings
}

/** What a service has, or is to have. */
export interface Settled {
  readonly configuration: DeploymentConfiguration
  readonly loadBalancers: readonly LoadBalancer[]
}

/** The settings of `before` that a rollback from `after` restores. */
export function formerOf(before: Settled, after: Settled): FormerSettings {
  const members = Object.keys({ ...before.configuration, ...after.configuration }) as (keyof DeploymentConfiguration)[]
  const changed = members.filter(
    (member) => !isDeepStrictEqual(before.configuration[member], after.configuration[member]),
  )
  return {
    configuration: Object.fromEntries(changed.map((member) => [member, before.configuration[member] ?? null])),
    ...(isDeepStrictEqual(before.loadBalancers, after.loadBalancers) ? {} : { loadBalancers: before.loadBalancers }),
  }
}

/** UpdateService keeps what is left out, so what a service had none of is turned off. */
const off: DeploymentConfiguration = {
  strategy: 'ROLLING',
  deploymentCircuitBreaker: { enable: false, rollback: false },
  alarms: { alarmNames: [], enable: false, rollback: false },
  earlySuccessCriteria: { enable: false },
  lifecycleHooks: [],
}

/** The settings of a service with the former ones put in again; what others have changed meanwhile stays. */
export function restored({ configuration, loadBalancers }: FormerSettings, service: Service): Settled {
  const members = { ...service.deploymentConfiguration, ...configuration }
  const filled = Object.entries(members).map(([member, value]) => [
    member,
    value ?? off[member as keyof DeploymentConfiguration],
  ])
  return {
    configuration: Object.fromEntries(filled.filter(([, value]) => value !== undefined)),
    loadBalancers: loadBalancers ?? service.loadBalancers ?? [],
  }
}

/** What a plan keeps of them (`undo`), as this module wrote it; undefined where it keeps none. */
export function formerFrom(undo: unknown): FormerSettings | undefined {
  return isFormer(undo) ? undo : undefined
}

function isFormer(undo: unknown): undo is FormerSettings {
  return typeof undo === 'object' && undo !== null && 'configuration' in undo
}
