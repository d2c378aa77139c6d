import type { STSClient } from '@aws-sdk/client-sts'
import { parseArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { CredentialSource, Credentials } from './credential-source.ts'
import { type AwsError, present } from './error-class.ts'
import { answerOf } from './error-words.ts'
import type { RetryContext } from './retry-context.ts'
import { explainTrust, readClaims } from './trust.ts'

/** A role that the job's own OIDC token opens. */
export interface Role {
  /** `arn:aws:iam::111122223333:role/name`. */
  readonly arn: string
  /** Seen in CloudTrail; characters that AWS does not allow are replaced. */
  readonly sessionName: string
  /** 900 to 43200; default 3600. */
  readonly durationSeconds?: number | undefined
  /** GitHub's OIDC token for the job; throws `credentials-missing` where `id-token: write` is not granted. */
  idToken(): Promise<string>
  /** Receives every secret before its use, so that the log masks it. */
  readonly mask?: ((secret: string) => void) | undefined
}

interface Sts {
  sts(): Promise<STSClient>
}

/** Renewed when less is left; the SDK's own margin. Milliseconds. */
const margin = 5 * 60_000

/** A session name within AWS's rule: 2 to 64 of letters, digits and `_+=,.@-` (AssumeRoleWithWebIdentity, RoleSessionName). */
export function sessionName(wanted: string): string {
  return wanted
    .replace(/[^\w+=,.@-]+/g, '-')
    .slice(0, 64)
    .padEnd(2, '-')
}

/** Credentials of the role; renewed by themselves before they expire, and once more when AWS calls them expired. */
export function assumedRole(role: Role, sts: Sts, context: RetryContext): CredentialSource {
  let known: Credentials | undefined
  let pending: Promise<Credentials> | undefined
  const fetch = () => {
    pending ??= assume(role, sts, context)
      .then((credentials) => {
        known = credentials
        return credentials
      })
      .finally(() => {
        pending = undefined
      })
    return pending
  }
  const isFresh = (credentials: Credentials) =>
    !credentials.expiration || credentials.expiration.getTime() - context.clock.now() > margin
  return {
    current: async () => (known && isFresh(known) ? known : fetch()),
    lifetime: async () => ({ kind: 'renewed' }),
    renew: () => fetch().then(() => true),
  }
}

async function assume(role: Role, { sts }: Sts, context: RetryContext): Promise<Credentials> {
  let token = await role.idToken()
  const client = await sts()
  const { AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts')
  const given = await call(
    {
      ...context,
      // GitHub's token lives five minutes: a slow answer may outlive it.
      async refreshCredentials() {
        token = await role.idToken()
        return true
      },
    },
    async (options) => {
      const input = {
        RoleArn: role.arn,
        RoleSessionName: sessionName(role.sessionName),
        WebIdentityToken: token,
        DurationSeconds: role.durationSeconds ?? 3600,
      }
      const { Credentials: keys } = await client.send(new AssumeRoleWithWebIdentityCommand(input), options)
      return present(keys, 'Credentials')
    },
    {
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: role.arn,
      kind: 'read',
      whenRefused: (refusal) => explainAssumption(refusal, role, token),
    },
  )
  return keep(given, role)
}

interface GivenKeys {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  readonly SessionToken?: string | undefined
  readonly Expiration?: Date | undefined
}

function keep(given: GivenKeys, role: Role): Credentials {
  const credentials = {
    accessKeyId: present(given.AccessKeyId, 'AccessKeyId'),
    secretAccessKey: present(given.SecretAccessKey, 'SecretAccessKey'),
    sessionToken: present(given.SessionToken, 'SessionToken'),
    ...(given.Expiration && { expiration: given.Expiration }),
  }
  role.mask?.(credentials.secretAccessKey)
  role.mask?.(credentials.sessionToken)
  return credentials
}

function explainAssumption(refusal: AwsError, role: Role, token: string): undefined {
  if (/^AccessDenied/.test(refusal.name)) throw explainTrust(role.arn, token, refusal)
  const { iss, aud } = readClaims(token)
  const fix = /OpenIDConnect provider|No OpenIDConnect/i.test(refusal.message)
    ? text`Create the OIDC identity provider in account ${untrusted(parseArn(role.arn)?.accountId ?? '')}, with the URL ${untrusted(iss)} and the audience ${untrusted(aud)}.`
    : /audience/i.test(refusal.message)
      ? text`Add the audience ${untrusted(aud)} to the OIDC identity provider ${untrusted(iss)} in IAM, or set the input audience to the one that it has.`
      : /DurationSeconds|MaxSessionDuration/.test(refusal.message)
        ? text`Lower role-duration-seconds to the maximum session duration of the role, or raise that of the role.`
        : undefined
  if (!fix) return undefined
  throw new Failure({
    code: 'credentials-missing',
    what: text`AWS refused sts:AssumeRoleWithWebIdentity on ${untrusted(role.arn)}`,
    why: answerOf(refusal),
    fix,
    cause: refusal,
  })
}
