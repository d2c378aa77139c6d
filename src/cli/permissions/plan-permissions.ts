import type { Config } from '../../config/schema.ts'
import { boundaryName, boundaryPolicy, type RepositoryPolicy, repositoryPolicies } from './account-policies.ts'
import type { Issuer } from './issuer.ts'
import { siteTables } from './permission-tables.ts'
import { notesOf } from './plan-notes.ts'
import type { PolicyChoices } from './policy-choices.ts'
import { type PolicyDocument, policyOf, policySize } from './policy-document.ts'
import { type DefinitionOf, type RoleSetup, rolesOf } from './setup.ts'
import { statementsOf } from './statements.ts'
import { type GitHubRepository, providerArn, trustPolicy } from './trust-policy.ts'

/** Everything that the policies are made of. */
export interface PermissionsRequest {
  readonly config: Config
  readonly choices: PolicyChoices
  readonly definitionOf: DefinitionOf
  readonly repository: GitHubRepository
  readonly issuer: Issuer
  readonly audience: string
  readonly workflows: readonly string[]
  readonly boundary: boolean
}

/** One role as it is to be. */
export interface PlannedRole {
  readonly arn: string
  /** Without its path. */
  readonly name: string
  /** `/`, or with slashes at both ends. */
  readonly path: string
  readonly environments: readonly string[]
  readonly trust: PolicyDocument
  readonly policy: PolicyDocument
}

/** One account as it is to be. */
export interface AccountPlan {
  readonly accountId: string
  /** One of its regions. */
  readonly region: string
  readonly provider: { readonly arn: string; readonly url: string; readonly audience: string }
  readonly roles: readonly PlannedRole[]
  readonly boundary?: { readonly name: string; readonly arn: string; readonly policy: PolicyDocument } | undefined
  readonly repositoryPolicies: readonly RepositoryPolicy[]
}

/** The accounts of slipway.yml, and what a person has to know about their policies. */
export interface PermissionsPlan {
  readonly accounts: readonly AccountPlan[]
  readonly notes: readonly string[]
  /** What AWS would refuse. */
  readonly mistakes: readonly string[]
}

/** IAM and AWS STS quotas: all inline policies of a role, and a managed policy. Characters without white space. */
const mostInline = 10_240
const mostManaged = 6_144

/** Plans provider, roles and policies of every account. Pure. */
export function planPermissions(request: PermissionsRequest): PermissionsPlan {
  const roles = rolesOf(request.config, request.choices, request.definitionOf)
  const shared = repositoryPolicies(request.config)
  const accounts = [...Map.groupBy(roles, ({ accountId }) => accountId)].map(([accountId, own]) =>
    planAccount(accountId, own, request, shared),
  )
  return {
    accounts,
    notes: notesOf(request, roles, shared),
    mistakes: [...nothingFor(request, roles), ...accounts.flatMap(tooLarge)],
  }
}

function nothingFor({ choices }: PermissionsRequest, roles: readonly RoleSetup[]): readonly string[] {
  if (roles.length > 0) return []
  return [
    `--action ${choices.actions.join(' and ')} needs no permissions for this slipway.yml: a site or a service of Elastic Beanstalk has ${Object.keys(siteTables).join(', ')}`,
  ]
}

function planAccount(
  accountId: string,
  roles: readonly RoleSetup[],
  request: PermissionsRequest,
  shared: readonly RepositoryPolicy[],
): AccountPlan {
  const { issuer, audience, boundary } = request
  const region = roles[0]?.region ?? ''
  const arn = providerArn({ accountId, region, issuer })
  const [, partition = 'aws'] = arn.split(':')
  return {
    accountId,
    region,
    provider: { arn, url: issuer.url, audience },
    roles: roles.map((role) => planRole(role, request)),
    boundary: boundary
      ? {
          name: boundaryName,
          arn: `arn:${partition}:iam::${accountId}:policy/${boundaryName}`,
          policy: boundaryPolicy(roles),
        }
      : undefined,
    repositoryPolicies: shared.filter((one) => one.accountId === accountId),
  }
}

function planRole(role: RoleSetup, request: PermissionsRequest): PlannedRole {
  const { repository, issuer, audience, workflows } = request
  const { arn, accountId, region, environments } = role
  const full = arn.slice(arn.indexOf(':role/') + ':role/'.length)
  const slash = full.lastIndexOf('/') + 1
  return {
    arn,
    name: full.slice(slash),
    path: `/${full.slice(0, slash)}`,
    environments,
    trust: trustPolicy({ accountId, region, repository, environments, issuer, audience, workflows }),
    policy: policyOf(statementsOf(role.grants)),
  }
}

function tooLarge({ roles, boundary }: AccountPlan): readonly string[] {
  const inline = roles
    .map(({ name, policy }) => ({ name, size: policySize(policy) }))
    .filter(({ size }) => size > mostInline)
    .map(
      ({ name, size }) =>
        `LimitExceeded: the policy of role ${name} has ${size} characters, and all inline policies of a role at most ${mostInline}; --scope cluster makes it shorter, or a role for fewer services`,
    )
  const size = boundary ? policySize(boundary.policy) : 0
  return [
    ...inline,
    ...(size > mostManaged
      ? [`LimitExceeded: the boundary has ${size} characters, and a managed policy at most ${mostManaged}`]
      : []),
  ]
}
