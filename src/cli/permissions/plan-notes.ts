import type { Config } from '../../config/schema.ts'
import { selectBeanstalk } from '../../config/select-beanstalk.ts'
import { selectSite } from '../../config/select-site.ts'
import { selectTargets, type Target } from '../../config/select-target.ts'
import type { RepositoryPolicy } from './account-policies.ts'
import type { Issuer } from './issuer.ts'
import { isAlias } from './other-grants.ts'
import type { PolicyChoices } from './policy-choices.ts'
import { type DefinitionOf, isOfCodeDeploy, type RoleSetup } from './setup.ts'
import type { GitHubRepository } from './trust-policy.ts'

/** What the notes are about. */
export interface NotedRequest {
  readonly config: Config
  readonly choices: PolicyChoices
  readonly definitionOf: DefinitionOf
  readonly repository: GitHubRepository
  readonly issuer: Issuer
}

/** What is unknown and was therefore left out or assumed, each with the way to add it. */
export function notesOf(
  request: NotedRequest,
  roles: readonly RoleSetup[],
  shared: readonly RepositoryPolicy[],
): readonly string[] {
  return [
    ...roles
      .filter(({ isNamed }) => !isNamed)
      .map(
        ({ arn, environments }) =>
          `slipway.yml names no role for ${environments.join(', ')}: set role: ${arn.split('/').at(-1)} there.`,
      ),
    ...definitionNotes(request),
    ...engineNotes(request),
    ...scheduleNotes(request),
    ...otherNotes(request),
    ...trustNotes(request),
    ...shared
      .filter((policy) => !roles.some(({ accountId }) => accountId === policy.accountId))
      .map(
        ({ name, accountId }) =>
          `The repository ${name} is in account ${accountId}, for which slipway.yml has no role: set its policy there.`,
      ),
  ]
}

function targetsOf({ config }: NotedRequest): readonly Target[] {
  return selectTargets(config, Object.keys(config.environments))
}

function definitionNotes(request: NotedRequest): readonly string[] {
  const { choices, definitionOf } = request
  const targets = targetsOf(request)
  const unread = targets.filter((target) => definitionOf(target) === undefined)
  const names = unread.map(({ environment, name }) => `${name} (${environment})`).join(', ')
  const placeholders = targets.flatMap((target) =>
    (definitionOf(target)?.unknown ?? []).map((member) => `${member} of ${target.name} (${target.environment})`),
  )
  const lost = choices.passedRoles.length === 0 ? 'iam:PassRole and the checks' : 'the checks'
  return [
    ...(unread.length > 0
      ? [
          `The task definition of ${names} is not in a file, so ${lost} of its secrets and logs are left out. Set task-definition in slipway.yml, or give its roles by --pass-role; aws ecs describe-task-definition prints them.`,
        ]
      : []),
    ...(placeholders.length > 0
      ? [`Placeholders were left out, so give the roles by --pass-role: ${placeholders.join(', ')}.`]
      : []),
  ]
}

function engineNotes(request: NotedRequest): readonly string[] {
  const { codeDeployServices } = request.choices
  const engines = targetsOf(request).filter((target) => !isOfCodeDeploy(target, codeDeployServices))
  const names = [...new Set(engines.map(({ name }) => name))].join(', ')
  if (engines.length === 0 || codeDeployServices.length > 0) return []
  return [
    `Taken as services with the ECS deployment controller: ${names}. For one of AWS CodeDeploy, give --codedeploy NAME.`,
  ]
}

function scheduleNotes(request: NotedRequest): readonly string[] {
  const unnamed = targetsOf(request).flatMap(({ environment, schedules = [] }) =>
    schedules.flatMap(({ name, role }) => (role === undefined ? [`${name} (${environment})`] : [])),
  )
  if (unnamed.length === 0) return []
  return [
    `The roles of the targets of ${unnamed.join(', ')} are unknown, so iam:PassRole for them is left out: set role under schedules in slipway.yml.`,
  ]
}

/** Of sites and services of Elastic Beanstalk. */
function otherNotes({ config, choices }: NotedRequest): readonly string[] {
  const placed = Object.entries(config.environments)
  const sites = placed.flatMap(([name, { sites }]) =>
    Object.keys(sites).flatMap((site) => selectSite(config, name, site) ?? []),
  )
  const strange = sites.filter(({ settings, accountId }) => settings['expected-bucket-owner'] !== accountId)
  const hidden = sites.filter(({ settings }) => isAlias(settings['kms-key-id'] ?? '') && choices.kmsKeys.length === 0)
  const services = placed.flatMap(([name, one]) =>
    Object.keys(one.services).flatMap((service) => selectBeanstalk(config, name, service) ?? []),
  )
  const named = services.map(({ name, environment }) => `${name} (${environment})`).join(', ')
  const isWide = services.length > 0 && !choices.without.includes('environment-resources')
  return [
    ...strange.map(
      ({ name, settings }) =>
        `The bucket ${settings.bucket} of ${name} is in account ${settings['expected-bucket-owner']}: its bucket policy has to allow the role as well.`,
    ),
    ...hidden.map(
      ({ name, settings }) =>
        `The key of ${settings['kms-key-id']} of ${name} is unknown, so its permissions are left out: give its ARN by --kms-key; aws kms describe-key --key-id ${settings['kms-key-id']} prints it.`,
    ),
    ...(isWide
      ? [
          `AWS acts on the environments of Elastic Beanstalk with the rights of the caller, so the role has ec2:* and others: ${named}. Where they have an operations role, give --without environment-resources; else give the role of their instance profile by --pass-role.`,
        ]
      : []),
  ]
}

function trustNotes({ repository: { name, ids }, issuer }: NotedRequest): readonly string[] {
  if (ids === undefined)
    return [
      `The ids of ${name} are unknown, so the trust policies have no repository_id and not the immutable form of sub, which repositories created, renamed or transferred since 2026-07-15 have. Set GITHUB_TOKEN, or --owner-id and --repository-id; gh api repos/${name} --jq '.owner.id, .id' prints them.`,
    ]
  if (issuer.hasClaims) return []
  return [
    `AWS STS has condition keys for repository_id and job_workflow_ref only with the issuer of github.com, so that ${issuer.name} is checked by aud and sub alone.`,
  ]
}
