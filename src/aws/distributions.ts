import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import type { Distribution, Distributions, Invalidated } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { continuousDeployment } from './continuous-deployment.ts'
import { distributionArn, whenMissing } from './distribution-arn.ts'
import { present } from './error-class.ts'
import { setOriginPath } from './origin-path.ts'
import { readQueryStrings } from './query-strings.ts'

/** CloudFront that does not answer is asked again by those who wait for it, and not until the job ends. Milliseconds. */
const longestCall = 2 * 60_000

/** Distributions of CloudFront behind the port. */
export function distributions(aws: Connection): Distributions {
  const connection = { ...aws, longestCall }
  return {
    distribution: (id, { cachePolicies } = { cachePolicies: false }) => distribution(connection, id, cachePolicies),
    invalidate: (...asked) => invalidate(connection, ...asked),
    isInvalidated: (...asked) => isInvalidated(connection, ...asked),
    setOriginPath: (...asked) => setOriginPath(connection, ...asked),
    ...continuousDeployment(connection),
  }
}

async function distribution(connection: Connection, Id: string, cachePolicies: boolean): Promise<Distribution> {
  const client = await connection.clients.cloudfront()
  const { GetDistributionCommand } = await import('@aws-sdk/client-cloudfront')
  const { config, ...found } = await call(
    connection,
    async (options) => {
      const { Distribution } = await client.send(new GetDistributionCommand({ Id }), options)
      const { DistributionConfig, DomainName = '', Status = '' } = present(Distribution, 'Distribution')
      return { config: present(DistributionConfig, 'DistributionConfig'), domain: DomainName, status: Status }
    },
    {
      action: 'cloudfront:GetDistribution',
      resource: distributionArn(connection, Id),
      kind: 'read',
      whenRefused: whenMissing(Id),
    },
  )
  const withQuery = await readQueryStrings(connection, cachePolicies ? behaviorsOf(config) : [])
  return { id: Id, ...found, ...described(config, withQuery) }
}

function behaviorsOf({ DefaultCacheBehavior, CacheBehaviors }: DistributionConfig) {
  return [...(DefaultCacheBehavior ? [DefaultCacheBehavior] : []), ...(CacheBehaviors?.Items ?? [])]
}

/** ErrorCachingMinTTL where none is set: custom-error-pages-expiration.html. Seconds. */
const errorsCachedFor = 10

/** The origins, that of the default behavior first: pages are usually there. */
function usualFirst({ Origins, DefaultCacheBehavior }: DistributionConfig) {
  const isUsual = ({ Id }: { Id?: string | undefined }) => Id === DefaultCacheBehavior?.TargetOriginId
  const all = Origins?.Items ?? []
  return [...all.filter(isUsual), ...all.filter((origin) => !isUsual(origin))]
}

/** `withQuery`: ids of origins that are cached once for each query string. */
function described(
  config: DistributionConfig,
  withQuery: ReadonlySet<string>,
): Omit<Distribution, 'id' | 'domain' | 'status'> {
  return {
    aliases: config.Aliases?.Items ?? [],
    enabled: config.Enabled ?? false,
    httpVersion: config.HttpVersion ?? '',
    isStaging: config.Staging ?? false,
    cacheTagHeader: config.CacheTagConfig?.HeaderName || undefined,
    deploymentPolicy: config.ContinuousDeploymentPolicyId || undefined,
    defaultRootObject: config.DefaultRootObject || undefined,
    origins: usualFirst(config).map((origin) => ({
      domain: origin.DomainName ?? '',
      path: origin.OriginPath ?? '',
      hasAccessControl: Boolean(origin.OriginAccessControlId || origin.S3OriginConfig?.OriginAccessIdentity),
      queryStrings: withQuery.has(origin.Id ?? ''),
    })),
    errorResponses: (config.CustomErrorResponses?.Items ?? []).map((response) => ({
      code: response.ErrorCode ?? 0,
      page: response.ResponsePagePath || undefined,
      responseCode: response.ResponseCode ? Number(response.ResponseCode) : undefined,
      cachedFor: response.ErrorCachingMinTTL ?? errorsCachedFor,
    })),
    rewrites: behaviorsOf(config).some(
      ({ FunctionAssociations, LambdaFunctionAssociations }) =>
        (FunctionAssociations?.Quantity ?? 0) > 0 || (LambdaFunctionAssociations?.Quantity ?? 0) > 0,
    ),
  }
}

async function invalidate(
  connection: Connection,
  DistributionId: string,
  Items: readonly string[],
  CallerReference: string,
): Promise<Invalidated> {
  const client = await connection.clients.cloudfront()
  const { CreateInvalidationCommand } = await import('@aws-sdk/client-cloudfront')
  const Paths = { Quantity: Items.length, Items: [...Items] }
  const command = new CreateInvalidationCommand({ DistributionId, InvalidationBatch: { CallerReference, Paths } })
  return await call<Invalidated>(
    connection,
    async (options) => {
      const { Invalidation } = await client.send(command, options)
      return { kind: 'created', id: present(Invalidation?.Id, 'Invalidation.Id') }
    },
    {
      action: 'cloudfront:CreateInvalidation',
      resource: distributionArn(connection, DistributionId),
      kind: 'mutate',
      // "If the value of CallerReference … is the same … CloudFront doesn't create another": API reference, InvalidationBatch.
      idempotent: true,
      whenRefused: (refusal) =>
        refusal.name === 'TooManyInvalidationsInProgress'
          ? { value: { kind: 'busy' } }
          : whenMissing<Invalidated>(DistributionId)(refusal),
    },
  )
}

async function isInvalidated(connection: Connection, DistributionId: string, Id: string): Promise<boolean> {
  const client = await connection.clients.cloudfront()
  const { GetInvalidationCommand } = await import('@aws-sdk/client-cloudfront')
  return await call(
    connection,
    async (options) => {
      const { Invalidation } = await client.send(new GetInvalidationCommand({ DistributionId, Id }), options)
      return present(Invalidation?.Status, 'Invalidation.Status') === 'Completed'
    },
    {
      action: 'cloudfront:GetInvalidation',
      resource: distributionArn(connection, DistributionId),
      kind: 'read',
      whenRefused: whenMissing(DistributionId),
    },
  )
}
