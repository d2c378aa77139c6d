import type { Aws } from '../../aws/connect.ts'
import type { Target } from '../../deployment/target.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidatingTarget } from '../../targets/invalidation/index.ts'
import type { Place } from './place.ts'

/** The target with what slipway.yml does after its deployment (`after`). `back`: it is rolled back. */
export function behindDistribution(
  target: Target,
  { after }: Pick<Place, 'after'>,
  { distributions }: Pick<Aws, 'distributions'>,
  { environment }: Pick<Runner, 'environment'>,
  way?: 'back',
): Target {
  if (after === undefined) return target
  const { GITHUB_REPOSITORY = '', GITHUB_RUN_ID = '' } = environment
  const what = { ...after, run: `${GITHUB_REPOSITORY} ${GITHUB_RUN_ID}`, isBack: way === 'back' }
  return invalidatingTarget(target, what, distributions)
}
