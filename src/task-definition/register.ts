import { Failure } from '../failure.ts'
import type { Ecs, JsonObject } from '../ports.ts'
import { text } from '../text.ts'
import { located } from './check.ts'
import type { WrittenDefinition } from './definition-source.ts'
import { hasTags, isEqual } from './equal.ts'
import { textIn } from './members.ts'
import { registrable } from './registrable.ts'

/** The task definition that ECS stores, new or reused. */
export interface Registration {
  readonly taskDefinitionArn: string
  /** True when the family's latest active revision was equal and is used instead of a new one. */
  readonly reused: boolean
  /** What AWS stores. */
  readonly definition: JsonObject
}

type Revisions = Pick<Ecs, 'describeTaskDefinition' | 'registerTaskDefinition'>

/**
 * The revision of a definition: the family's latest active one when it is equal, a new one otherwise. So a job that runs
 * again registers nothing. `original`: what it was rendered from. Throws `task-definition-invalid` and what the port throws.
 */
export async function register(
  definition: JsonObject,
  { ecs }: { readonly ecs: Revisions },
  original?: WrittenDefinition,
): Promise<Registration> {
  return (await findRegistered(definition, { ecs })) ?? (await registerNew(definition, { ecs }, original))
}

/**
 * The family's latest active revision when it is equal, tags included; undefined otherwise. `known`: the latest revision of some
 * family, if already read.
 */
export async function findRegistered(
  definition: JsonObject,
  { ecs }: { readonly ecs: Revisions },
  known?: JsonObject,
): Promise<Registration | undefined> {
  const wanted = registrable(definition)
  const family = textIn(wanted, 'family')
  if (!family) {
    throw new Failure({
      code: 'task-definition-invalid',
      what: text`The task definition has no family, so it cannot be registered`,
      fix: text`Add "family" with the name that its revisions go under.`,
    })
  }
  const latest = known !== undefined && textIn(known, 'family') === family ? known : await findLatest(family, ecs)
  return latest && isEqual(wanted, latest) && hasTags(latest, wanted) ? registration(latest, true) : undefined
}

/** A new revision, without a read of the latest one. A refusal names the members that it is about, with their positions. */
export async function registerNew(
  definition: JsonObject,
  { ecs }: { readonly ecs: Revisions },
  original?: WrittenDefinition,
): Promise<Registration> {
  const sent = registrable(definition)
  try {
    return registration(await ecs.registerTaskDefinition(sent), false)
  } catch (error) {
    throw located(error, sent, original)
  }
}

/**
 * The family's latest active revision. Without permission to read it, each run registers a new revision: the documented policy of
 * `aws-actions/amazon-ecs-deploy-task-definition` has no ecs:DescribeTaskDefinition.
 */
async function findLatest(family: string, ecs: Revisions): Promise<JsonObject | undefined> {
  try {
    const latest = await ecs.describeTaskDefinition(family)
    return latest?.status === 'ACTIVE' ? latest : undefined
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'permission-missing') return undefined
    throw error
  }
}

function registration(definition: JsonObject, reused: boolean): Registration {
  const taskDefinitionArn = textIn(definition, 'taskDefinitionArn')
  if (taskDefinitionArn === undefined) {
    throw new Failure({
      code: 'unexpected',
      what: text`Amazon ECS answered a task definition without its ARN`,
      fix: text`Run the job again.`,
    })
  }
  return { taskDefinitionArn, reused, definition }
}
