import type { DistributionConfig, DistributionSummary } from '@aws-sdk/client-cloudfront'
import { Failure } from '../failure.ts'
import type { OriginPathChange, OriginPathSet, StagingDistribution } from '../ports.ts'
import { setting, text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { distributionArn, whenMissing } from './distribution-arn.ts'
import { isSwitched, pathsOf, readConfig, switched, untilUnmet, whenMet, writeConfig } from './distribution-config.ts'
import { present } from './error-class.ts'

/** What the name of a copy begins with, so that it is found again after a run that was killed. */
const referenceOf = (primary: string) => `slipway-${primary}-`

/** The staging distribution of that domain name, or without one a copy that Slipway has made; undefined: there is none. */
export async function findStaging(
  connection: Connection,
  primary: string,
  domains: readonly string[] | undefined,
): Promise<StagingDistribution | undefined> {
  const all = (await listDistributions(connection)).filter(({ Staging }) => Staging)
  for (const { Id: id = '', DomainName: domain = '' } of all) {
    const isOwn = async () =>
      (await readConfig(connection, id)).config.CallerReference?.startsWith(referenceOf(primary)) ?? false
    if (domains ? domains.includes(domain) : await isOwn()) return { id, domain }
  }
  return undefined
}

async function listDistributions(connection: Connection): Promise<readonly DistributionSummary[]> {
  const client = await connection.clients.cloudfront()
  const { ListDistributionsCommand } = await import('@aws-sdk/client-cloudfront')
  const all: DistributionSummary[] = []
  for (let Marker: string | undefined; ; ) {
    const command = new ListDistributionsCommand({ Marker })
    const page = await call(
      connection,
      async (options) => present((await client.send(command, options)).DistributionList, 'DistributionList'),
      { action: 'cloudfront:ListDistributions', kind: 'read' },
    )
    all.push(...(page.Items ?? []))
    if (!page.IsTruncated || page.NextMarker === undefined) return all
    Marker = page.NextMarker
  }
}

/**
 * Copies a primary distribution. A second request with the same caller reference is refused (DistributionAlreadyExists), so that a lost
 * reply makes no second copy. https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CopyDistribution.html
 */
export async function copyDistribution(connection: Connection, primary: string): Promise<StagingDistribution> {
  const client = await connection.clients.cloudfront()
  const { CopyDistributionCommand } = await import('@aws-sdk/client-cloudfront')
  return await untilUnmet(primary, 'CopyDistribution', async () => {
    const { etag } = await readConfig(connection, primary)
    const CallerReference = `${referenceOf(primary)}${etag}`
    const asked = { PrimaryDistributionId: primary, Staging: true, IfMatch: etag, CallerReference, Enabled: true }
    const command = new CopyDistributionCommand(asked)
    const made = await call<StagingDistribution | 'met' | 'exists'>(
      connection,
      async (options) => {
        const { Distribution: copy } = await client.send(command, options)
        return { id: present(copy?.Id, 'Id'), domain: present(copy?.DomainName, 'DomainName') }
      },
      {
        action: 'cloudfront:CopyDistribution',
        resource: distributionArn(connection, primary),
        kind: 'mutate',
        idempotent: true,
        whenRefused: whenMet((refusal) =>
          refusal.name === 'DistributionAlreadyExists'
            ? { value: 'exists' }
            : whenMissing<StagingDistribution | 'met' | 'exists'>(primary)(refusal),
        ),
      },
    )
    return made === 'exists' ? ((await findStaging(connection, primary, undefined)) ?? 'met') : made
  })
}

/**
 * What may be changed of a distribution with a continuous deployment policy, and of its staging distribution:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-continuous-deployment.html
 */
const changeable = [
  ...(['CacheBehaviors', 'Comment', 'CustomErrorResponses', 'DefaultCacheBehavior', 'DefaultRootObject'] as const),
  ...(['Logging', 'OriginGroups', 'Origins', 'Restrictions'] as const),
]

/** What a promotion does not copy, and what each of two distributions has for itself. */
const own: readonly string[] = ['Aliases', 'CallerReference', 'ContinuousDeploymentPolicyId', 'Staging']

/**
 * Members in which a staging distribution differs from what its primary one is to be. The default certificate counts as no difference: a
 * staging distribution has no names of its own, and with it a primary one with Aliases is not promoted (InvalidViewerCertificate).
 */
export function differences(wanted: DistributionConfig, staging: DistributionConfig): readonly string[] {
  const [first, second] = [wanted, staging] as unknown as readonly Readonly<Record<string, unknown>>[]
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(staging)])]
  const isKept = (name: string) =>
    own.includes(name) || (name === 'ViewerCertificate' && staging.ViewerCertificate?.CloudFrontDefaultCertificate)
  return names.filter((name) => !isKept(name) && plain(first?.[name]) !== plain(second?.[name])).sort()
}

const plain = (value: unknown): string => JSON.stringify(value ?? '')

/** Has the staging distribution be what the primary one is, but for OriginPath. */
export async function stage(
  connection: Connection,
  primary: string,
  staging: string,
  change: OriginPathChange,
): Promise<void> {
  await untilUnmet(staging, 'UpdateDistribution', async () => {
    const { config } = await readConfig(connection, primary)
    const copy = await readConfig(connection, staging)
    const wanted = switched(config, change)
    const next = { ...copy.config, ...pick(wanted), Enabled: true }
    const fixed = differences(wanted, next)
    if (fixed.length > 0) throw isOther(primary, staging, fixed)
    const isSet = (now: DistributionConfig) => differences(wanted, now).length === 0
    if (isSet(copy.config)) return 'set'
    return await writeConfig(connection, staging, { config: next, etag: copy.etag }, isSet)
  })
}

const pick = (config: DistributionConfig) => Object.fromEntries(changeable.map((name) => [name, config[name]]))

function isOther(primary: string, staging: string, names: readonly string[]): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`The staging distribution ${untrusted(staging)} differs from ${untrusted(primary)} in ${untrusted(names.join(', '))}`,
    why: text`IllegalUpdate: CloudFront changes neither with a continuous deployment policy, and a promotion would overwrite that of ${untrusted(primary)}`,
    fix: text`Detach the continuous deployment policy, delete it and the staging distribution; the next run copies ${untrusted(primary)} again. Or remove ${setting('canary-weight')} and ${setting('canary-header')}.`,
  })
}

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistributionWithStagingConfig.html */
export async function promote(
  connection: Connection,
  primary: string,
  staging: string,
  change: OriginPathChange,
): Promise<OriginPathSet> {
  return await untilUnmet<OriginPathSet>(primary, 'UpdateDistributionWithStagingConfig', async () => {
    const { config, etag } = await readConfig(connection, primary)
    if (isSwitched(config, change)) return { kind: 'set' }
    const other = pathsOf(config, change).find((path) => path !== change.from)
    if (other !== undefined) return { kind: 'other', path: other }
    const copy = await readConfig(connection, staging)
    const changed = differences(switched(config, change), copy.config)
    if (changed.length > 0) throw changedMeanwhile(primary, staging, changed)
    return await sendPromotion(connection, primary, staging, `${etag}, ${copy.etag}`, change)
  })
}

function changedMeanwhile(primary: string, staging: string, names: readonly string[]): Failure {
  return new Failure({
    code: 'site-busy',
    what: text`The distribution ${untrusted(primary)} or its staging distribution ${untrusted(staging)} was changed by another program`,
    why: text`they differ in ${untrusted(names.join(', '))}, which a promotion would overwrite`,
    fix: text`Run this job again. No other program may change them while a canary is in progress.`,
  })
}

async function sendPromotion(
  connection: Connection,
  Id: string,
  StagingDistributionId: string,
  IfMatch: string,
  change: OriginPathChange,
): Promise<OriginPathSet | 'met'> {
  const client = await connection.clients.cloudfront()
  const { UpdateDistributionWithStagingConfigCommand } = await import('@aws-sdk/client-cloudfront')
  const command = new UpdateDistributionWithStagingConfigCommand({ Id, StagingDistributionId, IfMatch })
  return await call<OriginPathSet | 'met'>(
    connection,
    async (options) => {
      present((await client.send(command, options)).Distribution, 'Distribution')
      return { kind: 'set' }
    },
    {
      action: 'cloudfront:UpdateDistributionWithStagingConfig',
      resource: distributionArn(connection, Id),
      kind: 'mutate',
      readBack: async () =>
        isSwitched((await readConfig(connection, Id)).config, change) ? { kind: 'set' } : undefined,
      whenRefused: whenMet(whenMissing<OriginPathSet | 'met'>(Id)),
    },
  )
}
