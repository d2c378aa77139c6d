import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { Failure } from '../failure.ts'
import type { OriginPathChange, OriginPathSet } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { distributionArn, whenMissing } from './distribution-arn.ts'
import { present } from './error-class.ts'

/** How often a change is begun anew where others change the distribution at the same time. */
const mostMeetings = 5

/**
 * Sets OriginPath of the origins that have a bucket, and nothing else of the distribution: the configuration is read, and written over
 * what was read alone (If-Match). https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
 */
export async function setOriginPath(
  connection: Connection,
  id: string,
  change: OriginPathChange,
): Promise<OriginPathSet> {
  for (let meetings = 0; meetings < mostMeetings; meetings++) {
    const { config, etag } = await readConfig(connection, id)
    const paths = pathsOf(config, change)
    const other = paths.find((path) => path !== change.from && path !== change.to)
    if (other !== undefined) return { kind: 'other', path: other }
    if (isSet(config, change)) return { kind: 'set' }
    const set = await update(connection, id, etag, config, change)
    if (set !== 'met') return set
  }
  throw new Failure({
    code: 'site-busy',
    what: text`The distribution ${untrusted(id)} is being changed by another program`,
    why: text`PreconditionFailed: its ETag changed ${mostMeetings} times between a read and UpdateDistribution`,
    fix: text`Run this job again once the other program has ended.`,
  })
}

const isOf = ({ bucket }: OriginPathChange, domain = '') => domain.startsWith(`${bucket}.s3`)

function pathsOf(config: DistributionConfig, change: OriginPathChange): readonly string[] {
  const origins = config.Origins?.Items ?? []
  return origins.filter(({ DomainName }) => isOf(change, DomainName)).map(({ OriginPath = '' }) => OriginPath)
}

const isSet = (config: DistributionConfig, change: OriginPathChange) =>
  pathsOf(config, change).every((path) => path === change.to)

async function readConfig(connection: Connection, Id: string) {
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

async function update(
  connection: Connection,
  Id: string,
  IfMatch: string,
  config: DistributionConfig,
  change: OriginPathChange,
): Promise<OriginPathSet | 'met'> {
  const client = await connection.clients.cloudfront()
  const { UpdateDistributionCommand } = await import('@aws-sdk/client-cloudfront')
  const Items = (config.Origins?.Items ?? []).map((origin) =>
    isOf(change, origin.DomainName) ? { ...origin, OriginPath: change.to } : origin,
  )
  const DistributionConfig = { ...config, Origins: { Quantity: Items.length, Items } }
  const command = new UpdateDistributionCommand({ Id, IfMatch, DistributionConfig })
  return await call<OriginPathSet | 'met'>(
    connection,
    async (options) => {
      present((await client.send(command, options)).Distribution, 'Distribution')
      return { kind: 'set' }
    },
    {
      action: 'cloudfront:UpdateDistribution',
      resource: distributionArn(connection, Id),
      kind: 'mutate',
      readBack: async () => (isSet((await readConfig(connection, Id)).config, change) ? { kind: 'set' } : undefined),
      whenRefused: (refusal) =>
        refusal.name === 'PreconditionFailed' ? { value: 'met' } : whenMissing<OriginPathSet | 'met'>(Id)(refusal),
    },
  )
}
