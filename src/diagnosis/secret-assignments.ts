import { textInBase64 } from './encoded-secrets.ts'
import { isSecretName } from './secret-name.ts'
import { type NamedValue, startPairs } from './secret-pairs.ts'
import { valueAt } from './secret-value.ts'
import { type Span, within } from './span.ts'

interface Assignment extends NamedValue {
  /** What precedes the name: a word and a space, or a mark. */
  readonly before: string
  readonly separator: string
  /** Where the separator begins. */
  readonly from: number
}

/**
 * A name with what assigns: `=`, `:`, `:=`, `=>`, `==`. The name is read backwards from there, over quotes, brackets and
 * spaces; as no name holds a separator, no character is read twice.
 */
const assignment =
  /(?=[=:])(?<=([^\s=:]{0,16}[ \t]?)(?<![\w.-])([\w.-]+)["'`\]]{0,2}[ \t]{0,20})(=>|:=|={1,3}|:{1,2})[ \t]{0,20}/g

/** A flag of a command line with its value behind a space, or as the next item of a list. */
const flag = /(?<![\w-])--?([A-Za-z][\w.-]{0,100})(?:[ \t]{1,3}|["'],\s{0,20}(?=["']))/g

/** Words before `key` that make it one: `Invalid API key: x`. */
const ofKey =
  /(?:^|\W)(?:api|access|secret|private|signing|encryption|auth|licen[cs]e|account|master|shared|client|app) $/i

/** A tag of an image (`user-token:v2`), a form that no secret has. */
const version = /^(?:v\d+(?:\.\d+)*|\d+\.\d+(?:\.\d+)*|latest|stable)(?:-[a-z0-9.]+)?(?=[@\s"',;:.)\]]|$)/

/** Resources of AWS: names in them say what to correct. */
const arns = /\barn:aws[\w-]{0,20}:[^\s"'<>,;=?&]+/g

/** Values of flags with a secret name: `--db-password x`, and as items of a list. */
export function secretFlags(text: string): readonly Span[] {
  return [...text.matchAll(flag)].flatMap((match): Span[] => {
    const at = match.index + match[0].length
    const isFlag = text.startsWith('-', at)
    return isFlag || !isSecretName(match[1] ?? '') ? [] : valueAt(text, at, { mayBeProse: true })
  })
}

/** Values with a secret name: `name=value`, and `name` and `value` as a pair. */
export function secretAssignments(text: string): readonly Span[] {
  const found: Span[] = []
  const isInArn = within([...text.matchAll(arns)].map((match): Span => [match.index, match.index + match[0].length]))
  const pairOf = startPairs(text)
  let done = 0
  for (const match of text.matchAll(assignment)) {
    const [all, before = '', name = '', separator = ''] = match
    const each = { name, before, separator, from: match.index, at: match.index + all.length }
    if (match.index < done || isInArn(match.index)) continue
    const spans = [...pairOf(each), ...(isSecret(each) || isLogin(text, each) ? assignedValue(text, each) : [])]
    found.push(...spans)
    done = Math.max(done, ...spans.map(([, end]) => end))
  }
  return found
}

function isSecret({ name, before, separator }: Assignment): boolean {
  // Names of modules, and results of tests.
  if (separator === '::' || (name === 'PASS' && separator === ':')) return false
  return isSecretName(name) || isSecretPhrase(name, before)
}

/** `"auth": "…"` in Docker's configuration: user and password in Base64. */
function isLogin(text: string, { name, at }: Assignment): boolean {
  const [, encoded = ''] =
    (name === 'auth' && /^["']?([A-Za-z0-9+/_-]{4,200}={0,2})/.exec(text.slice(at, at + 210))) || []
  return /^[^:]+:./.test(textInBase64(encoded) ?? '')
}

/** `api key`, `connection string`: what follows the last word of these is as secret. */
export function isSecretPhrase(name: string, before: string): boolean {
  return (/^key$/i.test(name) && ofKey.test(before)) || (/^string$/i.test(name) && /connection $/i.test(before))
}

function assignedValue(text: string, assigned: Assignment): Span[] {
  const { name, separator, at } = assigned
  const isSpaced = /\s/.test(text.charAt(at - 1))
  const rest = text.slice(at, at + 200)
  if (isKnown(name, rest)) return []
  const below = /^(?:[|>][+-]?\d?[ \t]*)?\r?\n/.exec(rest)
  if (below) return valueBelow(text, assigned, at + below[0].length, /^[|>]/.test(rest))
  const isOpen = separator === ':' && (isSpaced ? isVariable(assigned, rest) : isAddress(assigned, rest))
  return isOpen ? [] : valueAt(text, at, { mayBeProse: separator === ':' && isSpaced })
}

/** What has such a name and is no secret. */
function isKnown(name: string, rest: string): boolean {
  // A resource that is named; a number of them; a shell's working directory; the pin of a chip, a release of Erlang's OTP.
  return (
    /^["']?(?:arn:aws[\w-]*:|unexpected status)/.test(rest) ||
    (/s$/i.test(name) && /^\d{1,9}(?![\w.-])/.test(rest)) ||
    (/^(?:OLD)?PWD$/i.test(name) && rest.startsWith('/')) ||
    (/(?:pin|otp)$/i.test(name) && !/^["']?(?=[A-Za-z]{0,20}\d)\w{4}/.test(rest))
  )
}

/**
 * The value on the lines below its name: in JSON a quoted one, in YAML a word with more indentation, or a block (`|`, `>`).
 * `next`: where the line after the name begins.
 */
function valueBelow(text: string, { from, before }: Assignment, next: number, isBlock: boolean): Span[] {
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from)
  const depth = /^[ \t]*(?:- )?/.exec(line)?.[0].length ?? 0
  const indent = /^[ \t]{0,200}/.exec(text.slice(next, next + 200))?.[0].length ?? 0
  if (isBlock) return indent > depth ? blockAt(text, next, depth) : []
  const at = next + indent
  const rest = text.slice(at, at + 200)
  if (/^["']/.test(rest)) return indent > depth || /["']\s*$/.test(line) ? valueAt(text, at, { mayBeProse: true }) : []
  // One word, and no key or item of its own; under a sentence it may be a name.
  const isWord = indent > depth && /^[^\s#{[-]\S*(?<![:{[])[ \t]*(?:\r?\n|$)/.test(rest)
  return isWord ? valueAt(text, at, { mayBeProse: true, mustResembleSecret: /[A-Za-z] $/.test(before) }) : []
}

/** Lines with more indentation than the name. */
function blockAt(text: string, start: number, depth: number): Span[] {
  const deeper = new RegExp(`(?:[ \\t]{${depth + 1}}[^\\n]*(?:\\n|$)|[ \\t]*\\r?\\n)+`, 'y')
  deeper.lastIndex = start
  const block = deeper.exec(text)?.[0].trimEnd() ?? ''
  return block === '' ? [] : [[start + block.search(/\S/), start + block.length]]
}

/** The name of the variable that is missing: `required secret: STRIPE_KEY`. */
function isVariable({ before }: Assignment, rest: string): boolean {
  return /[a-z] $/.test(before) && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)/.test(rest)
}

/** A host by its whole name: what follows is a port, or a claim of its tokens (`token.actions.githubusercontent.com:sub`). */
const host = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev|cn|eu|internal|local)$/

/** A task definition with its revision: `auth-token:7`. Of other names only numbers too short for a secret. */
function isRevision(name: string, rest: string): boolean {
  const [digits = ''] = /^\d{1,5}(?![\w.-]*\w)/.exec(rest) ?? []
  return digits !== '' && (digits.length <= 3 ? !/(?:pin|otp|cv[cv])$/i.test(name) : /^[A-Za-z0-9]+-[\w-]+$/.test(name))
}

/** An image with its tag, an address of its own kind (`secret://x`), a host with its port, a revision. */
function isAddress({ name, before }: Assignment, rest: string): boolean {
  const isHost = /^[a-z0-9.-]+$/.test(name) && !isSecretName(name.split(/[.-]/).at(-1) ?? '')
  return (
    host.test(name) ||
    isRevision(name, rest) ||
    version.test(rest) ||
    rest.startsWith('//') ||
    (before.endsWith('/') && /^\w[\w.-]{0,127}(?=[@\s"',;:)\]]|$)/.test(rest)) ||
    (isHost && /^\d{2,5}(?![\w.-])/.test(rest))
  )
}
