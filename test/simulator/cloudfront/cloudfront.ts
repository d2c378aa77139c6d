/** Amazon CloudFront: distributions, invalidations, and what an edge answers. */
import type { AwsService, World } from '../contract.ts'
import type { HttpResponse } from '../http.ts'
import {
  createDistribution,
  type DistributionConfig,
  type DistributionOptions,
  described,
  describedPolicy,
  distributionFor,
  type StoredDistribution,
  updateDistribution,
} from './distributions.ts'
import { view } from './edge.ts'
import { createInvalidation, describedInvalidation, findInvalidation } from './invalidations.ts'

export interface Distributions extends AwsService {
  createDistribution(options: DistributionOptions): StoredDistribution
  /** What a viewer gets from the edge now. */
  view(domain: string, address: string): HttpResponse
}

interface Named {
  readonly Id: string
}

const location = ({ id }: StoredDistribution, rest = '') =>
  `https://cloudfront.amazonaws.com/2020-05-31/distribution/${id}${rest}`

export function createCloudFront(world: World): Distributions {
  return {
    createDistribution: (options) => createDistribution(world, options, new Map()),
    view: (domain, address) => view(world, domain, address),
    handlers: {
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
