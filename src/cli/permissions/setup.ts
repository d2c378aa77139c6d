import { parseArn, roleArn } from '../../arn.ts'
import type { Config, EnvironmentConfig } from '../../config/schema.ts'
import { type ImageTarget, selectImages } from '../../config/select-images.ts'
import { selectTargets, type Target } from '../../config/select-target.ts'
import { groupNameOf } from '../../targets/ecs/codedeploy-group/group-name.ts'
import { type DefinitionFacts, repositoryArn } from './definition-facts.ts'
import { type Grant, grantsIn, type ResourcePlace } from './grants.ts'
import { imageArn, isPublic, privateArns } from './image-arns.ts'
import { distributionArn, otherGrants } from './other-grants.ts'
import { byDefault, type Feature, type Permission } from './permission.ts'
import { permissionTables, publicTables } from './permission-tables.ts'
import type { PolicyChoices } from './policy-choices.ts'
import { scheduleArns, scheduleRoles } from './schedule-resources.ts'

/** One role of slipway.yml, and what it is for. */
export interface RoleSetup {
  readonly arn: string
  readonly accountId: string
  readonly region: string
  /** Environments whose jobs assume it. */
  readonly environments: readonly string[]
  readonly grants: readonly Grant[]
  /** False where slipway.yml does not name it. */
  readonly isNamed: boolean
}

/** The definition file of a target; undefined where there is none, or it cannot be read. */
export type DefinitionOf = (target: Target) => DefinitionFacts | undefined

/** One use of a role. */
interface Use {
  readonly arn: string
  readonly region: string
  readonly environment: string
  readonly grants: readonly Grant[]
  readonly isNamed: boolean
}

/** Every role that slipway.yml needs: one for each environment, and the one that builds, which may be the first of them. */
export function rolesOf(config: Config, choices: PolicyChoices, definitionOf: DefinitionOf): readonly RoleSetup[] {
  const images = choices.actions.includes('build-push') ? selectImages(config) : []
  const uses = [
    ...images.map((image) => buildUse(image, choices)),
    ...Object.entries(config.environments).flatMap(([name, environment]) =>
      environmentUses(config, name, environment, choices, definitionOf),
    ),
  ]
  return [...Map.groupBy(uses, ({ arn }) => arn)].map(([arn, [first, ...others]]) => ({
    arn,
    accountId: parseArn(arn)?.accountId ?? '',
    region: first?.region ?? '',
    environments: [...new Set([first, ...others].flatMap((use) => use?.environment ?? []))],
    grants: [first, ...others].flatMap((use) => use?.grants ?? []),
    isNamed: first?.isNamed ?? false,
  }))
}

/** Name of the role of an environment that has none in slipway.yml. */
function defaultRole(environment: string): string {
  return `slipway-${environment}`
}

function buildUse(image: ImageTarget, choices: PolicyChoices): Use {
  const arn = image.roleArn ?? roleArn(defaultRole(image.environment), image.accountId, image.region)
  const place: ResourcePlace = {
    region: image.region,
    accountId: image.accountId,
    repositories: [imageArn(image)],
    kmsKeys: choices.kmsKeys,
    signingProfiles: choices.signingProfiles,
    role: arn,
  }
  const rows: readonly Permission[] = isPublic(image) ? publicTables['build-push'] : permissionTables['build-push']
  const grants = grantsIn(rows, new Set(choices.with), place)
  return { arn, region: image.region, environment: image.environment, grants, isNamed: image.roleArn !== undefined }
}

function environmentUses(
  config: Config,
  name: string,
  environment: EnvironmentConfig,
  choices: PolicyChoices,
  definitionOf: DefinitionOf,
): readonly Use[] {
  const { region, account } = environment
  const arn = roleArn(environment.role ?? defaultRole(name), account, region)
  const targets = selectTargets(config, [name])
  // deploy.yml tags the image as the role of the environment, by the action promote.
  const images = privateArns(config)
  const tagRows = environment['image-tags'] && images.length > 0 ? permissionTables.promote : []
  const rows = choices.actions
    .filter((action) => action !== 'build-push')
    .flatMap((action): readonly Permission[] => permissionTables[action])
  const others = otherGrants(config, name, choices, arn)
  const ofServices = targets.map((target) => {
    const place = placeOfTarget(config, environment, target, choices, { definition: definitionOf(target), arn })
    const tags = grantsIn(tagRows, new Set<Feature>(), { ...place, repositories: images })
    return [...grantsIn(rows, featuresOf(target, targets.length, choices), place), ...tags]
  })
  const isNamed = environment.role !== undefined
  return [...ofServices, ...others].map((grants) => ({ arn, region, environment: name, grants, isNamed }))
}

function placeOfTarget(
  config: Config,
  environment: EnvironmentConfig,
  target: Target,
  choices: PolicyChoices,
  { definition, arn }: { readonly definition: DefinitionFacts | undefined; readonly arn: string },
): ResourcePlace {
  const { region, accountId, cluster } = target
  const own = privateArns(config)
  const repositories = [...new Set([...own, ...(definition?.repositories ?? [])])]
  return {
    region,
    accountId,
    cluster,
    service: choices.scope === 'cluster' ? '*' : target.service,
    definition,
    otherFamilies: (target.verify ?? []).flatMap((check) =>
      check.kind === 'task' && check.image !== undefined ? [`-${check.name}`] : [],
    ),
    serviceRoles: serviceRoles(deploymentIn(environment.services[target.name])),
    infrastructureRoles: choices.infrastructureRoles.map((role) => roleArn(role, accountId, region)),
    passedRoles: choices.passedRoles.map((role) => roleArn(role, accountId, region)),
    repositories:
      repositories.length === 0 && !selectImages(config).some(isPublic) ? [repositoryArn('*', target)] : repositories,
    codeDeploy: groupOf(target, choices),
    known: {
      ...(target.after && { distribution: [distributionArn(target.after.distribution, target)] }),
      ...scheduleArns(target),
    },
    scheduleRoles: scheduleRoles(target),
    role: arn,
  }
}

function deploymentIn(placement: EnvironmentConfig['services'][string] | undefined): unknown {
  return placement && 'deployment' in placement ? placement.deployment : undefined
}

/** Members `roleArn` at any depth: of hooks, and of the configuration of load balancers. */
function serviceRoles(settings: unknown): readonly string[] {
  if (typeof settings !== 'object' || settings === null) return []
  const found = Object.entries(settings).flatMap(([key, value]) =>
    key === 'roleArn' && typeof value === 'string' ? [value] : serviceRoles(value),
  )
  return [...new Set(found)].sort()
}

/** Names of slipway.yml, or the default ones; undefined where the group is searched for. */
function groupOf(target: Target, choices: PolicyChoices): ResourcePlace['codeDeploy'] {
  const { cluster, service, codeDeployApplication: application, codeDeployDeploymentGroup: group } = target
  if (choices.with.includes('codedeploy-search') && (application === undefined || group === undefined)) return undefined
  const named = groupNameOf({ cluster, service, codeDeploy: { application, deploymentGroup: group } })
  return { application: named.application, group: named.deploymentGroup }
}

/** True where slipway.yml or the command line shows that CodeDeploy deploys the service. */
export function isOfCodeDeploy(target: Target, codeDeployServices: readonly string[]): boolean {
  const named = [target.codeDeployApplication, target.codeDeployDeploymentGroup, target.codeDeployAppSpec]
  return named.some((name) => name !== undefined) || codeDeployServices.includes(target.name)
}

function featuresOf(target: Target, count: number, choices: PolicyChoices): ReadonlySet<Feature> {
  const isCodeDeploy = isOfCodeDeploy(target, choices.codeDeployServices)
  const several = count > 1 ? (['several', ...(isCodeDeploy ? (['codedeploy-several'] as const) : [])] as const) : []
  const asked = choices.with.filter((feature) =>
    isCodeDeploy ? feature !== 'verify' : !feature.startsWith('codedeploy'),
  )
  const creates = target.serviceDefinition === undefined ? [] : (['create-service'] as const)
  const chosen: readonly Feature[] = [
    ...byDefault,
    ...asked,
    ...several,
    ...creates,
    ...stepFeatures(target, isCodeDeploy),
    ...(target.after ? (['invalidate'] as const) : []),
    ...(target.schedules ? (['schedules'] as const) : []),
    ...(target.suspendAutoScaling ? (['suspend-auto-scaling'] as const) : []),
    isCodeDeploy ? 'codedeploy' : 'ecs',
  ]
  return new Set(chosen.filter((feature) => !choices.without.includes(feature)))
}

/** What the checks and tasks of a service need. */
function stepFeatures({ verify = [], tasks = [] }: Target, isCodeDeploy: boolean): readonly Feature[] {
  const isTask = tasks.length > 0 || verify.some(({ kind }) => kind === 'task')
  // Also the rollback after a failed one may pause.
  const isInside = verify.length > 0 || tasks.some(({ when }) => when !== 'before')
  return [
    ...(isTask ? (['run-task'] as const) : []),
    ...(tasks.some(({ lock }) => lock !== undefined) ? (['task-lock'] as const) : []),
    ...(isInside ? [isCodeDeploy ? ('codedeploy-verify' as const) : ('verify' as const)] : []),
  ]
}
