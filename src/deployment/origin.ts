import type { Json, JsonObject } from '../ports.ts'
import { objectsIn } from '../task-definition/members.ts'

/** Where a revision comes from: what its tags say. */
export interface Origin {
  /** SHA. */
  readonly commit: string
  /** `owner/name`. */
  readonly repository: string
  /** Run id and attempt, `8812345678/1`. */
  readonly run: string
}

const prefix = 'slipway:'

/** The tags that a revision carries, by their keys. */
export function tagsOf({ commit, repository, run }: Origin): Readonly<Record<string, string>> {
  return { [`${prefix}commit`]: commit, [`${prefix}repository`]: repository, [`${prefix}run`]: run }
}

/** The origin of a stored definition; undefined when Slipway did not tag it. */
export function originOf(definition: JsonObject | undefined): Origin | undefined {
  const tags = new Map(objectsIn(definition ?? {}, 'tags').map(({ key, value }) => [key, value]))
  const read = (name: string) => {
    const value = tags.get(`${prefix}${name}`)
    return typeof value === 'string' ? value : ''
  }
  const commit = read('commit')
  return commit === '' ? undefined : { commit, repository: read('repository'), run: read('run') }
}

/** The definition without the tags of an earlier origin: it was rendered from a revision that had them. */
export function withoutOrigin(definition: JsonObject): JsonObject {
  if (originOf(definition) === undefined) return definition
  const { tags: _, ...rest } = definition
  const others = objectsIn(definition, 'tags').filter(({ key }) => !String(key).startsWith(prefix))
  return others.length === 0 ? rest : { ...rest, tags: others }
}

/** The definition with the tags of its origin beside its own. */
export function withOrigin(definition: JsonObject, origin: Origin): JsonObject {
  const added: readonly Json[] = Object.entries(tagsOf(origin)).map(([key, value]) => ({ key, value }))
  return { ...definition, tags: [...objectsIn(definition, 'tags'), ...added] }
}
