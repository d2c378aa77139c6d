import type { Config } from '../../config/schema.ts'
import { selectTargets } from '../../config/select-target.ts'
import { boundaryName, boundaryPolicy, type RepositoryPolicy, repositoryPolicy } from './account-policies.ts'
import type { Issuer } from './issuer.ts'
import { type PolicyDocument, policyOf, policySize } from './policy-document.ts'
import { type DefinitionOf, isOfCodeDeploy, type PolicyChoices, type RoleSetup, rolesOf } from './setup.ts'
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
  const shared = repositoryPolicy(request.config)
  const accounts = [...Map.groupBy(roles, ({ accountId }) => accountId)].map(([accountId, own]) =>
    planAccount(accountId, own, request, shared),
  )
  return { accounts, notes: notesOf(request, roles, shared), mistakes: accounts.flatMap(tooLarge) }
}

function planAccount(
  accountId: string,
  roles: readonly RoleSetup[],
  request: PermissionsRequest,
  shared: RepositoryPolicy | undefined,
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
    repositoryPolicies: shared?.accountId === accountId ? [shared] : [],
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

function notesOf(
  { config, choices, definitionOf, repository, issuer }: PermissionsRequest,
  roles: readonly RoleSetup[],
  shared: RepositoryPolicy | undefined,
): readonly string[] {
  const targets = selectTargets(config, Object.keys(config.environments))
  const unread = targets.filter((target) => definitionOf(target) === undefined)
  const names = unread.map(({ environment, name }) => `${name} (${environment})`).join(', ')
  const placeholders = targets.flatMap((target) =>
    (definitionOf(target)?.unknown ?? []).map((member) => `${member} of ${target.name} (${target.environment})`),
  )
  const engines = targets.filter((target) => !isOfCodeDeploy(target, choices.codeDeployServices))
  return [
    ...roles
      .filter(({ isNamed }) => !isNamed)
      .map(
        ({ arn, environments }) =>
          `slipway.yml names no role for ${environments.join(', ')}: set role: ${arn.split('/').at(-1)} there.`,
      ),
    ...(unread.length > 0 && choices.passedRoles.length === 0
      ? [
          `The task definition of ${names} is not in a file, so iam:PassRole and the checks of its secrets and logs are left out. Set task-definition in slipway.yml, or give its roles by --pass-role; aws ecs describe-task-definition prints them.`,
        ]
      : []),
    ...(placeholders.length > 0
      ? [`Placeholders were left out, so give the roles by --pass-role: ${placeholders.join(', ')}.`]
      : []),
    ...(engines.length > 0 && choices.codeDeployServices.length === 0
      ? [
          `Taken as services with the ECS deployment controller: ${[...new Set(engines.map(({ name }) => name))].join(', ')}. For one of AWS CodeDeploy, give --codedeploy NAME.`,
        ]
      : []),
    ...(repository.ids === undefined
      ? [
          `The ids of ${repository.name} are unknown, so the trust policies have no repository_id and not the immutable form of sub, which repositories created, renamed or transferred since 2026-07-15 have. Set GITHUB_TOKEN, or --owner-id and --repository-id; gh api repos/${repository.name} --jq '.owner.id, .id' prints them.`,
        ]
      : []),
    ...(repository.ids && !issuer.hasClaims
      ? [
          `AWS STS has condition keys for repository_id and job_workflow_ref only with the issuer of github.com, so that ${issuer.name} is checked by aud and sub alone.`,
        ]
      : []),
    ...(shared && !roles.some(({ accountId }) => accountId === shared.accountId)
      ? [
          `The repository ${shared.name} is in account ${shared.accountId}, for which slipway.yml has no role: set its policy there.`,
        ]
      : []),
  ]
}
