import { parseArn, roleArn } from '../../arn.ts'
import { ecrPlaceOf } from '../../image/ecr-host.ts'
import { parseReference } from '../../image/reference.ts'
import { partitionOf } from '../../partitions.ts'
import type { JsonObject } from '../../ports.ts'
import { containersOf, objectIn, objectsIn, textIn } from '../../task-definition/members.ts'

/** Region and account of a service. */
export interface AccountPlace {
  readonly region: string
  readonly accountId: string
}

/** What a task definition file says about the resources of its tasks, as ARNs. */
export interface DefinitionFacts {
  /** Undefined where it is a placeholder. */
  readonly family: string | undefined
  readonly roles: readonly string[]
  readonly logStreams: readonly string[]
  readonly secrets: readonly string[]
  readonly parameters: readonly string[]
  readonly repositories: readonly string[]
  /** Members whose values are placeholders, such as `executionRoleArn`. */
  readonly unknown: readonly string[]
}

/** Reads them; also from the output of `aws ecs describe-task-definition`. */
export function definitionFacts(content: JsonObject, place: AccountPlace): DefinitionFacts {
  const definition = 'taskDefinition' in content ? objectIn(content, 'taskDefinition') : content
  const roles = ['taskRoleArn', 'executionRoleArn'].map((member) => ({ member, given: textIn(definition, member) }))
  const references = containersOf(definition).flatMap(referencesOf).filter(isFilled)
  const family = textIn(definition, 'family')
  return {
    family: family !== undefined && isFilled(family) ? family : undefined,
    roles: unique(roles.flatMap(({ given }) => (given && isFilled(given) ? [roleOf(given, place)] : []))),
    logStreams: unique(containersOf(definition).flatMap((container) => logStreamsOf(container, place))),
    secrets: unique(references.flatMap(secretOf)),
    parameters: unique(references.flatMap((reference) => parameterOf(reference, place))),
    repositories: unique(containersOf(definition).flatMap(repositoriesOf)),
    unknown: roles.flatMap(({ member, given }) => (given && !isFilled(given) ? [member] : [])),
  }
}

/** False for a value that a template or a later step fills in: `<ROLE>`, `${ROLE}`, `{{role}}`. */
function isFilled(value: string): boolean {
  return !/[<>{}$\s]/.test(value) && value !== ''
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}

function roleOf(given: string, { accountId, region }: AccountPlace): string {
  return roleArn(given.replace(/^\//, ''), accountId, region)
}

function referencesOf(container: JsonObject): readonly string[] {
  const secrets = [
    ...objectsIn(container, 'secrets'),
    ...objectsIn(objectIn(container, 'logConfiguration'), 'secretOptions'),
  ]
  const credentials = textIn(objectIn(container, 'repositoryCredentials'), 'credentialsParameter')
  return [...secrets.map((secret) => textIn(secret, 'valueFrom') ?? ''), credentials ?? '']
}

/** The ARN of a secret, without the key, stage and version that a `valueFrom` may have behind it. */
function secretOf(reference: string): readonly string[] {
  const [, arn] = /^(arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:[^:]+)/.exec(reference) ?? []
  return arn === undefined ? [] : [arn]
}

function parameterOf(reference: string, { region, accountId }: AccountPlace): readonly string[] {
  const arn = parseArn(reference)
  if (arn) return arn.service === 'ssm' ? [reference] : []
  const name = reference.replace(/^\//, '').replace(/:.*$/, '')
  return [`arn:${partitionOf(region).id}:ssm:${region}:${accountId}:parameter/${name}`]
}

function logStreamsOf(container: JsonObject, { region, accountId }: AccountPlace): readonly string[] {
  const options = objectIn(objectIn(container, 'logConfiguration'), 'options')
  const group = textIn(options, 'awslogs-group')
  if (group === undefined || !isFilled(group)) return []
  const where = textIn(options, 'awslogs-region') ?? region
  return [`arn:${partitionOf(region).id}:logs:${where}:${accountId}:log-group:${group}:log-stream:*`]
}

function repositoriesOf(container: JsonObject): readonly string[] {
  const image = textIn(container, 'image') ?? ''
  const reference = parseReference(image)
  const place = ecrPlaceOf(reference?.registry)
  return reference && place ? [repositoryArn(reference.repository, place)] : []
}

/** ARN of an ECR repository. */
export function repositoryArn(name: string, { region, accountId }: AccountPlace): string {
  return `arn:${partitionOf(region).id}:ecr:${region}:${accountId}:repository/${name}`
}
