/** The API of IAM, as far as roles and their policies are read. */
import { AwsError, type AwsService } from './contract.ts'
import type { Iam, RegisteredRole } from './iam.ts'
import type { Policy } from './iam-policy.ts'

interface Simulation {
  readonly PolicySourceArn: string
  readonly ActionNames: readonly string[]
  readonly ResourceArns?: readonly string[]
}

/** RFC 3986: parentheses, apostrophes and stars are escaped, too. */
const encoded = (document: Policy) =>
  encodeURIComponent(JSON.stringify(document)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** IAM returns fewer than MaxItems where it likes to, and says so by IsTruncated alone. */
const pageSize = 2

function page(names: readonly string[], marker: string | undefined) {
  const start = Number(marker ?? 0)
  const isTruncated = start + pageSize < names.length
  return {
    items: names.slice(start, start + pageSize),
    rest: { IsTruncated: isTruncated, ...(isTruncated && { Marker: String(start + pageSize) }) },
  }
}

/** Who may assume it, as the role's trust policy says it. */
function trustPolicy(role: RegisteredRole, accountId: string): string {
  const allow = (action: string, principal: object, condition?: object) => ({
    Effect: 'Allow',
    Principal: principal,
    Action: action,
    ...(condition && { Condition: condition }),
  })
  if (role.trustPolicy) return encoded(role.trustPolicy)
  const issuer = 'token.actions.githubusercontent.com'
  const { trust, trustedPrincipals, trustedServices } = role
  const Statement = [
    ...(trust
      ? [
          allow(
            'sts:AssumeRoleWithWebIdentity',
            { Federated: `arn:aws:iam::${accountId}:oidc-provider/${issuer}` },
            { StringLike: { [`${issuer}:sub`]: String(trust.sub) } },
          ),
        ]
      : []),
    ...(trustedPrincipals ? [allow('sts:AssumeRole', { AWS: trustedPrincipals })] : []),
    ...(trustedServices ? [allow('sts:AssumeRole', { Service: trustedServices })] : []),
  ]
  return encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement }))
}

interface Named {
  readonly RoleName: string
  readonly PolicyName?: string
  readonly Marker?: string
}

function policyHandlers(iam: Iam, roleNamed: (name: string) => RegisteredRole): AwsService['handlers'] {
  const managed = (arn: string) => {
    const found = iam.attachedPolicy(arn)
    if (!found) throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404)
    return found
  }
  return {
    ListRolePolicies: ({ RoleName, Marker }: Named) => {
      const { items, rest } = page(Object.keys(roleNamed(RoleName).policies ?? {}), Marker)
      return { PolicyNames: items, ...rest }
    },
    GetRolePolicy: ({ RoleName, PolicyName = '' }: Named) => {
      const policy = roleNamed(RoleName).policies?.[PolicyName]
      if (!policy) throw new AwsError('NoSuchEntity', `The role policy with name ${PolicyName} cannot be found.`, 404)
      return { RoleName, PolicyName, PolicyDocument: encoded(policy) }
    },
    ListAttachedRolePolicies: ({ RoleName, Marker }: Named) => {
      const { items, rest } = page(Object.keys(roleNamed(RoleName).attachedPolicies ?? {}), Marker)
      const attached = items.map((arn) => ({ PolicyName: arn.replace(/^.*\//, ''), PolicyArn: arn }))
      return { AttachedPolicies: attached, ...rest }
    },
    GetPolicy: ({ PolicyArn }: { readonly PolicyArn: string }) => {
      managed(PolicyArn)
      return { Policy: { Arn: PolicyArn, DefaultVersionId: 'v2' } }
    },
    GetPolicyVersion: ({ PolicyArn, VersionId }: { readonly PolicyArn: string; readonly VersionId: string }) => {
      if (VersionId !== 'v2') throw new AwsError('NoSuchEntity', `Policy version ${VersionId} does not exist.`, 404)
      return { PolicyVersion: { VersionId, IsDefaultVersion: true, Document: encoded(managed(PolicyArn)) } }
    },
    GetOpenIDConnectProvider: ({ OpenIDConnectProviderArn: arn }: { readonly OpenIDConnectProviderArn: string }) => {
      const url = arn.replace(/^.*:oidc-provider\//, '')
      const audiences = iam.providers.get(url)
      if (!audiences) throw new AwsError('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`, 404)
      return { Url: url, ClientIDList: audiences }
    },
  }
}

/** AmazonECSTaskExecutionRolePolicy: AWS Managed Policy Reference Guide. */
const managedPolicies: Readonly<Record<string, Policy>> = {
  'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy': {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'ecr:GetAuthorizationToken',
          'ecr:BatchCheckLayerAvailability',
          'ecr:GetDownloadUrlForLayer',
          'ecr:BatchGetImage',
          'logs:CreateLogStream',
          'logs:PutLogEvents',
        ],
        Resource: '*',
      },
    ],
  },
}

interface NewRole {
  readonly RoleName: string
  readonly AssumeRolePolicyDocument: string
}

function trustIn(document: string): Policy {
  try {
    const policy: Policy = JSON.parse(document)
    if (Array.isArray(policy.Statement)) return policy
  } catch {
    // Refused below.
  }
  throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json')
}

function changeHandlers(
  iam: Iam,
  roleNamed: (name: string) => RegisteredRole,
  created: number,
): AwsService['handlers'] {
  return {
    CreateRole: ({ RoleName: name, AssumeRolePolicyDocument: document }: NewRole) => {
      if (iam.roleByName(name)) throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409)
      const trustPolicy = trustIn(document)
      const trustedServices = trustPolicy.Statement.flatMap(({ Principal }) => [Principal?.Service ?? []].flat())
      const role = iam.role({ name, trustPolicy, trustedServices, policies: {}, attachedPolicies: {} })
      return { Role: { Path: '/', RoleName: name, RoleId: role.id, Arn: role.arn, CreateDate: new Date(created) } }
    },
    AttachRolePolicy: ({ RoleName, PolicyArn }: { readonly RoleName: string; readonly PolicyArn: string }) => {
      const { arn: _arn, id: _id, ...role } = roleNamed(RoleName)
      const policy = managedPolicies[PolicyArn]
      if (!policy) throw new AwsError('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`, 404)
      iam.role({ ...role, attachedPolicies: { ...role.attachedPolicies, [PolicyArn]: policy } })
      return {}
    },
  }
}

/** A role as GetRole and GetInstanceProfile describe it. */
function described(role: RegisteredRole, accountId: string, created: number) {
  const { name } = role
  const end = name.lastIndexOf('/') + 1
  return {
    Path: `/${name.slice(0, end)}`,
    RoleName: name.slice(end),
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(created),
    AssumeRolePolicyDocument: trustPolicy(role, accountId),
    MaxSessionDuration: role.maxSessionSeconds ?? 3600,
    ...(role.boundaryArn && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
        PermissionsBoundaryArn: role.boundaryArn,
      },
    }),
  }
}

/** Roles are those that `iam.role` registered. Permissions are a list of actions: resources and conditions are not weighed. */
export function createIamApi(accountId: string, iam: Iam, created: number): AwsService {
  const roleNamed = (name: string): RegisteredRole => {
    const role = iam.roleByName(name)
    if (!role) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
    return role
  }
  return {
    handlers: {
      ...policyHandlers(iam, roleNamed),
      ...changeHandlers(iam, roleNamed, created),
      GetRole: ({ RoleName }: Named) => ({ Role: described(roleNamed(RoleName), accountId, created) }),
      GetInstanceProfile: ({ InstanceProfileName: name }: { readonly InstanceProfileName: string }) => {
        const profile = iam.instanceProfiles.get(name)
        if (!profile) throw new AwsError('NoSuchEntity', `Instance Profile ${name} cannot be found.`, 404)
        return {
          InstanceProfile: {
            Path: '/',
            InstanceProfileName: name,
            InstanceProfileId: 'AIPA0123456789EXAMPLE',
            Arn: `arn:aws:iam::${accountId}:instance-profile/${name}`,
            CreateDate: new Date(created),
            Roles: profile.role === undefined ? [] : [described(roleNamed(profile.role), accountId, created)],
          },
        }
      },
      SimulatePrincipalPolicy: ({ PolicySourceArn, ActionNames, ResourceArns = ['*'] }: Simulation) => {
        if (PolicySourceArn.includes(':role/') && !iam.roleByArn(PolicySourceArn))
          throw new AwsError('NoSuchEntity', `The entity with ARN ${PolicySourceArn} cannot be found.`, 404)
        return {
          EvaluationResults: ActionNames.flatMap((action) =>
            ResourceArns.map((resource) => ({
              EvalActionName: action,
              EvalResourceName: resource,
              EvalDecision: iam.mayDo(PolicySourceArn, action) ? 'allowed' : 'implicitDeny',
              MatchedStatements: [],
              MissingContextValues: [],
            })),
          ),
          IsTruncated: false,
        }
      },
    },
  }
}
