import { Failure } from '../failure.ts'
import type { Ecs, Json, JsonObject } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { containersOf } from './containers.ts'
import { equal } from './equal.ts'
import { registrable } from './registrable.ts'

export interface Registered {
  readonly taskDefinitionArn: string
  /** True when the newest revision of the family had this content already. */
  readonly reused: boolean
  /** As AWS has it. */
  readonly definition: JsonObject
}

/**
 * Registers a definition, unless the newest revision of its family has the same content: that one is used again, so that
 * a second run makes no second revision.
 */
export async function register(written: JsonObject, { ecs }: { readonly ecs: Ecs }): Promise<Registered> {
  const definition = registrable(written)
  containersOf(definition)
  const newest = await ecs.describeTaskDefinition(familyOf(definition))
  if (newest && newest.status !== 'INACTIVE' && equal(newest, definition) && hasTags(newest, definition)) {
    return { taskDefinitionArn: arnOf(newest), reused: true, definition: newest }
  }
  const registered = await ecs.registerTaskDefinition(definition)
  return { taskDefinitionArn: arnOf(registered), reused: false, definition: registered }
}

export function familyOf(definition: JsonObject): string {
  const { family } = definition
  if (typeof family === 'string' && family !== '') return family
  throw new Failure({
    code: 'task-definition-invalid',
    what: text`The task definition has no family`,
    why: text`family is ${untrusted(JSON.stringify(family) ?? 'missing')}`,
    fix: text`Give it a family: a name of letters, digits, hyphens and underscores.`,
  })
}

/** Tags that are written must be there; tags that are there may stay. */
function hasTags(there: JsonObject, written: JsonObject): boolean {
  const tags = (value: Json | undefined) => (Array.isArray(value) ? value : []).map((tag) => JSON.stringify(tag))
  const known = tags(there.tags)
  return tags(written.tags).every((tag) => known.includes(tag))
}

function arnOf({ taskDefinitionArn }: JsonObject): string {
  return typeof taskDefinitionArn === 'string' ? taskDefinitionArn : ''
}
