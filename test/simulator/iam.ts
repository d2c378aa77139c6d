/** Who may do what: credentials, roles with trust policies, and an allow-list of actions. */
import type { CreateServiceRequest } from '@aws-sdk/client-ecs'
import { AwsError, type Call } from './contract.ts'

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
}

export interface Iam {
  role(role: Role): RegisteredRole
  roleByArn(arn: string): RegisteredRole | undefined
  /** By the last part of its name, without the path. */
  roleByName(name: string): RegisteredRole | undefined
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

/** Services whose IAM prefix is not the name of the API. */
const prefixes: Readonly<Record<string, string>> = { elbv2: 'elasticloadbalancing' }

/** Operations that take no permission, and operations that check another action than their own name. */
const freeOperations = new Set(['sts:GetCallerIdentity', 'sts:AssumeRoleWithWebIdentity'])

export const actionOf = (call: Pick<Call, 'service' | 'operation'>): string =>
  `${prefixes[call.service] ?? call.service}:${call.operation}`

/** What the registry's paths are to IAM. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const registryActions: readonly (readonly [RegExp, string])[] = [
  [/^POST .*\/blobs\/uploads\//, 'ecr:InitiateLayerUpload'],
  [/^PATCH .*\/blobs\/uploads\//, 'ecr:UploadLayerPart'],
  [/^PUT .*\/blobs\/uploads\//, 'ecr:CompleteLayerUpload'],
  [/^HEAD .*\/blobs\//, 'ecr:BatchCheckLayerAvailability'],
  [/^GET .*\/blobs\//, 'ecr:GetDownloadUrlForLayer'],
  [/^PUT .*\/manifests\//, 'ecr:PutImage'],
  [/^(GET|HEAD) .*\/manifests\//, 'ecr:BatchGetImage'],
]

/** A permission that a call needs, and the resource if it is another than the call's own. */
interface Need {
  readonly action: string
  readonly resource?: string
}

/**
 * All that a call needs. Some operations check further actions. Sources:
 * PassRole and CodeDeploy: https://github.com/aws-actions/amazon-ecs-deploy-task-definition#permissions,
 * TagResource: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#tag-resources-setting
 */
function needsOf(call: Pick<Call, 'service' | 'operation' | 'region' | 'input'>): readonly Need[] {
  if (call.service === 'registry')
    return registryActions
      .filter(([path]) => path.test(call.operation))
      .slice(0, 1)
      .map(([, action]) => ({ action }))
  if (call.region === '') return []
  const action = actionOf(call)
  if (freeOperations.has(action)) return []
  const { taskRoleArn, executionRoleArn, tags } = call.input
  const needs: Need[] = [{ action }]
  if (action === 'ecs:RegisterTaskDefinition') {
    for (const resource of [taskRoleArn, executionRoleArn])
      if (typeof resource === 'string') needs.push({ action: 'iam:PassRole', resource })
    if (Array.isArray(tags) && tags.length > 0) needs.push({ action: 'ecs:TagResource' })
  }
  if (action === 'ecs:CreateService' || action === 'ecs:UpdateService')
    for (const resource of rolesOfService(call.input)) needs.push({ action: 'iam:PassRole', resource })
  if (action === 'codedeploy:CreateDeployment')
    needs.push({ action: 'codedeploy:GetDeploymentConfig' }, { action: 'codedeploy:RegisterApplicationRevision' })
  return needs
}

/**
 * Roles for load balancers and Lambda hooks, which Amazon ECS is handed:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
 */
function rolesOfService(input: Readonly<Record<string, unknown>>): readonly string[] {
  const { loadBalancers = [], deploymentConfiguration } = input as Pick<
    CreateServiceRequest,
    'loadBalancers' | 'deploymentConfiguration'
  >
  const roles = [
    ...loadBalancers.map(({ advancedConfiguration }) => advancedConfiguration?.roleArn),
    ...(deploymentConfiguration?.lifecycleHooks ?? []).map(({ roleArn }) => roleArn),
  ]
  return [...new Set(roles.filter((role) => role !== undefined))]
}

const first = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? first(value[0]) : undefined
}

/** The ARN that AWS's message names, from what the request names. `*` where the action has no resource. */
function resourceOf(call: Call, accountId: string): string {
  const { input, region } = call
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`
  const text = (name: string) => first(input[name])
  const cluster = (text('cluster') ?? 'default').replace(/^.*\//, '')
  const named = Object.values(input)
    .map(first)
    .find((value) => value?.startsWith('arn:'))
  switch (call.service) {
    case 'ecs': {
      const service = text('service') ?? text('serviceName') ?? text('services')
      if (service !== undefined) return arn('ecs', `service/${cluster}/${service.replace(/^.*\//, '')}`)
      if (named !== undefined) return named
      const family = text('family')
      if (family !== undefined) return arn('ecs', `task-definition/${family}:*`)
      return input.cluster === undefined ? '*' : arn('ecs', `cluster/${cluster}`)
    }
    case 'ecr': {
      const repository = text('repositoryName')
      return repository === undefined ? '*' : arn('ecr', `repository/${repository}`)
    }
    case 'codedeploy': {
      const application = text('applicationName')
      const group = text('deploymentGroupName')
      if (application === undefined) return '*'
      return group === undefined
        ? arn('codedeploy', `application:${application}`)
        : arn('codedeploy', `deploymentgroup:${application}/${group}`)
    }
    case 'logs': {
      const group = text('logGroupName')
      return group === undefined ? '*' : arn('logs', `log-group:${group}:log-stream:${text('logStreamName') ?? ''}`)
    }
    case 'sts':
      return text('RoleArn') ?? '*'
    default:
      return named ?? '*'
  }
}

const isQuery = (service: string) => service === 'sts' || service === 'elbv2' || service === 'ec2' || service === 'iam'

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

export function createIam(accountId: string, now: () => number, calls: () => readonly Call[]): Iam {
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
    mayDo: (principalArn, action) => {
      const patterns = roles.get(principalArn)?.allows ?? allowed ?? ['*']
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
      return missing && denial(call, missing)
    },
    denial,
  }
}
