import type { Aws } from '../../aws/connect.ts'
import type { BeanstalkTarget } from '../../config/select-beanstalk.ts'
import type { SiteTarget } from '../../config/select-site.ts'
import type { EnvironmentOrder } from '../../deployment/policies.ts'
import type { Target } from '../../deployment/target.ts'
import type { WaveMember } from '../../deployment/waves/waves-request.ts'
import type { Returning } from '../../deployment/waves/ways-back.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import { beanstalkTarget } from '../../targets/beanstalk/index.ts'
import { ecsInFlight, ecsTargetsTogether } from '../../targets/ecs/index.ts'
import type { ServiceChange } from '../../targets/ecs/request/service-request.ts'
import { type SentAssets, siteAssetsTarget, siteTarget } from '../../targets/site/index.ts'
import { wantedVersion } from '../bundle/wanted-version.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { beanstalkInputsOf, beanstalkRequest } from '../targets/beanstalk-place.ts'
import { behindDistribution } from '../targets/behind-distribution.ts'
import { deployRequest, oneOffTask, preflightPolicy } from '../targets/requested-service.ts'
import { requireSiteInputs, siteRequest, siteTerms } from '../targets/requested-site.ts'
import { siteAccess, siteInputsOf } from '../targets/site-place.ts'
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
  const member = (one: PlacedService) => {
    if (one.site) return siteMember(one, one.site, sent, opening)
    return one.beanstalk ? beanstalkMember(one, one.beanstalk, opening) : service(one, open, opening)
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

async function siteMember(
  { name, place }: PlacedService,
  site: SiteTarget,
  sent: Map<string, SentAssets>,
  { inputs: given, aws, runner, world, order, source }: Opening,
): Promise<WaveMember> {
  const inputs = siteInputsOf(given, site)
  requireSiteInputs(inputs)
  const assets = sent.get(place.service) ?? new Map()
  sent.set(place.service, assets)
  const request = siteRequest(inputs, aws.region, source, runner)
  const access = siteAccess(inputs, aws, runner, world)
  const target = site.assetsOnly ? siteAssetsTarget(request, access, assets) : siteTarget(request, access, assets)
  const terms = { ...siteTerms(inputs, request), order, preflight: preflightPolicy(given) }
  return { name, target, terms }
}

async function beanstalkMember(
  { name, place }: PlacedService,
  beanstalk: BeanstalkTarget,
  { inputs: given, aws, runner, order, source }: Opening,
): Promise<WaveMember> {
  const inputs = beanstalkInputsOf(given, beanstalk, place.image)
  let wanted: ReturnType<typeof wantedVersion> | undefined
  const once = () => {
    wanted ??= wantedVersion(inputs, source, runner)
    return wanted
  }
  const { change, terms } = beanstalkRequest(inputs, source, runner, once)
  const target = behindDistribution(beanstalkTarget(change, aws), place, aws, runner)
  return { name, target, terms: { ...terms, order, preflight: preflightPolicy(given) } }
}

/** A member as the post step takes it back: with no more than its place. */
export function returningMember(
  { name, place, site, beanstalk }: PlacedService,
  opening: Omit<Opening, 'order' | 'source'>,
): Returning {
  const { inputs, aws, runner, world } = opening
  const terms = { waitMinutes: inputs.waitForMinutes }
  if (site) {
    const own = siteInputsOf(inputs, site)
    const request = siteRequest(own, aws.region, undefined, runner)
    const target = siteTarget(request, siteAccess(own, aws, runner, world))
    return { name, target, terms }
  }
  if (beanstalk) {
    const own = beanstalkInputsOf(inputs, beanstalk, place.image)
    const { change } = beanstalkRequest(own, undefined, runner, async () => undefined)
    return { name, target: behindDistribution(beanstalkTarget(change, aws), place, aws, runner), terms }
  }
  const codeDeploy = {
    application: place.codeDeployApplication,
    deploymentGroup: place.codeDeployDeploymentGroup,
    deploymentConfig: inputs.codedeployDeploymentConfig,
  }
  const change = { cluster: place.cluster, service: place.service, region: aws.region, codeDeploy }
  return { name, target: behindDistribution(ecsInFlight(change, aws), place, aws, runner), terms }
}
