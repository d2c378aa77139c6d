import { isEqual } from '../task-definition/equal.ts'
import type { DeployInputs } from './deploy-inputs.ts'
import type { PreflightWorld } from './preflight.ts'
import type { FindDefinition } from './wanted-definition.ts'

/**
 * Finds the definition and, where `preflight` asks for it, looks once whether it can be deployed, before anything is
 * changed. What the service runs already needs no look. Throws `preflight-failed`.
 */
export function withPreflight(
  find: FindDefinition,
  { preflight: mode, forceNewDeployment }: Pick<DeployInputs, 'preflight' | 'forceNewDeployment'>,
  world: Omit<PreflightWorld, 'checkSecretKeys'>,
): FindDefinition {
  if (mode === 'off') return find
  let isDone = false
  return async (service, current) => {
    const wanted = await find(service, current)
    const isThere = current !== undefined && isEqual(wanted.definition, current)
    if (isDone || (isThere && mode === 'on' && !forceNewDeployment)) return wanted
    isDone = true
    const { requirePreflight } = await import('./preflight.ts')
    await requirePreflight(service, wanted, { ...world, checkSecretKeys: false })
    return wanted
  }
}
