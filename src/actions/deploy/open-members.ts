import type { Target } from '../../deployment/target.ts'
import type { WaveMember } from '../../deployment/waves/waves-request.ts'
import type { Returning } from '../../deployment/waves/ways-back.ts'
import { ecsInFlight, ecsTargetsTogether } from '../../targets/ecs/index.ts'
import type { ServiceChange } from '../../targets/ecs/request/service-request.ts'
import type { SentAssets } from '../../targets/site/index.ts'
import { aroundDeployment, aroundRollback } from '../targets/around-deployment.ts'
import type { JudgeKept } from '../targets/container-images.ts'
import { judgeOfKept } from '../targets/judge-of-kept.ts'
import { deployRequest, oneOffTask } from '../targets/requested-service.ts'
import { findDefinition } from '../targets/wanted-definition.ts'
import { openImageStore } from '../world/open-image-store.ts'
import type { Opening } from './member-opening.ts'
import type { PlacedService, Waves } from './placed-service.ts'

/** Every member of the waves, opened by its kind. */
export async function openMembers(waves: Waves, opening: Opening): Promise<readonly (readonly WaveMember[])[]> {
  const { aws, calling, runner, world } = opening
  const images = openImageStore({ aws, runner: calling, fetch: world.fetch })
  const open = await ecsTargetsTogether({ ...aws, images }, runner.clock)
  const judge = await judgeOfKept(opening.inputs, opening.source, calling, world)
  // A site and its assets are two members: the one has what the other has sent.
  const sent = new Map<string, SentAssets>()
  // Loaded only where there is one: most runs deploy services of Amazon ECS alone.
  const member = async (one: PlacedService) => {
    if (one.site) return (await import('./site-member.ts')).siteMember(one, one.site, sent, opening)
    if (one.beanstalk) return (await import('./beanstalk-member.ts')).beanstalkMember(one, one.beanstalk, opening)
    return service(one, open, judge, opening)
  }
  return await Promise.all(waves.map((wave) => Promise.all(wave.map(member))))
}

async function service(
  { name, place }: PlacedService,
  open: (change: ServiceChange) => Target,
  judge: JudgeKept | undefined,
  { inputs, aws, runner, world, order, source }: Opening,
): Promise<WaveMember> {
  const find = findDefinition(inputs, place, runner, aws.ecs, judge)
  const request = await deployRequest(inputs, place, aws.region, runner, find, source)
  const task = oneOffTask(inputs, place, runner)
  const target = await aroundDeployment(open(request), { place, aws, runner, world, task, mayRollBack: true })
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
  return { name, target: await aroundRollback(ecsInFlight(change, aws), { place, aws, runner }), terms }
}
