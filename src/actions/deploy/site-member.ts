import type { SiteTarget } from '../../config/select-site.ts'
import type { WaveMember } from '../../deployment/waves/waves-request.ts'
import type { Returning } from '../../deployment/waves/ways-back.ts'
import { type SentAssets, siteAssetsTarget, siteTarget } from '../../targets/site/index.ts'
import { aroundDeployment } from '../targets/around-deployment.ts'
import { preflightPolicy } from '../targets/requested-service.ts'
import { requireSiteInputs, siteRequest, siteTerms } from '../targets/requested-site.ts'
import { siteAccess, siteInputsOf } from '../targets/site-place.ts'
import type { Opening } from './member-opening.ts'
import type { PlacedService } from './placed-service.ts'

/** A site, or its assets, as a member of a wave. `sent`: by site, as the one has what the other has sent. */
export async function siteMember(
  { name, place }: PlacedService,
  site: SiteTarget,
  sent: Map<string, SentAssets>,
  { inputs: given, aws, runner, world, order, source }: Opening,
): Promise<WaveMember> {
  const inputs = siteInputsOf(given, site)
  requireSiteInputs(inputs, site.verify)
  const assets = sent.get(place.service) ?? new Map()
  sent.set(place.service, assets)
  const request = siteRequest(inputs, aws.region, source, runner)
  const access = siteAccess(inputs, aws, runner, world)
  const deployed = site.assetsOnly ? siteAssetsTarget(request, access, assets) : siteTarget(request, access, assets)
  const checked = { ...place, verify: site.verify }
  const target = await aroundDeployment(deployed, { place: checked, aws, runner, world, mayRollBack: true })
  const terms = { ...siteTerms(inputs, request), order, preflight: preflightPolicy(given) }
  return { name, target, terms }
}

/** A site as the post step takes it back. */
export function returningSite(
  { name }: PlacedService,
  site: SiteTarget,
  { inputs, aws, runner, world }: Omit<Opening, 'order' | 'source'>,
): Returning {
  const own = siteInputsOf(inputs, site)
  const request = siteRequest(own, aws.region, undefined, runner)
  const target = siteTarget(request, siteAccess(own, aws, runner, world))
  return { name, target, terms: { waitMinutes: inputs.waitForMinutes } }
}
