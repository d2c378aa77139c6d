import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { STSClient } from '@aws-sdk/client-sts'
import { Failure } from '../failure.ts'
import type { CredentialLifetime } from '../ports.ts'
import { shellWord } from '../shell-word.ts'
import { setting, text, untrusted } from '../text.ts'
import { guarded, type RequestHandler, requestHandler } from './client-settings.ts'
import type { CredentialSource, Credentials, LocalCredentials } from './credential-source.ts'
import { lazyPort } from './lazy-port.ts'
import type { RetryContext } from './retry-context.ts'
import type { Role } from './role.ts'

/** What a credential source needs: region, environment, an optional role, and the clients that obtain credentials. */
export interface CredentialOptions {
  readonly region: string
  readonly local?: LocalCredentials | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly role?: Role | undefined
  /** Instead of sockets, for tests in one process. */
  readonly requestHandler?: RequestHandler | undefined
  sts(): Promise<STSClient>
}

/** The role, when one is to be assumed; otherwise the environment; otherwise whatever the SDK's own chain finds. */
export function credentialSource(options: CredentialOptions, context: RetryContext): CredentialSource {
  const { role } = options
  if (role) return lazyPort(async () => (await import('./role.ts')).assumedRole(role, options, context))
  const isNamed = options.local?.profile !== undefined
  if (!isNamed && (options.environment.AWS_ACCESS_KEY_ID || options.environment.AWS_SECRET_ACCESS_KEY))
    return environmentCredentials(options)
  return chain(options)
}

function environmentCredentials({ environment, local }: CredentialOptions): CredentialSource {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment
  return {
    async current() {
      if (!accessKeyId || !secretAccessKey) {
        const missing = accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'
        throw missingCredentials(text`the environment has only one half of an access key: ${missing} is empty`, local)
      }
      return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
    },
    lifetime: async () => lifetimeOf({ sessionToken, expiresAt: environment.AWS_CREDENTIAL_EXPIRATION }),
    renew: async () => false,
  }
}

/** `AWS_CREDENTIAL_EXPIRATION` is the name that the AWS CLI gives it (`aws configure export-credentials`). */
function lifetimeOf({
  sessionToken,
  expiresAt = '',
}: {
  sessionToken?: string | undefined
  expiresAt?: string | undefined
}): CredentialLifetime {
  if (!sessionToken) return { kind: 'lasting' }
  const at = Date.parse(expiresAt)
  return Number.isNaN(at) ? { kind: 'unknown' } : { kind: 'until', at }
}

/**
 * The SDK's default chain: profiles, containers, web identity files, instance metadata. Instance metadata is left out where
 * nothing indicates it: GitHub-hosted runners have a metadata service that is not AWS's, which costs seconds.
 */
function chain({ region, environment, local, requestHandler: given }: CredentialOptions): CredentialSource {
  let provider: ((options?: { forceRefresh?: boolean }) => Promise<Credentials>) | undefined
  let nothing: Failure | undefined
  const resolve = async (forceRefresh: boolean) => {
    if (nothing !== undefined && !forceRefresh) throw nothing
    if (!chainHasChance(environment))
      throw missingCredentials(
        text`${local ? '' : text`${setting('role-to-assume')} is empty, and `}the environment has no access keys, profile or container credentials`,
        local,
      )
    const { STSClient } = await import('@aws-sdk/client-sts')
    provider ??= guarded(
      new STSClient({
        region,
        ...(local?.profile !== undefined && { profile: local.profile, logger: silent }),
        requestHandler: await requestHandler({ environment, requestHandler: given }),
      }),
      environment,
    ).config.credentials
    return provider({ forceRefresh }).catch(async (error: unknown) => {
      if (error instanceof Failure) throw error
      const message = error instanceof Error ? error.message : String(error)
      const ended = local && (await import('./local-login.ts')).loginEnded(message, local, environment)
      if (ended) throw ended
      const named = local && { profile: local.profile ?? environment.AWS_PROFILE }
      const failure = missingCredentials(
        text`the default credential provider chain failed: ${untrusted(message)}`,
        named,
      )
      if (isEmpty(error)) nothing = failure
      throw failure
    })
  }
  return {
    current: () => resolve(false),
    async lifetime() {
      const { expiration, sessionToken } = await resolve(false)
      // The SDK's providers of credentials with an expiration get others by themselves.
      return expiration ? { kind: 'renewed' } : lifetimeOf({ sessionToken })
    },
    renew: () => resolve(true).then(() => true),
  }
}

/** Of a named profile: the SDK warns of keys in the environment, which the name precedes. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function ignore(): void {}

/**
 * True where every provider of the chain was asked and none had credentials (the last link of @aws-sdk/credential-provider-node). It is
 * remembered, because instance metadata that does not exist is waited for, two seconds for every call.
 */
function isEmpty(error: unknown): boolean {
  return error instanceof Error && error.message === 'Could not load credentials from any providers'
}

function chainHasChance(environment: CredentialOptions['environment']): boolean {
  const named = Object.keys(environment).some((name) =>
    /^AWS_(PROFILE|CONTAINER_CREDENTIALS_\w+|WEB_IDENTITY_TOKEN_FILE|SHARED_CREDENTIALS_FILE|CONFIG_FILE)$/.test(name),
  )
  const folder = join(environment.HOME ?? homedir(), '.aws')
  return named || environment.RUNNER_ENVIRONMENT !== 'github-hosted' || existsSync(folder)
}

function missingCredentials(why: Failure['parts']['what'], local: LocalCredentials | undefined): Failure {
  return new Failure({
    code: 'credentials-missing',
    what: text`No AWS credentials found`,
    why,
    fix: local
      ? text`Name a profile of ~/.aws/config with --profile or AWS_PROFILE. With IAM Identity Center, log in first: aws sso login --profile ${shellWord(local.profile ?? 'NAME')}`
      : text`Set ${setting('role-to-assume')} and give the job "permissions: id-token: write"; or run aws-actions/configure-aws-credentials in an earlier step (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN).`,
  })
}
