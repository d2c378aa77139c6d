import { isSecretName } from './secret-name.ts'

/** A piece of a text, from its first character to the one after its last. */
type Span = readonly [start: number, end: number]

interface Assignment {
  readonly name: string
  /** What stands before the name: a word and a space, or a mark. */
  readonly before: string
  readonly separator: string
  /** Where the value begins. */
  readonly at: number
}

/**
 * A name with what assigns: `=`, `:`, `:=`, `=>`, `==`. The name is read backwards from there, over quotes, brackets and
 * spaces; as no name holds a separator, no character is read twice.
 */
const assignment =
  /(?=[=:])(?<=([^\s=:]{0,16}[ \t]?)(?<![\w.-])([\w.-]+)\\{0,7}["'`\]]{0,2}[ \t]{0,20})(=>|:=|={1,3}|:{1,2})[ \t]{0,20}/g

/** A flag of a command line with its value behind a space, or as the next item of a list. */
const flag = /(?<![\w-])--?([A-Za-z][\w.-]{0,100})(?:[ \t]{1,3}|\\?["'],\s{0,20}(?=\\?["']))/g

/** Quoted, to the end of the quote or of the line; a list; or to the next space, without the marks that end a sentence. */
const value =
  /\\{1,7}"(?:[^"\\\n]|\\+(?!["\\]))*(?:\\{1,7}"|(?=")|$)|"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)|`[^`\n]*(?:`|$)|\[[^\]]{0,2000}(?:\]|$)|(?:(?![;&,]\s{0,3}[\w.-]{1,60}=)(?:[^\s"'\\]|\\(?!["'nrt])|["'](?=\w)))*[^\s"',;&.:\])}\\]|(?![;&,]\s{0,3}[\w.-]{1,60}=)[^\s"']+/my

/** Words before `key` that make it one: `Invalid API key: x`. */
const ofKey =
  /(?:^|\W)(?:api|access|secret|private|signing|encryption|auth|licen[cs]e|account|master|shared|client|app) $/i

/** No secret, wherever it stands: a switch, or nothing. */
const literal = /^(?:true|false|null|nil|none|undefined|(\\{0,7}["'])\1)$/i

/** What is said of a secret instead of the secret: `token: expired`. */
const prose =
  /^(?:an?|all|already|and|are|but|can(?:not|'t)?|could|denied|did|do|does|empty|expected|expired|failed|flag|for|found|from|has|have|if|in|invalid|is|it|may|missing|must|never|no|not|of|option|or|please|rejected|required|should|that|the|this|to|too|unable|unexpected|unknown|unset|was|were|when|with|wrong|you|your|\d{3})$/i

/** A tag of an image (`user-token:v2`), which no secret looks like. */
const version = /^(?:v\d+(?:\.\d+)*|\d+\.\d+(?:\.\d+)*|latest|stable)(?:-[a-z0-9.]+)?(?=[@\s"',;:.)\]]|$)/

/** Between a name and its value, in characters. */
const farthest = 400

/** Resources of AWS: names in them say what to correct. */
const arns = /\barn:aws[\w-]{0,20}:[^\s"'<>,;=?&]+/g

/** The text with `***` in place of every value whose name says that it is secret. */
export function redactAssignments(text: string): string {
  if (!/[=:]|--?[A-Za-z]/.test(text)) return text
  const spans = [...secretFlags(text), ...secretValues(text)].sort(([one], [other]) => one - other)
  let [shown, done] = ['', 0]
  for (const [start, end] of spans) {
    if (start < done) continue
    shown += `${text.slice(done, start)}***`
    done = end
  }
  return shown + text.slice(done)
}

function secretFlags(text: string): Span[] {
  return [...text.matchAll(flag)].flatMap((match): Span[] => {
    const at = match.index + match[0].length
    const isFlag = text.startsWith('-', at)
    return isFlag || !isSecretName(match[1] ?? '') ? [] : told(text, at, true)
  })
}

/** Values of secret names, in the order of the text: `name=value`, and `name` and `value` as a pair. */
function secretValues(text: string): Span[] {
  const found: Span[] = []
  const isInArn = within([...text.matchAll(arns)].map((match): Span => [match.index, match.index + match[0].length]))
  const pairOf = startPairs(text)
  let done = 0
  for (const match of text.matchAll(assignment)) {
    const [all, before = '', name = '', separator = ''] = match
    const each = { name, before, separator, at: match.index + all.length }
    if (match.index < done || isInArn(match.index)) continue
    const spans = [...pairOf(each), ...(isSecret(each) ? assignedValue(text, each) : [])]
    found.push(...spans)
    done = Math.max(done, ...spans.map(([, end]) => end))
  }
  return found
}

/** Asked for places in ascending order. */
function within(spans: readonly Span[]): (at: number) => boolean {
  let next = 0
  return (at) => {
    while (next < spans.length && (spans[next]?.[1] ?? 0) <= at) next++
    return (spans[next]?.[0] ?? Number.POSITIVE_INFINITY) <= at
  }
}

function isSecret({ name, before, separator }: Assignment): boolean {
  // Names of modules, and results of tests.
  if (separator === '::' || (name === 'PASS' && separator === ':')) return false
  const isPhrase =
    (/^key$/i.test(name) && ofKey.test(before)) || (/^string$/i.test(name) && /connection $/i.test(before))
  return isPhrase || isSecretName(name)
}

function assignedValue(text: string, assigned: Assignment): Span[] {
  const { name, separator, at } = assigned
  const isSpaced = /\s/.test(text.charAt(at - 1))
  const rest = text.slice(at, at + 200)
  // A resource that is named; a number of them; a shell's working directory.
  if (/^["']?(?:arn:aws[\w-]*:|unexpected status)/.test(rest)) return []
  if (/s$/i.test(name) && /^\d{1,9}(?![\w.-])/.test(rest)) return []
  if (/^(?:OLD)?PWD$/i.test(name) && rest.startsWith('/')) return []
  const isOpen = separator === ':' && (isSpaced ? isVariable(assigned, rest) : isAddress(assigned, rest))
  return isOpen ? [] : told(text, at, separator === ':' && isSpaced)
}

/** The name of the variable that is missing: `required secret: STRIPE_KEY`. */
function isVariable({ before }: Assignment, rest: string): boolean {
  return /[a-z] $/.test(before) && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)/.test(rest)
}

/** A host by its whole name: what follows is a port, or a claim of its tokens (`token.actions.githubusercontent.com:sub`). */
const host = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev|cn|eu|internal|local)$/

/** An image with its tag, an address of its own kind (`secret://x`), a host with its port. */
function isAddress({ name, before }: Assignment, rest: string): boolean {
  const isHost = /^[a-z0-9.-]+$/.test(name) && !isSecretName(name.split(/[.-]/).at(-1) ?? '')
  return (
    host.test(name) ||
    version.test(rest) ||
    rest.startsWith('//') ||
    (before.endsWith('/') && /^\w[\w.-]{0,127}(?=[@\s"',;:)\]]|$)/.test(rest)) ||
    (isHost && /^\d{2,5}(?![\w.-])/.test(rest))
  )
}

/**
 * The other half of a name and a value, in either order: `{"name":"DB_PASSWORD","value":"x"}`, or `{"token":{"value":"x"}}`.
 * Asked for every assignment of the text.
 */
function startPairs(text: string): (now: Assignment) => Span[] {
  let [named, valued, opened] = [Number.NaN, Number.NaN, Number.NaN]
  const isNear = (from: number, to: number, pattern: RegExp) =>
    to - from < farthest && pattern.test(text.slice(from, to))
  return ({ name, at }) => {
    const isValue = /^value$/i.test(name)
    const isNaming = /^(?:name|key)$/i.test(name) && isSecretAt(text, at)
    const isPaired = isValue ? isNear(named, at, apart) || isNear(opened, at, inside) : false
    const isLate = isNaming && isNear(valued, at, apart)
    const place = isPaired ? at : valued
    if (isNaming) named = at
    if (isValue) valued = at
    if (isSecretName(name)) opened = at
    return isPaired || isLate ? told(text, place) : []
  }
}

/** Not in objects of their own. */
const apart = /^[^{}]*$/

/** In an object that begins there. */
const inside = /^\{[^{}]*$/

function isSecretAt(text: string, at: number): boolean {
  const [, name = ''] = /^\\{0,7}["']?([\w.-]{1,200})/.exec(text.slice(at, at + 210)) ?? []
  return isSecretName(name)
}

/** The value that begins here, if it is one and not hidden already. After a colon and a space it may be prose. */
function told(text: string, at: number, mayBeProse = false): Span[] {
  value.lastIndex = at
  const [all = ''] = value.exec(text) ?? []
  const plain = all.replace(/[,;.:)\]}]{1,9}$/, '')
  const isSaid = literal.test(plain) || (mayBeProse && prose.test(plain))
  const isHidden = /^["']?\*\*\*(?:\(|$|["'])/.test(all)
  const isObject = /^\{(?:$|[\s"'{\\]|\w{1,40}[:=])/.test(all)
  return all === '' || isSaid || isHidden || isObject ? [] : [[at, at + all.length]]
}
