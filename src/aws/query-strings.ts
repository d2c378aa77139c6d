import type { CacheBehavior, DefaultCacheBehavior } from '@aws-sdk/client-cloudfront'
import { partitionOf } from '../partitions.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html: no query strings in the cache key. */
const managedWithout = [
  // CachingOptimized, CachingOptimizedForUncompressedObjects, CachingDisabled
  '658327ea-f89d-4fab-a63d-7e88639e58f6',
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d',
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
]

/**
 * Ids of the origins whose objects edges cache once for each query string, by the cache policies of the behaviors, or the settings of
 * older ones. A policy that cannot be read may do so.
 */
export async function readQueryStrings(
  connection: Connection,
  behaviors: readonly (CacheBehavior | DefaultCacheBehavior)[],
): Promise<ReadonlySet<string>> {
  const policies = behaviors.flatMap(({ CachePolicyId }) => CachePolicyId || [])
  const unknown = [...new Set(policies)].filter((id) => !managedWithout.includes(id))
  const found = await Promise.all(unknown.map(async (id) => ((await hasQueryStrings(connection, id)) ? [id] : [])))
  const withQuery = new Set(found.flat())
  const counts = behaviors.filter(({ CachePolicyId, ForwardedValues }) =>
    CachePolicyId ? withQuery.has(CachePolicyId) : ForwardedValues?.QueryString === true,
  )
  return new Set(counts.flatMap(({ TargetOriginId }) => TargetOriginId ?? []))
}

async function hasQueryStrings(connection: Connection, Id: string): Promise<boolean> {
  const client = await connection.clients.cloudfront()
  const { GetCachePolicyCommand } = await import('@aws-sdk/client-cloudfront')
  return await call(
    connection,
    async (options) => {
      const { CachePolicy } = await client.send(new GetCachePolicyCommand({ Id }), options)
      const key = CachePolicy?.CachePolicyConfig?.ParametersInCacheKeyAndForwardedToOrigin
      return key?.QueryStringsConfig?.QueryStringBehavior !== 'none'
    },
    {
      action: 'cloudfront:GetCachePolicy',
      resource: `arn:${partitionOf(connection.region).id}:cloudfront::*:cache-policy/${Id}`,
      kind: 'read',
      whenRefused: ({ name }) => (/^(AccessDenied|NoSuchCachePolicy)/.test(name) ? { value: true } : undefined),
    },
  )
}
