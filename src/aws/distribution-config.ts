import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { Failure } from '../failure.ts'
import type { OriginPathChange } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { type AwsRequest, call } from './call.ts'
import type { Connection } from './connection.ts'
import { distributionArn, whenMissing } from './distribution-arn.ts'
import { present } from './error-class.ts'

/** The configuration of a distribution, and the ETag over which it may be written. */
export interface FoundConfig {
  readonly config: DistributionConfig
  readonly etag: string
}

/** Reads the configuration of a distribution. Throws `distribution-not-found`. */
export async function readConfig(connection: Connection, Id: string): Promise<FoundConfig> {
  const client = await connection.clients.cloudfront()
  const { GetDistributionConfigCommand } = await import('@aws-sdk/client-cloudfront')
  return await call(
    connection,
    async (options) => {
      const { DistributionConfig, ETag } = await client.send(new GetDistributionConfigCommand({ Id }), options)
      return { config: present(DistributionConfig, 'DistributionConfig'), etag: present(ETag, 'ETag') }
    },
    {
      action: 'cloudfront:GetDistributionConfig',
      resource: distributionArn(connection, Id),
      kind: 'read',
      whenRefused: whenMissing(Id),
    },
  )
}

/**
 * Writes a configuration over the one with this ETag. `isSet`: whether a configuration is what is wanted, to find out what became of a
 * request without a reply. https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
 */
export async function writeConfig(
  connection: Connection,
  Id: string,
  { config: DistributionConfig, etag: IfMatch }: FoundConfig,
  isSet: (config: DistributionConfig) => boolean,
): Promise<'set' | 'met'> {
  const client = await connection.clients.cloudfront()
  const { UpdateDistributionCommand } = await import('@aws-sdk/client-cloudfront')
  const command = new UpdateDistributionCommand({ Id, IfMatch, DistributionConfig })
  return await call<'set' | 'met'>(
    connection,
    async (options) => {
      present((await client.send(command, options)).Distribution, 'Distribution')
      return 'set'
    },
    {
      action: 'cloudfront:UpdateDistribution',
      resource: distributionArn(connection, Id),
      kind: 'mutate',
      readBack: async () => (isSet((await readConfig(connection, Id)).config) ? 'set' : undefined),
      whenRefused: whenMet(whenMissing<'set' | 'met'>(Id)),
    },
  )
}

type WhenRefused<T> = NonNullable<AwsRequest<T>['whenRefused']>

/** PreconditionFailed as `met`: another program wrote after the read. `otherwise`: for any other refusal. */
export function whenMet<T>(otherwise?: WhenRefused<T | 'met'>): WhenRefused<T | 'met'> {
  return (refusal) => (refusal.name === 'PreconditionFailed' ? { value: 'met' } : otherwise?.(refusal))
}

/** How often a change is begun anew where others change the distribution at the same time. */
const mostMeetings = 5

/** Repeats a read and a write until no other program writes between them. Throws `site-busy`. */
export async function untilUnmet<T>(id: string, action: string, change: () => Promise<T | 'met'>): Promise<T> {
  for (let meetings = 0; meetings < mostMeetings; meetings++) {
    const made = await change()
    if (made !== 'met') return made
  }
  throw new Failure({
    code: 'site-busy',
    what: text`The distribution ${untrusted(id)} is being changed by another program`,
    why: text`PreconditionFailed: its ETag changed ${mostMeetings} times between a read and ${action}`,
    fix: text`Run this job again once the other program has ended.`,
  })
}

const isOf = ({ bucket }: OriginPathChange, domain = '') => domain.startsWith(`${bucket}.s3`)

/** OriginPath of the origins that have the bucket. */
export function pathsOf(config: DistributionConfig, change: OriginPathChange): readonly string[] {
  const origins = config.Origins?.Items ?? []
  return origins.filter(({ DomainName }) => isOf(change, DomainName)).map(({ OriginPath = '' }) => OriginPath)
}

/** Whether all origins of the bucket have the new path. */
export function isSwitched(config: DistributionConfig, change: OriginPathChange): boolean {
  return pathsOf(config, change).every((path) => path === change.to)
}

/** A configuration with the new path for the origins that have the bucket. */
export function switched(config: DistributionConfig, change: OriginPathChange): DistributionConfig {
  const Items = (config.Origins?.Items ?? []).map((origin) =>
    isOf(change, origin.DomainName) ? { ...origin, OriginPath: change.to } : origin,
  )
  return { ...config, Origins: { Quantity: Items.length, Items } }
}
