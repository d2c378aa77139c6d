import { arnInAnyAccount } from '../arn.ts'
import type { PreflightSources, SecretKeys } from '../ports.ts'
import type { SendOptions } from './attempt.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'

type SecretStores = Pick<PreflightSources, 'secret' | 'secretKeys' | 'missingParameters'>

/** GetParameters takes at most 10 names. */
const parametersAtMost = 10

/** AWS Secrets Manager and the SSM Parameter Store: whether a secret exists, never its value. */
export function secretStores(connection: Connection): SecretStores {
  return {
    secret: (id, region) => describe(connection, id, region),
    secretKeys: (id, at, region) => keys(connection, id, at, region),
    missingParameters: (names, region) => missing(connection, names, region),
  }
}

/** The ARN, or a pattern for it: an ARN in IAM has the random suffix that a name lacks. */
function resourceOf({ region: own }: Connection, id: string, region: string | undefined): string {
  return id.startsWith('arn:') ? id : arnInAnyAccount('secretsmanager', region ?? own, `secret:${id}-*`)
}

async function describe(connection: Connection, id: string, region?: string) {
  const client = await connection.clients.secretsmanager(region)
  const { DescribeSecretCommand } = await import('@aws-sdk/client-secrets-manager')
  return call(
    connection,
    async (options): Promise<Awaited<ReturnType<SecretStores['secret']>>> => {
      const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: id }), options)
      return { deletedAt: DeletedDate }
    },
    {
      action: 'secretsmanager:DescribeSecret',
      resource: resourceOf(connection, id, region),
      kind: 'read',
      whenRefused: ({ name }) => (name === 'ResourceNotFoundException' ? { value: undefined } : undefined),
    },
  )
}

async function keys(
  connection: Connection,
  id: string,
  { stage, version }: Parameters<SecretStores['secretKeys']>[1],
  region?: string,
) {
  const client = await connection.clients.secretsmanager(region)
  const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager')
  const command = new GetSecretValueCommand({
    SecretId: id,
    ...(stage && { VersionStage: stage }),
    ...(version && { VersionId: version }),
  })
  const read = async (options: SendOptions) => keysIn((await client.send(command, options)).SecretString)
  return call<SecretKeys>(connection, read, {
    action: 'secretsmanager:GetSecretValue',
    resource: resourceOf(connection, id, region),
    kind: 'read',
    // "Secrets Manager can't find the specified secret value for staging label" (API GetSecretValue).
    whenRefused: ({ name }) => (name === 'ResourceNotFoundException' ? { value: 'no-value' } : undefined),
  })
}

/** Only names go on: the value is held for no longer than it takes to parse it. */
function keysIn(value: string | undefined): SecretKeys {
  try {
    const parsed: unknown = JSON.parse(value ?? '')
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.keys(parsed) : 'not-json'
  } catch {
    return 'not-json'
  }
}

async function missing(connection: Connection, names: readonly string[], region?: string): Promise<readonly string[]> {
  const client = await connection.clients.ssm(region)
  const { GetParametersCommand } = await import('@aws-sdk/client-ssm')
  const unknown: string[] = []
  for (let at = 0; at < names.length; at += parametersAtMost) {
    const command = new GetParametersCommand({ Names: names.slice(at, at + parametersAtMost), WithDecryption: false })
    unknown.push(
      ...(await call(connection, async (options) => (await client.send(command, options)).InvalidParameters ?? [], {
        action: 'ssm:GetParameters',
        resource: arnInAnyAccount('ssm', region ?? connection.region, 'parameter/*'),
        kind: 'read',
      })),
    )
  }
  return unknown
}
