/** Amazon CloudFront: distributions, invalidations, and what an edge answers. */
import type { AwsService, World } from '../contract.ts'
import type { HttpResponse } from '../http.ts'
import {
  createPolicy,
  describedDeployment,
  type PolicyConfig,
  policiesOf,
  policyFor,
  updatePolicy,
} from './continuous-deployment.ts'
import {
  createDistribution,
  type DistributionConfig,
  type DistributionOptions,
  described,
  describedPolicy,
  distributionFor,
  distributionsOf,
  type StoredDistribution,
  summaryOf,
  updateDistribution,
} from './distributions.ts'
import { view } from './edge.ts'
import { createInvalidation, describedInvalidation, findInvalidation } from './invalidations.ts'
import { copyDistribution, promote } from './staging.ts'

export interface Distributions extends AwsService {
  createDistribution(options: DistributionOptions): StoredDistribution
  /** What a viewer gets from the edge now. `headers`: of the request, names in lower case. */
  view(domain: string, address: string, headers?: Readonly<Record<string, string>>): HttpResponse
}

interface Named {
  readonly Id: string
}

const location = ({ id }: StoredDistribution, rest = '') =>
  `https://cloudfront.amazonaws.com/2020-05-31/distribution/${id}${rest}`

export function createCloudFront(world: World): Distributions {
  return {
    createDistribution: (options) => createDistribution(world, options, new Map()),
    view: (domain, address, headers) => view(world, domain, address, headers),
    handlers: {
      ...stagingHandlers(world),
      GetDistribution({ Id }: Named) {
        const found = distributionFor(world, Id)
        return { Distribution: described(found), ETag: found.etag }
      },
      GetDistributionConfig({ Id }: Named) {
        const found = distributionFor(world, Id)
        return { DistributionConfig: found.config, ETag: found.etag }
      },
      UpdateDistribution(
        input: Named & { readonly IfMatch?: string; readonly DistributionConfig: DistributionConfig },
      ) {
        const updated = updateDistribution(world, input)
        return { Distribution: described(updated), ETag: updated.etag }
      },
      GetCachePolicy({ Id }: Named) {
        return { CachePolicy: describedPolicy(Id), ETag: 'E1' }
      },
      CreateInvalidation(input: Parameters<typeof createInvalidation>[1]) {
        const made = createInvalidation(world, input)
        const distribution = distributionFor(world, input.DistributionId)
        return {
          Location: location(distribution, `/invalidation/${made.id}`),
          Invalidation: describedInvalidation(made),
        }
      },
      GetInvalidation({ DistributionId, Id }: Named & { readonly DistributionId: string }) {
        return { Invalidation: describedInvalidation(findInvalidation(distributionFor(world, DistributionId), Id)) }
      },
      ListInvalidations({ DistributionId }: { readonly DistributionId: string }) {
        const { invalidations } = distributionFor(world, DistributionId)
        const Items = invalidations.map(({ id, status, createdAt }) => ({
          Id: id,
          Status: status,
          CreateTime: new Date(createdAt),
        }))
        return {
          InvalidationList: {
            Marker: '',
            MaxItems: 100,
            IsTruncated: false,
            Quantity: Items.length,
            ...(Items.length > 0 && { Items: Items.reverse() }),
          },
        }
      },
    },
  }
}

/** Operations of continuous deployment. */
function stagingHandlers(world: World): AwsService['handlers'] {
  const answer = (policy: ReturnType<typeof policyFor>) => ({
    ContinuousDeploymentPolicy: describedDeployment(policy),
    ETag: policy.etag,
  })
  const whole = { Marker: '', MaxItems: 100, IsTruncated: false }
  return {
    CopyDistribution(input: Parameters<typeof copyDistribution>[1]) {
      const made = copyDistribution(world, input)
      return { Distribution: described(made), ETag: made.etag, Location: location(made) }
    },
    UpdateDistributionWithStagingConfig(input: Parameters<typeof promote>[1]) {
      const updated = promote(world, input)
      return { Distribution: described(updated), ETag: updated.etag }
    },
    ListDistributions() {
      const Items = [...distributionsOf(world).values()].map(summaryOf)
      return { DistributionList: { ...whole, Quantity: Items.length, ...(Items.length > 0 && { Items }) } }
    },
    CreateContinuousDeploymentPolicy(input: { readonly ContinuousDeploymentPolicyConfig: PolicyConfig }) {
      const made = createPolicy(world, input.ContinuousDeploymentPolicyConfig)
      const Location = `https://cloudfront.amazonaws.com/2020-05-31/continuous-deployment-policy/${made.id}`
      return { ...answer(made), Location }
    },
    GetContinuousDeploymentPolicy: ({ Id }: Named) => answer(policyFor(world, Id)),
    UpdateContinuousDeploymentPolicy: (input: Parameters<typeof updatePolicy>[1]) => answer(updatePolicy(world, input)),
    ListContinuousDeploymentPolicies() {
      const Items = [...policiesOf(world).values()].map((one) => ({
        ContinuousDeploymentPolicy: describedDeployment(one),
      }))
      const list = { MaxItems: 100, Quantity: Items.length, ...(Items.length > 0 && { Items }) }
      return { ContinuousDeploymentPolicyList: list }
    },
  } as AwsService['handlers']
}
