import { originFrom } from '../../deployment/origin.ts'
import type { Guard } from '../../deployment/policies.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'

/** The order of commits that is requested. Undefined without a commit: where none is known there is no order that could be kept. */
export function guardOf(
  { guard: mode, onDiverged, allowOlder }: Pick<DeployInputs, 'guard' | 'onDiverged' | 'allowOlder'>,
  source: Source | undefined,
  { environment }: Runner,
): Guard | undefined {
  if (mode === 'off' || source === undefined) return undefined
  const { GITHUB_RUN_ID = '', GITHUB_RUN_ATTEMPT = '1' } = environment
  const { revision: commit, repository, branch: ref = '' } = source
  const origin = originFrom({ commit, repository, run: `${GITHUB_RUN_ID}/${GITHUB_RUN_ATTEMPT}`, ref })
  return { mode, onDiverged, allowOlder, origin }
}
