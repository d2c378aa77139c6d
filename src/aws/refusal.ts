import { parseArn } from '../arn.ts'
import { Failure } from '../failure.ts'
import { shellWord } from '../shell-word.ts'
import { setting, type Text, text, untrusted } from '../text.ts'
import type { LocalCredentials } from './credential-source.ts'
import type { AwsError, CallKind } from './error-class.ts'
import { answerOf, quote } from './error-words.ts'
import { explainCertificate } from './unreachable.ts'

interface Asked {
  readonly action: string
  readonly resource?: string | undefined
}

/** A missing permission, parsed from AWS's message. */
interface Denial {
  readonly principal?: string | undefined
  readonly action: string
  readonly resource: string
  /** `identity-based policy`, `service control policy`, `permissions boundary`, …: where the decision was made. */
  readonly place?: string | undefined
  readonly explicit: boolean
}

const denials =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|Unauthorized(Exception)?|AuthorizationError(Exception)?|NotAuthorized(Exception)?|OptInRequired)$/
const badSignatures =
  /^(SignatureDoesNotMatch|InvalidSignature(Exception)?|IncompleteSignature(Exception)?|MissingAuthenticationToken(Exception)?|AuthFailure|InvalidAccessKeyId|NotAuthenticated)$/

const badClocks = /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)$/

/** Whether AWS refused because a permission is missing, whatever the service calls that. */
export function isDenial(error: AwsError): boolean {
  return denials.test(error.name) || /is not authorized to perform/.test(error.message)
}

/** The failure behind an answer that trying again does not change: `permission-missing`, `aws-rejected` or `aws-unreachable`. */
export function explainRefusal(error: AwsError, asked: Asked, local?: LocalCredentials): Failure {
  if (isDenial(error)) return explainDenial(error, asked)
  if (error.code && error.$fault === undefined) return explainCertificate(error, asked.action)
  const fix = fixOf(error, local)
  return new Failure({
    code: 'aws-rejected',
    what: text`AWS refused ${asked.action}`,
    why: answerOf(error),
    ...(fix && { fix }),
    cause: error,
  })
}

function fixOf({ name }: AwsError, local: LocalCredentials | undefined): Text | undefined {
  if (badClocks.test(name))
    return text`Correct the clock of the runner (NTP, UDP port 123): AWS allows a difference of 15 minutes.`
  return badSignatures.test(name)
    ? text`The access key ID and the secret access key do not match, or one of them was altered. Set both again${local ? '' : text`, or set ${setting('role-to-assume')}`}.`
    : undefined
}

function readDenial({ message }: AwsError, asked: Asked): Denial {
  const find = (pattern: RegExp) => pattern.exec(message)?.[1]?.replace(/[.,]$/, '')
  return {
    principal: find(/User: (\S+) is not authorized/),
    action: find(/to perform:? ([a-z0-9-]+:[A-Za-z0-9*]+)/) ?? asked.action,
    resource: find(/on (?:the )?resource: (\S+)/) ?? asked.resource ?? '*',
    place: find(/(?:because no|explicit deny in an?) ([A-Za-z-]+(?: [A-Za-z-]+){0,3}? (?:policy|boundary))/),
    explicit: /explicit deny/.test(message),
  }
}

function explainDenial(error: AwsError, asked: Asked): Failure {
  const denial = readDenial(error, asked)
  if (isCrossAccountPass(error, denial)) return explainCrossAccountPass(error, asked)
  // Such as iam:PassRole, which is no API call of its own.
  const neededBy = denial.action === asked.action ? '' : `, which ${asked.action} requires`
  return new Failure({
    code: 'permission-missing',
    what: text`${quote(error.name)}: not authorized to perform ${untrusted(denial.action)}${neededBy}`,
    why: text`${quote(error.message)}`,
    fix: fixDenial(denial),
    docs: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html',
    cause: error,
  })
}

/**
 * True where a role of another account was to be passed to a service, which no policy can allow (IAM user guide, "Grant a user
 * permissions to pass a role to an AWS service"). AWS's message states it, or names the role as not allowed.
 */
function isCrossAccountPass({ message }: AwsError, { principal, action, resource }: Denial): boolean {
  if (/cross-account pass role/i.test(message)) return true
  const [own, theirs] = [principal, resource].map((arn) => parseArn(arn ?? '')?.accountId)
  return action === 'iam:PassRole' && Boolean(own && theirs) && own !== theirs
}

function explainCrossAccountPass(error: AwsError, asked: Asked): Failure {
  return new Failure({
    code: 'permission-missing',
    what: text`Cross-account pass role is not allowed: ${asked.action} names a role of another AWS account`,
    why: answerOf(error),
    fix: text`In executionRoleArn and taskRoleArn, name roles of the target account. A role name without arn:aws:iam::… works in every account: ECS completes it with the account of the service.`,
    docs: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html',
    cause: error,
  })
}

function fixDenial(denial: Denial): Text {
  const place = untrusted(denial.place ?? 'policy')
  if (denial.explicit)
    return text`An explicit deny in a ${place} overrides every Allow. Ask the owner of that policy to exempt this role.`
  const statement = untrusted(minimalStatement(denial.action, denial.resource))
  const role = roleName(denial.principal)
  const subject = role ? text`the role ${untrusted(role)}` : text`the role or user`
  const elsewhere = denial.place && denial.place !== 'identity-based policy'
  return elsewhere
    ? text`Allow it in the ${place} that applies to ${subject}: ${statement}`
    : text`Add this statement to the policy of ${subject}: ${statement}`
}

/** The smallest IAM statement that allows an action, as JSON in one line. */
function minimalStatement(action: string, resource: string): string {
  // A role is passed to the service that uses it; the condition keeps it from being passed to any other.
  const condition =
    action === 'iam:PassRole'
      ? { Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } } }
      : undefined
  return JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource, ...condition })
}

function roleName(principal: string | undefined): string | undefined {
  return /^assumed-role\/([^/]+)/.exec(parseArn(principal ?? '')?.resource ?? '')?.[1]
}

/** The credentials were good once and are no longer; `local`: a person's own. */
export function explainExpired(error: AwsError, asked: Asked, local?: LocalCredentials): Failure {
  return new Failure({
    code: 'credentials-expired',
    what: text`AWS rejected the credentials on ${asked.action}`,
    why: answerOf(error),
    fix: local
      ? renewalOf(local)
      : text`Set ${setting('role-to-assume')} (with "permissions: id-token: write"), so that the credentials are renewed; or raise the session duration of the credentials that an earlier step sets up.`,
    cause: error,
  })
}

/** How a person gets credentials in the place of those that AWS rejected. */
function renewalOf({ profile }: LocalCredentials): Text {
  return profile === undefined
    ? text`Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew, or log in again (aws sso login, aws login), and repeat the command.`
    : text`Log in again (aws sso login or aws login, with --profile ${shellWord(profile)}), or renew the keys of the profile, and repeat the command.`
}

/** The `cancelled` failure for a call that the cancellation interrupted. */
export function explainCancelled(action: string, kind: CallKind): Failure {
  const unknown = kind === 'mutate' ? text`; whether it was applied is unknown` : text``
  return new Failure({ code: 'cancelled', what: text`The run was cancelled during ${action}${unknown}` })
}
