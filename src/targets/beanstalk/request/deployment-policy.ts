import type { OptionSetting } from '../../../ports.ts'

/**
 * `DeploymentPolicy` of an environment, or `strategy` of a cluster, with the settings that decide how it goes. Developer guide, "General
 * options" and "Configuration options for Beanstalk Cluster environments".
 */
export interface DeploymentPolicy {
  readonly name: (typeof names)[number] | (typeof strategies)[number]
  /** `batches of 1`, `10% for 5 min`; undefined where there are no steps. */
  readonly pace?: string | undefined
  /** True where new instances replace the old ones, so that a failure leaves the old ones as they were. */
  readonly replaces: boolean
  /** Seconds that a command may take; Elastic Beanstalk adds 240. */
  readonly timeout: number
}

const names = ['AllAtOnce', 'Rolling', 'RollingWithAdditionalBatch', 'Immutable', 'TrafficSplitting'] as const
/** Of clusters; the first is the default. */
const strategies = ['RollingUpdate', 'Recreate'] as const
const command = 'aws:elasticbeanstalk:command'
const splitting = 'aws:elasticbeanstalk:trafficsplitting'

/** The value of an option; undefined where the environment has none. */
export function optionValue(settings: readonly OptionSetting[], namespace: string, name: string): string | undefined {
  return settings.find((setting) => setting.namespace === namespace && setting.name === name)?.value
}

/** The policy by which an environment with these settings deploys a version. `tierType`: EKS for a cluster, which has no DeploymentPolicy. */
export function policyOf(settings: readonly OptionSetting[], tierType: string | undefined): DeploymentPolicy {
  if (tierType === 'EKS') {
    const strategy = optionValue(settings, 'aws:elasticbeanstalk:eks:environment:deployment', 'strategy')
    return { name: strategies.find((known) => known === strategy) ?? 'RollingUpdate', replaces: false, timeout: 0 }
  }
  const written = optionValue(settings, command, 'DeploymentPolicy')
  const name = names.find((known) => known === written) ?? 'AllAtOnce'
  return {
    name,
    pace: paceOf(name, settings),
    replaces: name === 'Immutable' || name === 'TrafficSplitting',
    timeout: Number(optionValue(settings, command, 'Timeout') ?? 600),
  }
}

function paceOf(name: DeploymentPolicy['name'], settings: readonly OptionSetting[]): string | undefined {
  if (name === 'TrafficSplitting') {
    const percent = optionValue(settings, splitting, 'NewVersionPercent') ?? '10'
    return `${percent}% for ${optionValue(settings, splitting, 'EvaluationTime') ?? '5'} min`
  }
  if (!name.startsWith('Rolling')) return undefined
  const size = optionValue(settings, command, 'BatchSize') ?? '100'
  return `batches of ${size}${optionValue(settings, command, 'BatchSizeType') === 'Fixed' ? '' : '%'}`
}
