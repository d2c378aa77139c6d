import { createHash } from 'node:crypto'

/** Where a version comes from: what its tags say, in the characters that tags have. */
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

/** Keys of the tags that say where a version comes from. */
export const originKeys: ReadonlySet<string> = new Set(names.map(keyOf))

/** The longest value of a tag: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html. */
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

/** The tags that a version carries, by their keys. */
export function tagsOf(origin: Origin): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [keyOf(name), origin[name]]))
}

/** The origin that tags say; undefined when Slipway did not tag it. `tag`: the value of a key, undefined for none. */
export function originIn(tag: (key: string) => unknown): Origin | undefined {
  const read = (name: keyof Origin) => {
    const value = tag(keyOf(name))
    return typeof value === 'string' ? value : ''
  }
  const commit = read('commit')
  return commit === '' ? undefined : { commit, repository: read('repository'), run: read('run'), ref: read('ref') }
}
