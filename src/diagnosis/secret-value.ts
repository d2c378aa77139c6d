import type { Span } from './span.ts'

/** Quoted, to the end of the quote or of the line; a list; or to the next space, without the marks that end a sentence. */
const value =
  /"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)|`[^`\n]*(?:`|$)|\[[^\]]{0,2000}(?:\]|$)|(?:(?![;&,]\s{0,3}[\w.-]{1,60}=)(?:[^\s"'\\]|\\(?!["'nrt])|["'](?=\w)))*[^\s"',;&.:\])}\\]|(?![;&,]\s{0,3}[\w.-]{1,60}=)[^\s"']+/my

/** No secret at any position: a switch, or nothing. */
const literal = /^(?:true|false|null|nil|none|undefined|(["'])\1)$/i

/** The state of a secret instead of its value: `token: expired`, `using password: YES`. */
const prose =
  /^(["']?)(?:an?|all|already|and|are|but|can(?:not|'t)?|could|denied|did|do|does|empty|exit(?:ed)?|expected|field|healthy|inherit|read|running|write|expired|failed|flag|for|found|from|has|have|if|in|incorrect|invalid|is|it|may|missing|must|never|no|not|of|option|or|please|rejected|required|should|that|the|this|to|too|unable|unexpected|unknown|unset|was|were|when|with|wrong|yes|you|your|\d{3})\1$/i

/** Where a value begins, and what may occur there instead of one. */
interface Expected {
  /** After a colon and a space. */
  readonly mayBeProse?: boolean | undefined
  /** Preceded only by a space or a word: it must not have the form of a word, a number or a name. */
  readonly mustResembleSecret?: boolean | undefined
}

/** The value that begins here, if it is one and not hidden already. */
export function valueAt(text: string, at: number, { mayBeProse, mustResembleSecret }: Expected = {}): Span[] {
  value.lastIndex = at
  const [all = ''] = value.exec(text) ?? []
  const plain = all.replace(/[,;.:)\]}]{1,9}$/, '')
  const isSaid =
    literal.test(plain) || (mayBeProse && prose.test(plain)) || (mustResembleSecret && !resemblesSecret(plain))
  const isHidden = /^["']?\*\*\*(?:\(|$|["'])/.test(all) || (mustResembleSecret && /[=:]["']?\*\*\*$/.test(plain))
  const isObject = /^\{(?:$|[\s"'{\\]|\w{1,40}[:=])/.test(all)
  return all === '' || isSaid || isHidden || isObject ? [] : [[at, at + all.length]]
}

/** Names of algorithms and encodings, and versions: letters and digits that are no secret. */
const term =
  /^(?:v?\d+(?:\.\d+)*(?:-[a-z0-9.]+)?|(?:sha|md|utf|base|aes|rsa|ed|[her]s|oauth|ipv|tls|v)-?\d[\w.-]*|scram-sha-\d+)$/i

/** Locations and placeholders: an address, a path, `$NAME`, `<name>`, `{name}`, `%s`. */
const place = /^(?:arn:aws|[a-z][a-z0-9+.-]{0,20}:\/\/|\.{0,2}\/|[$<{[(%])/i

/** In quotes, or with a mark or a digit among letters, as words are not. */
function resemblesSecret(value: string): boolean {
  const [, quoted] = /^["'`](.{2,})["'`]$/.exec(value) ?? []
  if (quoted !== undefined) return !prose.test(quoted) && !place.test(quoted)
  if (value.length < 4 || term.test(value) || place.test(value)) return false
  return /[!#$%^&*+=~@]/.test(value) || (/\d/.test(value) && /[A-Za-z]/.test(value))
}
