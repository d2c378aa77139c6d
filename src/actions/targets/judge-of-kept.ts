import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { World } from '../world/world.ts'
import type { JudgeKept } from './container-images.ts'

/** Judges images that this run has not built; loaded only for a release of several. */
export async function judgeOfKept(
  inputs: Pick<DeployInputs, 'digests' | 'githubToken' | 'guard'>,
  source: Source | undefined,
  runner: Runner,
  world: World,
): Promise<JudgeKept | undefined> {
  if (inputs.digests === undefined) return undefined
  const { keptImages } = await import('./kept-images.ts')
  return keptImages(inputs, source, runner, world)
}
