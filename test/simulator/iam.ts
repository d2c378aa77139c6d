/** Who may do what: credentials, roles with trust policies, and an allow-list of actions. */
import { AwsError, type Call } from './contract.ts'
import { isAllowed, type Policy, type Question } from './iam-policy.ts'
import { type Lookups, questionsOf } from './iam-questions.ts'
import { actionOf, type Need, needsOf, resourceOf } from './permissions.ts'

/** Who may assume a role with a token of the issuer, and for how long. */
export interface Trust {
  /** `token.actions.githubusercontent.com:sub`; a string may hold `*` and `?`, as with StringLike. */
  readonly sub: string | RegExp
  /** Default `sts.amazonaws.com`. */
  readonly aud?: string
  /** `token.actions.githubusercontent.com:job_workflow_ref`. */
  readonly jobWorkflowRef?: string | RegExp
}

export interface Role {
  readonly name: string
  /** Absent: nobody assumes it with a token. */
  readonly trust?: Trust
  /** ARNs of principals that may assume it with AssumeRole; may hold `*`. */
  readonly trustedPrincipals?: readonly string[]
  /** Services that may assume it, such as `ecs-tasks.amazonaws.com`. */
  readonly trustedServices?: readonly string[]
  /** Actions that the role may do, with IAM's `*`; default: what `allow` says. */
  readonly allows?: readonly string[]
  /** Default 3600, AWS's own. */
  readonly maxSessionSeconds?: number
  /** Instead of `trust`: taken literally, against the claims of the token. */
  readonly trustPolicy?: Policy
  /** Instead of `allows`: inline policies by their names, taken literally. */
  readonly policies?: Readonly<Record<string, Policy>>
  /** Managed policies by their ARNs, taken literally, too. */
  readonly attachedPolicies?: Readonly<Record<string, Policy>>
  /** What the role does at most, whatever its policies say. */
  readonly boundary?: Policy
  readonly boundaryArn?: string
}

/** What Amazon EC2 gives a role to instances by. */
export interface InstanceProfileSeed {
  /** Name of a registered role; undefined: the profile has none. */
  readonly role?: string
}

export interface RegisteredRole extends Role {
  readonly arn: string
  readonly id: string
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Virtual milliseconds since 1970. */
  readonly expiresAt?: number
  readonly arn: string
  readonly userId: string
  /** Of a session: the ARN of its role. */
  readonly roleArn?: string
}

export interface Iam {
  /** By name. */
  readonly instanceProfiles: Map<string, InstanceProfileSeed>
  role(role: Role): RegisteredRole
  roleByArn(arn: string): RegisteredRole | undefined
  /** By the last part of its name, without the path. */
  roleByName(name: string): RegisteredRole | undefined
  /** A managed policy that some role has. */
  attachedPolicy(arn: string): Policy | undefined
  /** What SimulatePrincipalPolicy would say of a role or user. */
  mayDo(principalArn: string, action: string): boolean
  /** New credentials of a session of a role. */
  startSession(role: RegisteredRole, sessionName: string, seconds: number): Required<Credentials>
  /** Long-lived credentials that every simulator knows. */
  readonly root: Credentials
  credentials(accessKeyId: string): Credentials | undefined
  /** Ends all sessions of now. */
  expireSessions(): void
  /** From now on only these actions are allowed, such as `ecs:UpdateService`, `ecs:Describe*` or `*`. */
  allow(...actions: readonly string[]): void
  /** From now on only what these policies allow is allowed to those whose role has no policies of its own. */
  enforce(...policies: readonly Policy[]): void
  /** What the calls so far asked of IAM. */
  questions(): readonly Question[]
  /** URLs of identity providers without their scheme, with their audiences; that of github.com is there. */
  readonly providers: Map<string, readonly string[]>
  /** Every IAM action that the calls so far needed, sorted; those of the registry and of passed roles included. */
  actionsUsed(): readonly string[]
  /** What AWS answers to a caller whose credentials are missing, wrong or expired, or who may not do this. */
  authorize(call: Call, sessionToken: string | undefined): AwsError | undefined
  /** AWS's sentence about an action that the caller may not do. */
  denial(call: Call): AwsError
}

const wildcard = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  )

/** Whether a value fits a condition: a pattern, or a string with IAM's `*` and `?`. */
export const fitsCondition = (condition: string | RegExp, value: string): boolean =>
  (typeof condition === 'string' ? wildcard(condition) : condition).test(value)

const isRest = (service: string) => service === 's3' || service === 'cloudfront'

const isQuery = (service: string) =>
  service === 'sts' ||
  service === 'elbv2' ||
  service === 'ec2' ||
  service === 'iam' ||
  service === 'elasticbeanstalk' ||
  isRest(service)

/** EC2 has words of its own: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const denialCode = (service: string) => {
  if (service === 'ec2') return 'UnauthorizedOperation'
  return isQuery(service) ? 'AccessDenied' : 'AccessDeniedException'
}

/** What every service answers once a session is over; the query services write the code without its ending. */
export const expired = (service: string): AwsError =>
  new AwsError(
    service === 'ec2' ? 'RequestExpired' : isQuery(service) ? 'ExpiredToken' : 'ExpiredTokenException',
    'The security token included in the request is expired',
    isQuery(service) ? 403 : 400,
  )

export function createIam(
  accountId: string,
  now: () => number,
  calls: () => readonly Call[],
  lookups: Lookups = { groupOf: () => undefined, applicationOf: () => undefined },
): Iam {
  const roles = new Map<string, RegisteredRole>()
  const sessions = new Map<string, Credentials>()
  const root: Credentials = {
    accessKeyId: 'AKIASIMULATOR0000001',
    secretAccessKey: 'simulator-secret-access-key',
    arn: `arn:aws:iam::${accountId}:user/simulator`,
    userId: 'AIDASIMULATOR0000001',
  }
  sessions.set(root.accessKeyId, root)
  let allowed: readonly string[] | undefined
  let enforced: readonly Policy[] | undefined
  /** The first question that the policies of the caller, or its boundary, answer with no. */
  const refusedQuestion = (call: Call): Question | undefined => {
    const role = roles.get(identity(call).roleArn ?? '')
    const policies = role?.policies ? Object.values({ ...role.policies, ...role.attachedPolicies }) : enforced
    const all = [...(policies ? [policies] : []), ...(role?.boundary ? [[role.boundary]] : [])]
    if (all.length === 0) return undefined
    return questionsOf(call, accountId, lookups).find((question) => all.some((ours) => !isAllowed(ours, question)))
  }
  let count = 0
  const identity = (call: Call) => sessions.get(call.accessKeyId) ?? root
  const denial = (call: Call, need: Need = { action: actionOf(call) }) => {
    const { action, resource = resourceOf(call, accountId) } = need
    return new AwsError(
      denialCode(call.service),
      `${call.service === 'ec2' ? 'You are not authorized to perform this operation. ' : ''}User: ${identity(call).arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      isQuery(call.service) ? 403 : 400,
    )
  }

  const literalDenial = (call: Call) => {
    const question = refusedQuestion(call)
    return question && denial(call, question)
  }

  return {
    root,
    role(role) {
      const registered = {
        ...role,
        arn: `arn:aws:iam::${accountId}:role/${role.name}`,
        id: `AROASIMULATOR${String(roles.size + 1).padStart(7, '0')}`,
      }
      roles.set(registered.arn, registered)
      return registered
    },
    roleByArn: (arn) => roles.get(arn),
    roleByName: (name) => [...roles.values()].find((role) => role.name.replace(/^.*\//, '') === name),
    attachedPolicy: (arn) => [...roles.values()].map(({ attachedPolicies }) => attachedPolicies?.[arn]).find(Boolean),
    mayDo: (principalArn, action) => {
      const role = roles.get(principalArn)
      if (role?.policies)
        return Object.values({ ...role.policies, ...role.attachedPolicies }).some(({ Statement }) =>
          Statement.some(({ Action = [] }) => [Action].flat().some((pattern) => fitsCondition(pattern, action))),
        )
      const patterns = role?.allows ?? allowed ?? ['*']
      return patterns.some((pattern) => fitsCondition(pattern, action))
    },
    startSession(role, sessionName, seconds) {
      const number = String(++count).padStart(7, '0')
      const session = {
        accessKeyId: `ASIASIMULATOR${number}`,
        secretAccessKey: `simulator-session-secret-${number}`,
        sessionToken: `simulator-session-token-${number}`,
        expiresAt: now() + seconds * 1000,
        arn: `arn:aws:sts::${accountId}:assumed-role/${role.name.replace(/^.*\//, '')}/${sessionName}`,
        userId: `${role.id}:${sessionName}`,
        roleArn: role.arn,
      }
      sessions.set(session.accessKeyId, session)
      return session
    },
    credentials: (accessKeyId) => sessions.get(accessKeyId),
    expireSessions() {
      for (const [key, session] of sessions)
        if (session.expiresAt !== undefined) sessions.set(key, { ...session, expiresAt: now() })
    },
    allow: (...actions) => {
      allowed = actions
    },
    enforce: (...policies) => {
      enforced = policies
    },
    questions: () => calls().flatMap((call) => questionsOf(call, accountId, lookups)),
    instanceProfiles: new Map(),
    providers: new Map([['token.actions.githubusercontent.com', ['sts.amazonaws.com']]]),
    actionsUsed: () => [...new Set(calls().flatMap((call) => needsOf(call).map(({ action }) => action)))].sort(),
    authorize(call, sessionToken) {
      const action = actionOf(call)
      if (action === 'sts:AssumeRoleWithWebIdentity') return undefined
      if (call.accessKeyId === '')
        return new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403)
      const known = sessions.get(call.accessKeyId)
      if (known?.expiresAt !== undefined && known.expiresAt <= now()) return expired(call.service)
      if (known?.sessionToken !== undefined && known.sessionToken !== sessionToken)
        return new AwsError(
          'UnrecognizedClientException',
          'The security token included in the request is invalid.',
          403,
        )
      const missing = needsOf(call).find(
        (need) => allowed && !allowed.some((pattern) => fitsCondition(pattern, need.action)),
      )
      return missing ? denial(call, missing) : literalDenial(call)
    },
    denial,
  }
}
