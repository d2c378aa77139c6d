import type { Provenance } from '../../../deployment/commit-guard.ts'
import { originKeys as keys, type Origin, originIn, tagsOf } from '../../../deployment/origin.ts'
import type { Json, JsonObject } from '../../../ports.ts'
import { objectsIn } from '../../../task-definition/members.ts'
import { text } from '../../../text.ts'

/** Quota of tags: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html. Keys of AWS's own do not count. */
const mostTags = 50

/** The origin of a stored definition; undefined when Slipway did not tag it. */
export function originOf(definition: JsonObject | undefined): Origin | undefined {
  const tags = new Map(objectsIn(definition ?? {}, 'tags').map(({ key, value }) => [key, value]))
  return originIn((key) => tags.get(key))
}

/** The same for the guard; undefined where there is no definition, or none that may be read. */
export function provenanceOf(definition: JsonObject | undefined): Provenance | undefined {
  if (definition === undefined) return undefined
  const why = text`the live revision has no tag slipway:commit, so it was not deployed by Slipway`
  return { origin: originOf(definition), unmarked: { why, fix: text`Allow ecs:TagResource` } }
}

/** The definition without the tags of an earlier origin: it was rendered from a revision that had them. */
export function withoutOrigin(definition: JsonObject): JsonObject {
  if (originOf(definition) === undefined) return definition
  const { tags: _, ...rest } = definition
  const others = objectsIn(definition, 'tags').filter(({ key }) => !keys.has(String(key)))
  return others.length === 0 ? rest : { ...rest, tags: others }
}

/** The definition with the tags of its origin beside its own. */
export function withOrigin(definition: JsonObject, origin: Origin): JsonObject {
  const own = objectsIn(definition, 'tags').filter(({ key }) => !keys.has(String(key)))
  const added: readonly Json[] = Object.entries(tagsOf(origin)).map(([key, value]) => ({ key, value }))
  return { ...definition, tags: [...own, ...added] }
}

/**
 * How many tags a revision has beside those of its origin, where that leaves no room for them. `beside`: tags that are put on
 * tasks together with those of their revision.
 */
export function tagsInTheWay(definition: JsonObject, beside: readonly JsonObject[]): number | undefined {
  const own = [...objectsIn(definition, 'tags'), ...beside].map(({ key }) => String(key))
  const others = new Set(own.filter((key) => !keys.has(key) && !/^aws:/i.test(key)))
  return others.size + keys.size > mostTags ? others.size : undefined
}
