import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../ports.ts'
import { objectsIn } from '../task-definition/members.ts'

/** Where a revision comes from: what its tags say, in the characters that tags have. */
export interface Origin {
  /** SHA. */
  readonly commit: string
  /** `owner/name`. */
  readonly repository: string
  /** Run id and attempt, `8812345678/1`. */
  readonly run: string
  /** Branch, such as `refs/heads/main`; empty where it is not known, or where the commit was deployed by a tag. */
  readonly ref: string
}

const names = ['commit', 'repository', 'run', 'ref'] as const satisfies readonly (keyof Origin)[]
const keyOf = (name: string) => `slipway:${name}`
const keys: ReadonlySet<string> = new Set(names.map(keyOf))

// Quotas of tags: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html. Keys of AWS's own do not count.
const mostTags = 50
const longestValue = 256

/** An origin whose every part is a value that AWS takes. */
export function originFrom(parts: Origin): Origin {
  const { commit, repository, run, ref } = parts
  return { commit: tagValue(commit), repository: tagValue(repository), run: tagValue(run), ref: tagValue(ref) }
}

/**
 * A text as the value of a tag: letters, digits and `_ . : / + - @`. Each byte of anything else becomes `=` and two hexadecimal
 * digits; what is too long then becomes its hash, which is as good to be compared.
 */
function tagValue(value: string): string {
  const encoded = value.replace(/[^\p{L}\p{N}_.:/+@-]/gu, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  )
  if (encoded.length <= longestValue) return encoded
  return `sha256=${createHash('sha256').update(value).digest('hex')}`
}

/** A branch of an origin as people write it. */
export function branchName({ ref }: Pick<Origin, 'ref'>): string {
  const decoded = ref.replace(/(?:=[0-9a-f]{2})+/g, (bytes) =>
    new TextDecoder().decode(Uint8Array.from(bytes.slice(1).split('='), (byte) => Number.parseInt(byte, 16))),
  )
  return decoded.replace(/^refs\/(heads|pull)\//, '')
}

/** The tags that a revision carries, by their keys. */
export function tagsOf(origin: Origin): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [keyOf(name), origin[name]]))
}

/** The origin of a stored definition; undefined when Slipway did not tag it. */
export function originOf(definition: JsonObject | undefined): Origin | undefined {
  const tags = new Map(objectsIn(definition ?? {}, 'tags').map(({ key, value }) => [key, value]))
  const read = (name: keyof Origin) => {
    const value = tags.get(keyOf(name))
    return typeof value === 'string' ? value : ''
  }
  const commit = read('commit')
  return commit === '' ? undefined : { commit, repository: read('repository'), run: read('run'), ref: read('ref') }
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
