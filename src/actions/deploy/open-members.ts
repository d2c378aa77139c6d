import type { Aws } from '../../aws/connect.ts'
import type { EnvironmentOrder } from '../../deployment/policies.ts'
import type { Target } from '../../deployment/target.ts'
import type { WaveMember } from '../../deployment/waves/waves-request.ts'
import type { Returning } from '../../deployment/waves/ways-back.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import { ecsInFlight, ecsTargetsTogether } from '../../targets/ecs/index.ts'
import type { ServiceChange } from '../../targets/ecs/request/service-request.ts'
import type { SentAssets } from '../../targets/site/index.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { behindDistribution } from '../targets/behind-distribution.ts'
import { deployRequest, oneOffTask } from '../targets/requested-service.ts'
import { findDefinition } from '../targets/wanted-definition.ts'
import { withSteps } from '../targets/with-steps.ts'
import { openImageStore } from '../world/open-image-store.ts'
import type { World } from '../world/world.ts'
import type { PlacedService, Waves } from './placed-service.ts'

/** What all members of a run share. */
export interface Opening {
  readonly inputs: DeployInputs
  readonly aws: Aws
  readonly runner: Runner
  /** The runner with a signal that also aborts calls to AWS once the report is complete. */
  readonly calling: Runner
  readonly world: World
  readonly order: EnvironmentOrder | undefined
  readonly source: Source | undefined
}

/** Every member of the waves, opened by its kind. */
export async function openMembers(waves: Waves, opening: Opening): Promise<readonly (readonly WaveMember[])[]> {
  const { aws, calling, runner, world } = opening
  const images = openImageStore({ aws, runner: calling, fetch: world.fetch })
  const open = await ecsTargetsTogether({ ...aws, images }, runner.clock)
  // A site and its assets are two members: the one has what the other has sent.
  const sent = new Map<string, SentAssets>()
  // Loaded only where there is one: most runs deploy services of Amazon ECS alone.
  const member = async (one: PlacedService) => {
    if (one.site) return (await import('./site-member.ts')).siteMember(one, one.site, sent, opening)
    if (one.beanstalk) return (await import('./beanstalk-member.ts')).beanstalkMember(one, one.beanstalk, opening)
    return service(one, open, opening)
  }
  return await Promise.all(waves.map((wave) => Promise.all(wave.map(member))))
}

async function service(
  { name, place }: PlacedService,
  open: (change: ServiceChange) => Target,
  { inputs, aws, runner, world, order, source }: Opening,
): Promise<WaveMember> {
  const find = findDefinition(inputs, place, runner, aws.ecs)
  const request = await deployRequest(inputs, place, aws.region, runner, find, source)
  const task = oneOffTask(inputs, place, runner)
  const deployed = behindDistribution(open(request), place, aws, runner)
  const target = await withSteps(deployed, { place, aws, runner, world, task, mayRollBack: true })
  return { name, target, terms: { ...request, order } }
}

/** A member as the post step takes it back: with no more than its place. */
export async function returningMember(
  one: PlacedService,
  opening: Omit<Opening, 'order' | 'source'>,
): Promise<Returning> {
  const { name, place, site, beanstalk } = one
  const { inputs, aws, runner } = opening
  const terms = { waitMinutes: inputs.waitForMinutes }
  if (site) return (await import('./site-member.ts')).returningSite(one, site, opening)
  if (beanstalk) return (await import('./beanstalk-member.ts')).returningBeanstalk(one, beanstalk, opening)
  const codeDeploy = {
    application: place.codeDeployApplication,
    deploymentGroup: place.codeDeployDeploymentGroup,
    deploymentConfig: inputs.codedeployDeploymentConfig,
  }
  const change = { cluster: place.cluster, service: place.service, region: aws.region, codeDeploy }
  return { name, target: behindDistribution(ecsInFlight(change, aws), place, aws, runner), terms }
}
