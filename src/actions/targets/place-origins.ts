import type { Target } from '../../config/select-target.ts'
import type { ServiceLocation } from '../../config/service-location.ts'
import type { Origins } from '../../origins.ts'
import type { Runner } from '../../runner/action.ts'
import { fieldOf } from '../../runner/inputs.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'

/** What slipway.yml and ARNs say beside the inputs, in the words of the rules about empty ones. */
export function factsOf(
  { preflight }: DeployInputs,
  configured: { readonly target: Target; readonly hasImage: boolean } | undefined,
  { arnInputs }: ServiceLocation,
): readonly string[] {
  const { target, hasImage } = configured ?? {}
  const facts: readonly (readonly [fact: string, holds: boolean])[] = [
    ['preflight is only', preflight === 'only'],
    ['cluster', arnInputs.cluster !== undefined],
    ['slipway.yml names the service', target !== undefined],
    ['slipway.yml names a task definition', target?.taskDefinition !== undefined],
    [
      'slipway.yml names an image and a task definition',
      hasImage === true && target?.taskDefinition !== undefined && target.containers === undefined,
    ],
    ['slipway.yml names images of containers', target?.containers !== undefined],
    ['slipway.yml names the role', target?.roleArn !== undefined],
  ]
  return facts.filter(([, holds]) => holds).map(([fact]) => fact)
}

/** Whether an input itself sets it. */
export function isGiven(inputs: DeployInputs, setting: string): boolean {
  const value: unknown = inputs[fieldOf(setting) as keyof DeployInputs]
  // With slipway.yml, the input service chooses an entry of it.
  return setting !== 'service' && value !== undefined && !(Array.isArray(value) && value.length === 0)
}

/** What the configuration and the inputs leave out may be in an ARN, or in the environment of the step. */
export function originsOf(
  inputs: DeployInputs,
  configured: Origins,
  { arnInputs, cluster }: ServiceLocation,
  { environment, local }: Pick<Runner, 'environment' | 'local'>,
): Origins {
  const byArn = { cluster: arnInputs.cluster, 'aws-region': arnInputs.region, 'allowed-account-ids': arnInputs.account }
  const byDefault = {
    cluster:
      cluster === undefined
        ? `${local?.nameOf('cluster') ?? 'the input cluster'} (empty: the cluster default)`
        : undefined,
    'aws-region': environment.AWS_REGION ? 'the variable AWS_REGION' : undefined,
  }
  return (setting) => {
    const named = byArn[setting as keyof typeof byArn]
    // One ARN may name two settings of a sentence.
    const part = setting === 'aws-region' ? 'the region of ' : ''
    if (named !== undefined)
      return `${part}the ARN in ${configured(named) ?? local?.nameOf(named) ?? `the input ${named}`}`
    const own = local?.nameOf(setting)
    return isGiven(inputs, setting) ? own : (configured(setting) ?? byDefault[setting as keyof typeof byDefault] ?? own)
  }
}
