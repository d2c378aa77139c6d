/**
 * Continuous deployment policies: which viewers of a primary distribution get its staging distribution.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/continuous-deployment-quotas-considerations.html
 */
import { AwsError, type World } from '../contract.ts'
import { draw } from '../identifiers.ts'
import {
  type DistributionConfig,
  distributionsOf,
  newEtag,
  propagate,
  requireMatch,
  type StoredDistribution,
} from './distributions.ts'

export interface PolicyConfig {
  readonly StagingDistributionDnsNames: { readonly Quantity: number; readonly Items?: readonly string[] }
  readonly Enabled: boolean
  readonly TrafficConfig?: {
    readonly Type: 'SingleWeight' | 'SingleHeader'
    readonly SingleWeightConfig?: {
      readonly Weight: number
      readonly SessionStickinessConfig?: { readonly IdleTTL: number; readonly MaximumTTL: number }
    }
    readonly SingleHeaderConfig?: { readonly Header: string; readonly Value: string }
  }
}

export interface StoredPolicy {
  readonly id: string
  etag: string
  config: PolicyConfig
  changedAt: number
}

/** "Maximum number of continuous deployment policies per AWS account: 20", and of staging distributions. */
const most = 20
const mostWeight = 0.15

const stores = new WeakMap<World, Map<string, StoredPolicy>>()

export function policiesOf(world: World): Map<string, StoredPolicy> {
  const known = stores.get(world) ?? new Map<string, StoredPolicy>()
  stores.set(world, known)
  return known
}

export function policyFor(world: World, id: string): StoredPolicy {
  const found = policiesOf(world).get(id)
  if (found === undefined)
    throw new AwsError('NoSuchContinuousDeploymentPolicy', 'The continuous deployment policy does not exist.', 404)
  return found
}

const invalid = (message: string) => new AwsError('InvalidArgument', message)

function requirePolicy(world: World, config: PolicyConfig, own?: StoredPolicy): void {
  const { Quantity, Items = [] } = config.StagingDistributionDnsNames
  if (Quantity !== Items.length)
    throw new AwsError('InconsistentQuantities', 'The value of Quantity and the size of Items do not match.')
  const [name] = Items
  const staging = [...distributionsOf(world).values()].find(({ domain }) => domain === name)
  if (Items.length !== 1 || staging?.config.Staging !== true)
    throw invalid('The specified distribution is not a staging distribution.')
  const others = [...policiesOf(world).values()].filter((one) => one !== own)
  if (others.some((one) => one.config.StagingDistributionDnsNames.Items?.includes(name ?? '')))
    throw new AwsError(
      'StagingDistributionInUse',
      'A continuous deployment policy for this staging distribution already exists.',
      409,
    )
  requireTraffic(config)
}

function requireTraffic({ TrafficConfig: traffic, Enabled }: PolicyConfig): void {
  if (traffic === undefined && Enabled) throw invalid('An enabled policy needs a TrafficConfig.')
  const { Type, SingleWeightConfig: weight, SingleHeaderConfig: header } = traffic ?? {}
  const isFitting =
    Type === undefined || (Type === 'SingleWeight' ? weight && header === undefined : header && weight === undefined)
  if (!isFitting) throw invalid('The traffic configuration does not match its type.')
  if (weight && !(weight.Weight >= 0 && weight.Weight <= mostWeight))
    throw invalid('The weight must be between 0 and 0.15.')
  const { IdleTTL = 300, MaximumTTL = 300 } = weight?.SessionStickinessConfig ?? {}
  const isSession = (seconds: number) => Number.isInteger(seconds) && seconds >= 300 && seconds <= 3600
  if (!isSession(IdleTTL) || !isSession(MaximumTTL) || IdleTTL > MaximumTTL)
    throw invalid('The session stickiness must be 300 to 3600 seconds, IdleTTL at most MaximumTTL.')
  if (header && !/^aws-cf-cd-[a-z0-9-]+$/i.test(header.Header))
    throw invalid('The header must contain the prefix aws-cf-cd-.')
  if (header && (header.Value === '' || header.Value.length > 1783)) throw invalid('The header value is invalid.')
}

export function createPolicy(world: World, config: PolicyConfig): StoredPolicy {
  requirePolicy(world, config)
  if (policiesOf(world).size >= most)
    throw new AwsError(
      'TooManyContinuousDeploymentPolicies',
      'You have reached the maximum number of continuous deployment policies for this AWS account.',
    )
  const hex = (size: number) => draw(world, '0123456789abcdef', size)
  const id = `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`
  const made = { id, etag: newEtag(world), config, changedAt: world.clock.now() }
  policiesOf(world).set(id, made)
  return made
}

export function setPolicy(world: World, policy: StoredPolicy, config: PolicyConfig): void {
  Object.assign(policy, { config, etag: newEtag(world), changedAt: world.clock.now() })
  for (const one of distributionsOf(world).values())
    if (one.config.ContinuousDeploymentPolicyId === policy.id) propagate(world, one)
}

interface PolicyUpdate {
  readonly Id: string
  readonly IfMatch?: string
  readonly ContinuousDeploymentPolicyConfig: PolicyConfig
}

export function updatePolicy(world: World, { Id, IfMatch, ContinuousDeploymentPolicyConfig }: PolicyUpdate) {
  const policy = policyFor(world, Id)
  requireMatch(IfMatch, policy.etag)
  requirePolicy(world, ContinuousDeploymentPolicyConfig, policy)
  setPolicy(world, policy, ContinuousDeploymentPolicyConfig)
  return policy
}

export const describedDeployment = ({ id, config, changedAt }: StoredPolicy) => ({
  ...{ Id: id, LastModifiedTime: new Date(changedAt), ContinuousDeploymentPolicyConfig: config },
})

/** What may be changed: understanding-continuous-deployment.html, "Update primary and staging distributions". */
const supported = new Set([
  'CacheBehaviors',
  'Comment',
  'CustomErrorResponses',
  'DefaultCacheBehavior',
  'DefaultRootObject',
  'Enabled',
  'Logging',
  'OriginGroups',
  'Origins',
  'Restrictions',
])

const plain = (value: unknown) => JSON.stringify(value ?? '')

/** Refuses what a distribution of a continuous deployment cannot become. */
export function requireAllowed(world: World, distribution: StoredDistribution, next: DistributionConfig): void {
  const { config, domain } = distribution
  const attached = next.ContinuousDeploymentPolicyId || undefined
  const changed = [...new Set([...Object.keys(config), ...Object.keys(next)])].filter(
    (name) => plain(config[name]) !== plain(next[name]),
  )
  const isBound = config.Staging === true || (config.ContinuousDeploymentPolicyId ?? '') !== ''
  const others = changed.filter((name) => !supported.has(name) && name !== 'ContinuousDeploymentPolicyId')
  if (isBound && others.length > 0)
    throw new AwsError('IllegalUpdate', 'One or more fields updated are not supported for continuous deployment.')
  if (attached && attached !== config.ContinuousDeploymentPolicyId)
    requireAttachable(world, distribution, attached, next)
  const isInPolicy = [...policiesOf(world).values()].some((one) =>
    one.config.StagingDistributionDnsNames.Items?.includes(domain),
  )
  if (isInPolicy && !next.Enabled)
    throw new AwsError(
      'StagingDistributionInUse',
      'The specified staging distribution is currently used by a continuous deployment policy. Please the update policy before deleting.',
      409,
    )
}

function requireAttachable(world: World, own: StoredDistribution, id: string, next: DistributionConfig): void {
  policyFor(world, id)
  if (next.Staging === true) throw invalid('A staging distribution cannot have a continuous deployment policy.')
  requireNoHttp3(next)
  const isTaken = [...distributionsOf(world).values()].some(
    (one) => one !== own && one.config.ContinuousDeploymentPolicyId === id,
  )
  if (isTaken)
    throw new AwsError('IllegalUpdate', 'The continuous deployment policy is attached to another distribution.')
}

/** "You can't use continuous deployment with a distribution that supports HTTP/3." */
export function requireNoHttp3({ HttpVersion = '' }: DistributionConfig): void {
  if (HttpVersion.toLowerCase().includes('3'))
    throw invalid('Continuous deployment policy is not supported for distributions with HTTP/3.')
}
