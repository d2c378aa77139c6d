import { AwsError, type AwsService, type Call } from './contract.ts'
import { type Credentials, fitsCondition, type Iam, type RegisteredRole, type Trust } from './iam.ts'
import { isTrusted as isTrustedBy } from './iam-policy.ts'
import { type Claims, type Issuer, issuerUrl } from './oidc.ts'

/** STS sessions last at most an hour when their caller is itself a session of a role. */
const chainedLimit = 3600

/** Messages as users report them, such as https://github.com/aws/aws-sdk-java-v2/issues/5709 for an expired token. */
const notAuthorized = () => new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
const invalid = (message: string) => new AwsError('InvalidIdentityTokenException', message)

function readClaims(token: string): Claims {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    if (typeof claims === 'object' && claims !== null) return claims as Claims
  } catch {
    // Falls through: not JSON is the same as not a token.
  }
  throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)')
}

function isTrusted(trust: Trust, claims: Claims): boolean {
  if (!fitsCondition(trust.sub, String(claims.sub))) return false
  return (
    trust.jobWorkflowRef === undefined || fitsCondition(trust.jobWorkflowRef, String(claims.job_workflow_ref ?? ''))
  )
}

function checkDuration(role: RegisteredRole, seconds: number | undefined, isChained: boolean): number {
  const maximum = role.maxSessionSeconds ?? 3600
  if (isChained && seconds !== undefined && seconds > chainedLimit)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  if (seconds !== undefined && seconds > maximum)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  return seconds ?? 3600
}

const credentialsOf = (session: Required<Credentials>) => ({
  Credentials: {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: new Date(session.expiresAt),
  },
  AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
})

/** Claims of github.com that are keys of conditions: https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/ */
const claimKeys =
  'aud sub actor actor_id job_workflow_ref repository repository_id workflow ref environment enterprise_id'.split(' ')

/** The audience must be one of the provider's, and the policy must fit the claims. */
function requireTrust(iam: Iam, role: RegisteredRole, claims: Claims): void {
  const issuer = issuerUrl.replace('https://', '')
  if (!iam.providers.get(issuer)?.includes(String(claims.aud))) throw invalid('Incorrect token audience')
  const context = Object.fromEntries(
    claimKeys.flatMap((key) => (claims[key] === undefined ? [] : [[`${issuer}:${key}`, String(claims[key])]])),
  )
  const provider = `arn:aws:iam::${role.arn.split(':')[4]}:oidc-provider/${issuer}`
  if (!role.trustPolicy || !isTrustedBy(role.trustPolicy, provider, context)) throw notAuthorized()
}

interface WebIdentityInput {
  readonly RoleArn: string
  readonly RoleSessionName: string
  readonly WebIdentityToken: string
  readonly DurationSeconds?: number
}

function assumeRoleWithWebIdentity(iam: Iam, issuer: Issuer, now: number, input: WebIdentityInput) {
  const claims = readClaims(input.WebIdentityToken)
  if (claims.iss !== issuerUrl) throw invalid(`No OpenIDConnect provider found in your account for ${claims.iss}`)
  if (!issuer.verify(input.WebIdentityToken))
    throw invalid(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    )
  if (Number(claims.exp) * 1000 <= now)
    throw new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${Math.floor(now / 1000)} must be before the expiration date/time ${claims.exp}`,
    )
  const role = iam.roleByArn(input.RoleArn)
  if (role?.trustPolicy) requireTrust(iam, role, claims)
  const trust = role?.trustPolicy ? { sub: '*', aud: String(claims.aud) } : role?.trust
  if (claims.aud !== (trust?.aud ?? 'sts.amazonaws.com')) throw invalid('Incorrect token audience')
  if (!role || !trust || !isTrusted(trust, claims)) throw notAuthorized()
  const seconds = checkDuration(role, input.DurationSeconds, false)
  return {
    ...credentialsOf(iam.startSession(role, input.RoleSessionName, seconds)),
    SubjectFromWebIdentityToken: String(claims.sub),
    Provider: `arn:aws:iam::${role.arn.split(':')[4]}:oidc-provider/token.actions.githubusercontent.com`,
    Audience: String(claims.aud),
  }
}

interface AssumeInput {
  readonly RoleArn: string
  readonly RoleSessionName: string
  readonly DurationSeconds?: number
}

function assumeRole(iam: Iam, input: AssumeInput, call: Call) {
  const caller = iam.credentials(call.accessKeyId) ?? iam.root
  const role = iam.roleByArn(input.RoleArn)
  const trusted = role?.trustedPrincipals ?? []
  if (!role || !trusted.some((principal) => fitsCondition(principal, caller.arn)))
    throw new AwsError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
      403,
    )
  const seconds = checkDuration(role, input.DurationSeconds, caller.sessionToken !== undefined)
  return credentialsOf(iam.startSession(role, input.RoleSessionName, seconds))
}

/** `now` in virtual milliseconds: sessions and tokens expire on the simulator's clock. */
export function createSts(accountId: string, iam: Iam, issuer: Issuer, now: () => number): AwsService {
  return {
    handlers: {
      GetCallerIdentity: (_input: unknown, call) => {
        const caller = iam.credentials(call.accessKeyId) ?? iam.root
        return { Account: accountId, Arn: caller.arn, UserId: caller.userId }
      },
      AssumeRoleWithWebIdentity: (input: WebIdentityInput) => assumeRoleWithWebIdentity(iam, issuer, now(), input),
      AssumeRole: (input: AssumeInput, call) => assumeRole(iam, input, call),
    },
  }
}
