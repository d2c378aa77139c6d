/** Staging distributions: copies of a primary one, and their promotion. */
import { AwsError, type World } from '../contract.ts'
import { draw } from '../identifiers.ts'
import { policyFor, requireNoHttp3, setPolicy } from './continuous-deployment.ts'
import {
  type DistributionConfig,
  distributionFor,
  distributionsOf,
  propagate,
  requireMatch,
  type StoredDistribution,
} from './distributions.ts'

/** "Maximum number of staging distributions per AWS account: 20". */
const mostStaging = 20

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

interface Copy {
  readonly PrimaryDistributionId: string
  readonly Staging?: boolean
  readonly IfMatch?: string
  readonly CallerReference: string
  readonly Enabled?: boolean
}

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CopyDistribution.html */
export function copyDistribution(world: World, copy: Copy): StoredDistribution {
  const primary = distributionFor(world, copy.PrimaryDistributionId)
  if (copy.Staging !== true || primary.config.Staging === true)
    throw new AwsError('InvalidArgument', 'Only a staging distribution can be copied from a primary distribution.')
  requireNoHttp3(primary.config)
  requireMatch(copy.IfMatch, primary.etag)
  const all = [...distributionsOf(world).values()]
  if (all.some(({ config }) => config.CallerReference === copy.CallerReference))
    throw new AwsError(
      'DistributionAlreadyExists',
      'The caller reference that you are using to create a distribution is associated with another distribution.',
      409,
    )
  if (all.filter(({ config }) => config.Staging === true).length >= mostStaging)
    throw new AwsError(
      'TooManyDistributions',
      'Processing your request would cause you to exceed the maximum number of distributions allowed.',
    )
  const config: DistributionConfig = {
    ...primary.config,
    ...{ CallerReference: copy.CallerReference, Staging: true, ContinuousDeploymentPolicyId: '' },
    ...{ Enabled: copy.Enabled ?? true, Aliases: { Quantity: 0 } },
  }
  const id = `E${draw(world, characters, 13)}`
  const made: StoredDistribution = {
    ...{ id, arn: `arn:aws:cloudfront::${world.accountId}:distribution/${id}`, options: primary.options },
    ...{ domain: `d${draw(world, characters.toLowerCase(), 13)}.cloudfront.net`, config, etag: '', changes: 0 },
    ...{ live: { ...config, Enabled: false }, status: 'InProgress', changedAt: 0, invalidations: [], cache: new Map() },
  }
  distributionsOf(world).set(id, made)
  propagate(world, made)
  return made
}

interface Promotion {
  readonly Id: string
  readonly StagingDistributionId?: string
  readonly IfMatch?: string
}

/**
 * "The primary distribution retains its Aliases and ContinuousDeploymentPolicyId value, but otherwise its configuration is overwritten to
 * match the staging distribution": https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistributionWithStagingConfig.html
 */
export function promote(world: World, { Id, StagingDistributionId = '', IfMatch }: Promotion): StoredDistribution {
  const primary = distributionFor(world, Id)
  const staging = distributionFor(world, StagingDistributionId)
  requireMatch(IfMatch, `${primary.etag}, ${staging.etag}`)
  const { ContinuousDeploymentPolicyId: attached = '', Aliases, CallerReference } = primary.config
  const policy = attached === '' ? undefined : policyFor(world, attached)
  if (policy === undefined || !policy.config.StagingDistributionDnsNames.Items?.includes(staging.domain))
    throw new AwsError('IllegalUpdate', 'The staging distribution does not correspond to the primary distribution.')
  primary.config = {
    ...staging.config,
    ...(Aliases && { Aliases }),
    ...{ CallerReference, ContinuousDeploymentPolicyId: attached, Staging: false },
  }
  setPolicy(world, policy, { ...policy.config, Enabled: false })
  return primary
}
