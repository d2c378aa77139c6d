import type { ContinuousDeploymentPolicyConfig, TrafficConfig } from '@aws-sdk/client-cloudfront'
import { Failure } from '../failure.ts'
import type { CanaryTraffic, ContinuousDeployment, DeploymentPolicy, StagingDistribution } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { deploymentPolicyArn } from './distribution-arn.ts'
import { readConfig, untilUnmet, whenMet, writeConfig } from './distribution-config.ts'
import { present } from './error-class.ts'
import { copyDistribution, findStaging, promote, stage } from './staging-distribution.ts'

/** Continuous deployment of CloudFront behind the port. */
export function continuousDeployment(connection: Connection): ContinuousDeployment {
  return {
    async deploymentPolicy(id) {
      const found = await readPolicy(connection, id)
      return found && described(id, found.config)
    },
    async stagingOf(primary) {
      const { config } = await readConfig(connection, primary)
      const policy = config.ContinuousDeploymentPolicyId
      const found = policy ? await readPolicy(connection, policy) : undefined
      return await findStaging(connection, primary, found && namesOf(found.config))
    },
    copyToStaging: (primary) => copyDistribution(connection, primary),
    stage: (...asked) => stage(connection, ...asked),
    attachPolicy: (...asked) => attach(connection, ...asked),
    shiftTraffic: (...asked) => shift(connection, ...asked),
    promote: (...asked) => promote(connection, ...asked),
  }
}

const namesOf = ({ StagingDistributionDnsNames }: Partial<ContinuousDeploymentPolicyConfig>) =>
  StagingDistributionDnsNames?.Items ?? []

const described = (id: string, config: ContinuousDeploymentPolicyConfig): DeploymentPolicy => ({
  ...{ id, isEnabled: config.Enabled ?? false, staging: namesOf(config) },
})

interface FoundPolicy {
  readonly config: ContinuousDeploymentPolicyConfig
  readonly etag: string
}

/** Undefined: there is none. */
async function readPolicy(connection: Connection, Id: string): Promise<FoundPolicy | undefined> {
  const client = await connection.clients.cloudfront()
  const { GetContinuousDeploymentPolicyCommand } = await import('@aws-sdk/client-cloudfront')
  return await call<FoundPolicy | undefined>(
    connection,
    async (options) => {
      const found = await client.send(new GetContinuousDeploymentPolicyCommand({ Id }), options)
      const config = found.ContinuousDeploymentPolicy?.ContinuousDeploymentPolicyConfig
      return { config: present(config, 'ContinuousDeploymentPolicyConfig'), etag: present(found.ETag, 'ETag') }
    },
    {
      action: 'cloudfront:GetContinuousDeploymentPolicy',
      resource: deploymentPolicyArn(connection, Id),
      kind: 'read',
      whenRefused: ({ name }) => (name === 'NoSuchContinuousDeploymentPolicy' ? { value: undefined } : undefined),
    },
  )
}

/**
 * How long a session stays with its distribution, the longest that CloudFront takes: a visitor is not to change between two releases.
 * continuous-deployment-quotas-considerations.html. Seconds.
 */
const session = 3600

function trafficConfig(traffic: CanaryTraffic): TrafficConfig {
  if (traffic.kind === 'header')
    return { Type: 'SingleHeader', SingleHeaderConfig: { Header: traffic.name, Value: traffic.value } }
  const SessionStickinessConfig = { IdleTTL: session, MaximumTTL: session }
  return { Type: 'SingleWeight', SingleWeightConfig: { Weight: traffic.percent / 100, SessionStickinessConfig } }
}

async function shift(connection: Connection, id: string, traffic: CanaryTraffic | 'off'): Promise<void> {
  await untilUnmet(id, 'UpdateContinuousDeploymentPolicy', async () => {
    const found = await readPolicy(connection, id)
    if (found === undefined || (traffic === 'off' && !found.config.Enabled)) return 'set'
    const config =
      traffic === 'off'
        ? { ...found.config, Enabled: false }
        : { ...found.config, Enabled: true, TrafficConfig: trafficConfig(traffic) }
    return isSame(found.config, config) ? 'set' : await updatePolicy(connection, id, { config, etag: found.etag })
  })
}

/** A weight is a float of 32 bits. */
const permille = (weight = 0) => Math.round(weight * 1000)

function isSame(one: ContinuousDeploymentPolicyConfig, other: ContinuousDeploymentPolicyConfig): boolean {
  const plain = ({ Enabled, TrafficConfig: traffic }: ContinuousDeploymentPolicyConfig) => [
    ...[Enabled, traffic?.Type, traffic?.SingleHeaderConfig?.Header, traffic?.SingleHeaderConfig?.Value],
    ...[permille(traffic?.SingleWeightConfig?.Weight), traffic?.SingleWeightConfig?.SessionStickinessConfig?.IdleTTL],
  ]
  return plain(one).every((value, index) => value === plain(other)[index])
}

async function updatePolicy(connection: Connection, Id: string, { config, etag }: FoundPolicy): Promise<'set' | 'met'> {
  const client = await connection.clients.cloudfront()
  const { UpdateContinuousDeploymentPolicyCommand } = await import('@aws-sdk/client-cloudfront')
  const command = new UpdateContinuousDeploymentPolicyCommand({
    ...{ Id, IfMatch: etag, ContinuousDeploymentPolicyConfig: config },
  })
  return await call<'set' | 'met'>(
    connection,
    async (options) => {
      present((await client.send(command, options)).ContinuousDeploymentPolicy, 'ContinuousDeploymentPolicy')
      return 'set'
    },
    {
      action: 'cloudfront:UpdateContinuousDeploymentPolicy',
      resource: deploymentPolicyArn(connection, Id),
      kind: 'mutate',
      readBack: async () => {
        const now = await readPolicy(connection, Id)
        return now && isSame(now.config, config) ? 'set' : undefined
      },
      whenRefused: whenMet(),
    },
  )
}

/** A policy is created once: where the reply was lost, CloudFront refuses a second one for the same staging distribution, and it is found. */
async function attach(connection: Connection, primary: string, staging: StagingDistribution): Promise<string> {
  return await untilUnmet(primary, 'UpdateDistribution', async () => {
    const { config, etag } = await readConfig(connection, primary)
    const attached = config.ContinuousDeploymentPolicyId
    if (attached) return await leadingTo(connection, attached, staging)
    const policy = (await createPolicy(connection, staging)) ?? (await policyOf(connection, staging))
    const next = { config: { ...config, ContinuousDeploymentPolicyId: policy }, etag }
    const set = await writeConfig(connection, primary, next, (now) => now.ContinuousDeploymentPolicyId === policy)
    return set === 'met' ? 'met' : policy
  })
}

/** The attached policy, where it leads to the staging distribution. Throws `inputs-invalid`. */
async function leadingTo(connection: Connection, policy: string, { id, domain }: StagingDistribution): Promise<string> {
  const names = namesOf((await readPolicy(connection, policy))?.config ?? {})
  if (names.includes(domain)) return policy
  throw new Failure({
    code: 'inputs-invalid',
    what: text`The continuous deployment policy ${untrusted(policy)} does not lead to the staging distribution ${untrusted(id)}`,
    why: text`its StagingDistributionDnsNames are ${untrusted(names.join(', ') || '(empty)')}, and ${untrusted(id)} is ${untrusted(domain)}`,
    fix: text`Correct the policy, or detach and delete it; the next run creates one.`,
  })
}

/** Undefined: the staging distribution has one already. */
async function createPolicy(connection: Connection, { domain }: StagingDistribution): Promise<string | undefined> {
  const client = await connection.clients.cloudfront()
  const { CreateContinuousDeploymentPolicyCommand } = await import('@aws-sdk/client-cloudfront')
  const command = new CreateContinuousDeploymentPolicyCommand({
    ContinuousDeploymentPolicyConfig: {
      StagingDistributionDnsNames: { Quantity: 1, Items: [domain] },
      Enabled: false,
      TrafficConfig: trafficConfig({ kind: 'weight', percent: 0 }),
    },
  })
  return await call<string | undefined>(
    connection,
    async (options) => present((await client.send(command, options)).ContinuousDeploymentPolicy?.Id, 'Id'),
    {
      action: 'cloudfront:CreateContinuousDeploymentPolicy',
      kind: 'mutate',
      idempotent: true,
      whenRefused: ({ name }) =>
        /^(StagingDistributionInUse|ContinuousDeploymentPolicyAlreadyExists)$/.test(name)
          ? { value: undefined }
          : undefined,
    },
  )
}

async function policyOf(connection: Connection, { domain }: StagingDistribution): Promise<string> {
  const client = await connection.clients.cloudfront()
  const { ListContinuousDeploymentPoliciesCommand } = await import('@aws-sdk/client-cloudfront')
  for (let Marker: string | undefined; ; ) {
    const command = new ListContinuousDeploymentPoliciesCommand({ Marker })
    const page = await call(
      connection,
      async (options) => present((await client.send(command, options)).ContinuousDeploymentPolicyList, 'List'),
      { action: 'cloudfront:ListContinuousDeploymentPolicies', kind: 'read' },
    )
    const all = (page.Items ?? []).flatMap(({ ContinuousDeploymentPolicy: policy }) => policy ?? [])
    const own = all.find(({ ContinuousDeploymentPolicyConfig: config }) => config && namesOf(config).includes(domain))
    if (own?.Id !== undefined || page.NextMarker === undefined) return present(own?.Id, 'ContinuousDeploymentPolicy')
    Marker = page.NextMarker
  }
}
