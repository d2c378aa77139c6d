import { partitionOf } from '../../partitions.ts'
import type { AccountPlace, DefinitionFacts } from './definition-facts.ts'
import type { Feature, Permission } from './permission.ts'
import type { IamAction } from './permission-tables.ts'
import type { Conditions } from './policy-document.ts'
import type { ResourceKind } from './resource-kind.ts'
import { resourceKinds } from './resource-kinds.ts'

/** The resources of a service, or of a build, that actions are restricted to. */
export interface ResourcePlace extends AccountPlace {
  /** Undefined for a build. */
  readonly cluster?: string | undefined
  /** `*` for all services of the cluster. */
  readonly service?: string | undefined
  /** Undefined where the definition is not in a file. */
  readonly definition?: DefinitionFacts | undefined
  /** Endings of families that are registered beside that of the definition, `-smoke`. */
  readonly otherFamilies?: readonly string[] | undefined
  /** Roles that are passed to ECS itself: of hooks, load balancers, volumes and Express services. */
  readonly serviceRoles?: readonly string[]
  /** Roles of scheduled tasks, by the service that gets them. */
  readonly scheduleRoles?: Readonly<Record<string, readonly string[]>> | undefined
  /** Roles of tasks that were given by name. */
  readonly passedRoles?: readonly string[]
  readonly repositories: readonly string[]
  readonly codeDeploy?: { readonly application: string; readonly group: string } | undefined
  readonly kmsKeys?: readonly string[]
  readonly signingProfiles?: readonly string[]
  /** Service that gets the passed roles; tasks of Amazon ECS when absent. */
  readonly passedTo?: string | undefined
  /** ARNs that are known without a service of Amazon ECS, such as those of a site. */
  readonly known?: Readonly<Partial<Record<ResourceKind, readonly string[]>>> | undefined
  /** ARN of the role that gets the permissions. */
  readonly role: string
}

/** An action on resources under a condition. */
export interface Grant {
  readonly action: IamAction
  readonly resources: readonly string[]
  readonly condition?: Conditions | undefined
}

/** What allows an action for the resources of one place; empty where the resources are unknown, or there are none. */
export function grantsOf(action: IamAction, place: ResourcePlace, tagged?: Permission['tagged']): readonly Grant[] {
  if (action === 'iam:PassRole') return passRoleGrants(place)
  if (action === 'ecs:TagResource') return tagGrants(place, tagged)
  const kinds: readonly ResourceKind[] = resourceKinds[action]
  const resources = kinds.flatMap((kind) => place.known?.[kind] ?? resourcesOfKind(kind, place))
  if (resources.length === 0) return []
  const isOfCluster = action === 'ecs:ListTasks' || action === 'ecs:RunTask'
  return [{ action, resources, ...(isOfCluster && { condition: ofCluster(place) }) }]
}

/** What the rows of a table allow in a place, with these features. */
export function grantsIn(
  rows: readonly Permission[],
  features: ReadonlySet<Feature>,
  place: ResourcePlace,
): readonly Grant[] {
  return rows
    .filter(({ when }) => when === undefined || features.has(when))
    .flatMap(({ actions, tagged }) => actions.flatMap((action) => grantsOf(action as IamAction, place, tagged)))
}

function ofCluster(place: ResourcePlace): Conditions {
  return { ArnEquals: { 'ecs:cluster': ecsArn(place, `cluster/${place.cluster}`) } }
}

/** Roles of tasks, and those that ECS itself assumes (IAM user guide, iam:PassedToService). */
function passRoleGrants(place: ResourcePlace): readonly Grant[] {
  const passed = (resources: readonly string[], service: string): readonly Grant[] =>
    resources.length === 0
      ? []
      : [{ action: 'iam:PassRole', resources, condition: { StringEquals: { 'iam:PassedToService': service } } }]
  return [
    ...passed(resourcesOfKind('role', place), place.passedTo ?? 'ecs-tasks.amazonaws.com'),
    ...passed(place.serviceRoles ?? [], 'ecs.amazonaws.com'),
    ...Object.entries(place.scheduleRoles ?? {}).flatMap(([service, roles]) => passed(roles, service)),
  ]
}

const taggedKinds = { tasks: 'task', service: 'service', revisions: 'task-definition' } as const
const creations = { tasks: 'RunTask', service: undefined, revisions: undefined } as const

/**
 * Tags with the creation of what is tagged (Amazon ECS developer guide, "Grant permission to tag resources on creation"); of a service and
 * of revisions that are deployed again also later.
 */
function tagGrants(place: ResourcePlace, tagged: Permission['tagged']): readonly Grant[] {
  const resources = resourcesOfKind(tagged ? taggedKinds[tagged] : 'task-definition', place)
  const by = tagged ? creations[tagged] : 'RegisterTaskDefinition'
  const condition = by && { StringEquals: { 'ecs:CreateAction': by } }
  return [{ action: 'ecs:TagResource', resources, ...(condition && { condition }) }]
}

function ecsArn(place: AccountPlace, resource: string): string {
  return arnOf('ecs', place, resource)
}

function arnOf(service: string, { region, accountId }: AccountPlace, resource: string): string {
  return `arn:${partitionOf(region).id}:${service}:${region}:${accountId}:${resource}`
}

function globalArn(kind: 'instance-profile' | 'public-registry', { region, accountId }: AccountPlace): string {
  const resource = kind === 'instance-profile' ? 'iam::%:instance-profile/*' : 'ecr-public::%:registry/*'
  return `arn:${partitionOf(region).id}:${resource.replace('%', accountId)}`
}

function codeDeployArn(place: AccountPlace, resource: string): string {
  return arnOf('codedeploy', place, resource)
}

function codeDeployResource(kind: ResourceKind, place: ResourcePlace): string {
  const { application, group } = place.codeDeploy ?? { application: '*', group: '' }
  if (kind === 'deployment-config') return codeDeployArn(place, 'deploymentconfig:*')
  if (kind === 'application') return codeDeployArn(place, `application:${application}`)
  return codeDeployArn(place, `deploymentgroup:${group === '' ? application : `${application}/${group}`}`)
}

function resourcesOfKind(kind: ResourceKind, place: ResourcePlace): readonly string[] {
  const { cluster, service, definition } = place
  switch (kind) {
    case 'any':
    case 'tasks-of-cluster':
      return ['*']
    case 'cluster':
      return [ecsArn(place, `cluster/${cluster}`)]
    case 'service':
      return [ecsArn(place, `service/${cluster}/${service}`)]
    case 'service-deployment':
    case 'service-revision':
      return [ecsArn(place, `${kind}/${cluster}/${service}/*`)]
    case 'task':
      return [ecsArn(place, `task/${cluster}/*`)]
    case 'task-definition':
      return definition === undefined
        ? [ecsArn(place, 'task-definition/*:*')]
        : ['', ...(place.otherFamilies ?? [])].map((ending) =>
            ecsArn(place, `task-definition/${definition.family}${ending}:*`),
          )
    // AWS chooses the id.
    case 'scalable-target':
      return [arnOf('application-autoscaling', place, 'scalable-target/*')]
    // Of the account, whatever the region (Service Authorization Reference).
    case 'instance-profile':
    case 'public-registry':
      return [globalArn(kind, place)]
    case 'application':
    case 'deployment-group':
    case 'deployment-config':
      return [codeDeployResource(kind, place)]
    case 'role':
      return [...new Set([...(definition?.roles ?? []), ...(place.passedRoles ?? [])])]
    case 'simulated-role':
      return [place.role]
    case 'log-stream':
      return definition?.logStreams ?? []
    case 'secret':
      return definition?.secrets ?? []
    case 'parameter':
      return definition?.parameters ?? []
    case 'repository':
      return place.repositories
    case 'kms-key':
      return place.kmsKeys ?? []
    case 'signing-profile':
      return place.signingProfiles ?? []
    default:
      return []
  }
}
