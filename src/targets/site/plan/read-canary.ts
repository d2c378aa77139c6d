import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { DeploymentPolicy, Distribution, JsonObject, StagingDistribution } from '../../../ports.ts'
import type { SiteAccess, SiteRequest } from '../request/site-request.ts'

/** What is known of continuous deployment of the distributions of a site with OriginPath. */
export interface CanaryReading {
  /** Continuous deployment policies, by the distribution that they are attached to. */
  readonly policies: ReadonlyMap<string, DeploymentPolicy>
  /** With a canary: the staging distribution that is there. */
  readonly staging: StagingDistribution | undefined
  /** With a canary: the policy of the bucket; undefined without the permission to read it. */
  readonly bucketPolicy: JsonObject | undefined
}

/** Whether CloudFront takes a continuous deployment policy for the distribution at all. */
export const takesCanary = ({ httpVersion, isStaging }: Distribution): boolean =>
  !isStaging && !httpVersion.includes('3')

/** Without a canary, what there is no permission to read counts as not there. */
export async function readCanary(
  { publish, canary }: SiteRequest,
  all: readonly Distribution[],
  { distributions, storage }: SiteAccess,
): Promise<CanaryReading> {
  const [first] = all
  const isPossible = publish === 'origin-path' && canary !== undefined && first !== undefined && takesCanary(first)
  const read = async ({ id, deploymentPolicy: policy }: Distribution) => {
    if (publish === 'in-place' || policy === undefined) return []
    const reading = distributions.deploymentPolicy(policy)
    const found = canary ? await reading : await unlessDenied(reading, () => undefined)
    return found ? [[id, found] as const] : []
  }
  const [policies, staging, bucketPolicy] = await Promise.all([
    Promise.all(all.map(read)),
    isPossible ? distributions.stagingOf(first.id) : undefined,
    isPossible ? unlessDenied(storage.policy(), () => undefined) : undefined,
  ])
  return { policies: new Map(policies.flat()), staging, bucketPolicy }
}
