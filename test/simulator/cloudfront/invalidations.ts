/**
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html and its limits,
 * InvalidationLimits.html: at most 3,000 files and 15 wildcards in progress. Cache tags (`#tag`): invalidation-specifying-tags.html; each
 * counts as a file, and CloudFront ignores them where the distribution has no `CacheTagConfig`.
 */
import { AwsError, type World } from '../contract.ts'
import { draw } from '../identifiers.ts'
import { distributionFor, type StoredDistribution } from './distributions.ts'

export interface StoredInvalidation {
  readonly id: string
  readonly reference: string
  readonly paths: readonly string[]
  readonly createdAt: number
  status: 'InProgress' | 'Completed'
}

interface CreateInput {
  readonly DistributionId: string
  readonly InvalidationBatch: {
    readonly CallerReference: string
    readonly Paths: { readonly Quantity: number; readonly Items?: readonly string[] }
  }
}

const mostFiles = 3000
const mostWildcards = 15
const longestPath = 4000
/** Usually a minute or two; nothing promises it. */
const shortest = 20_000
const spread = 70_000

const isTag = (path: string) => path.startsWith('#')
const isWildcard = (path: string) => path.endsWith('*') && !isTag(path)
const tag = /^#[!-+\--~]{1,256}$/

function requirePaths(paths: readonly string[], quantity: number): void {
  if (paths.length !== quantity)
    throw new AwsError('InconsistentQuantities', 'The value of Quantity and the size of Items do not match.')
  const isPath = (path: string) =>
    path.startsWith('/') && path.length <= longestPath && !/\*./.test(path) && !/[^\x21-\x7e]/.test(path)
  const invalid = paths.find((path) => !isPath(path) && !tag.test(path))
  if (invalid !== undefined || paths.length === 0)
    throw new AwsError('InvalidArgument', 'Your request contains one or more invalid invalidation paths.')
  if (new Set(paths).size !== paths.length)
    throw new AwsError('InvalidArgument', 'Your request contains one or more duplicate invalidation paths.')
}

export function createInvalidation(
  world: World,
  { DistributionId, InvalidationBatch }: CreateInput,
): StoredInvalidation {
  const distribution = distributionFor(world, DistributionId)
  const { CallerReference: reference, Paths } = InvalidationBatch
  const paths = Paths.Items ?? []
  requirePaths(paths, Paths.Quantity)
  const earlier = distribution.invalidations.find((batch) => batch.reference === reference)
  if (earlier) {
    if ([...earlier.paths].sort().join('\n') === [...paths].sort().join('\n')) return earlier
    throw new AwsError(
      'InvalidationBatchAlreadyExists',
      'Your request contains a caller reference that was used for a previous invalidation batch for the specified distribution.',
    )
  }
  const moving = [
    ...distribution.invalidations.filter(({ status }) => status === 'InProgress').flatMap((batch) => batch.paths),
    ...paths,
  ]
  const wildcards = moving.filter(isWildcard).length
  if (paths.length > mostFiles) throw new AwsError('BatchTooLarge', 'Invalidation batch specified is too large.', 413)
  if (wildcards > mostWildcards || moving.length - wildcards > mostFiles)
    throw new AwsError(
      'TooManyInvalidationsInProgress',
      'You have exceeded the maximum number of allowable InProgress invalidation requests, or invalidation objects.',
    )
  const made: StoredInvalidation = {
    id: `I${draw(world, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 24)}`,
    ...{ reference, paths, createdAt: world.clock.now(), status: 'InProgress' },
  }
  distribution.invalidations.push(made)
  const { invalidationSeconds: seconds } = distribution.options
  const time = seconds === undefined ? shortest + world.random() * spread : seconds * 1000
  world.clock.after(time, () => {
    made.status = 'Completed'
    const header = distribution.live.CacheTagConfig?.HeaderName.toLowerCase()
    for (const [path, { response }] of distribution.cache) {
      const tags = header === undefined ? [] : tagsIn(response.headers[header])
      if (paths.some((item) => (isTag(item) ? tags.includes(item.toLowerCase()) : covers(item, path))))
        distribution.cache.delete(path)
    }
  })
  return made
}

/** At most 50 of an object count, in any case of letters. */
function tagsIn(header = ''): readonly string[] {
  return header.split(',', 50).map((one) => `#${one.trim().toLowerCase()}`)
}

/**
 * Whether an invalidation path is of an address: case-sensitive, `*` at the end stands for anything, query strings too. A path with a
 * tilde is of none, "whether it's URL-encoded or not".
 */
export function covers(pattern: string, address: string): boolean {
  if (/~|%7e/i.test(pattern)) return false
  return isWildcard(pattern) ? address.startsWith(pattern.slice(0, -1)) : address === pattern
}

export function findInvalidation(distribution: StoredDistribution, id: string): StoredInvalidation {
  const found = distribution.invalidations.find((batch) => batch.id === id)
  if (found === undefined) throw new AwsError('NoSuchInvalidation', 'The specified invalidation does not exist.', 404)
  return found
}

export const describedInvalidation = ({ id, status, createdAt, reference, paths }: StoredInvalidation) => ({
  ...{ Id: id, Status: status, CreateTime: new Date(createdAt) },
  InvalidationBatch: { CallerReference: reference, Paths: { Quantity: paths.length, Items: paths } },
})
