/** GitHub's filter patterns for paths (docs.github.com, "Workflow syntax", "Filter pattern cheat sheet"). */

/** A part of a pattern. */
type Part =
  | { readonly kind: 'one' | 'optional' | 'many'; readonly accepts: (character: string) => boolean }
  /** The two parts after it are left out or not: folders and their slash. */
  | { readonly kind: 'skip' }

interface Pattern {
  readonly isNegative: boolean
  readonly parts: readonly Part[]
}

/** What is wrong with a pattern, as the end of a sentence; undefined where it is valid. */
export function patternProblem(pattern: string): string | undefined {
  const read = parse(pattern)
  return typeof read === 'string' ? read : undefined
}

/**
 * Whether a path is one of those that valid patterns name: the last pattern that matches decides, and one with `!` excludes. Takes
 * a time proportional to the lengths of path and pattern, whatever the pattern.
 */
export function matchesPaths(patterns: readonly string[], path: string): boolean {
  return patterns.reduce((isIncluded, pattern) => {
    const read = parse(pattern)
    return typeof read !== 'string' && matches(read.parts, path) ? !read.isNegative : isIncluded
  }, false)
}

function parse(pattern: string): Pattern | string {
  const isNegative = pattern.startsWith('!')
  const text = isNegative ? pattern.slice(1) : pattern
  if (text === '') return 'is empty'
  if (/^\.{0,2}\//.test(text)) return 'must start at the root of the repository, without "/" or "./" before it'
  const parts: Part[] = []
  for (let at = 0; at < text.length; ) {
    const next = partAt(text, at, parts)
    if (typeof next === 'string') return next
    at += next
  }
  return { isNegative, parts }
}

/** Adds the part at a position; how many characters it takes, or what is wrong. */
function partAt(text: string, at: number, parts: Part[]): number | string {
  const character = text[at] ?? ''
  switch (character) {
    case '*':
      return addWildcard(text, at, parts)
    case '?':
    case '+':
      return repeat(character, parts)
    case '[': {
      const [whole, content = ''] = /^\[([A-Za-z0-9_.-]+)\]/.exec(text.slice(at)) ?? []
      if (whole === undefined) return 'has a "[" without letters, digits and a "]" behind it; a literal one is "\\["'
      const allowed = charactersOf(content)
      parts.push({ kind: 'one', accepts: (given) => allowed.includes(given) })
      return whole.length
    }
    case '\\':
      if (at + 1 === text.length) return 'ends with "\\"'
      parts.push(literal(text[at + 1] ?? ''))
      return 2
    default:
      parts.push(literal(character))
      return 1
  }
}

function literal(character: string): Part {
  return { kind: 'one', accepts: (given) => given === character }
}

function addWildcard(text: string, at: number, parts: Part[]): number {
  const [stars = ''] = /^\*+/.exec(text.slice(at)) ?? []
  const isFolders = stars.length > 1 && text[at + stars.length] === '/' && (at === 0 || text[at - 1] === '/')
  if (isFolders) parts.push({ kind: 'skip' })
  parts.push({ kind: 'many', accepts: (given) => stars.length > 1 || given !== '/' })
  if (isFolders) parts.push(literal('/'))
  return stars.length + (isFolders ? 1 : 0)
}

/** `?` and `+` are about the character before them. */
function repeat(sign: '?' | '+', parts: Part[]): number | string {
  const before = parts.at(-1)
  if (before?.kind !== 'one') return `has a "${sign}" without a character before it; a literal one is "\\${sign}"`
  if (sign === '?') parts.splice(-1, 1, { ...before, kind: 'optional' })
  else parts.push({ ...before, kind: 'many' })
  return 1
}

/** The characters of `a-z0_`: ranges, and what stands alone. */
function charactersOf(content: string): string {
  return content.replace(/(\w)-(\w)/g, (_, from: string, to: string) => {
    const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)]
    return String.fromCharCode(...Array.from({ length: Math.max(last - first + 1, 0) }, (__, index) => first + index))
  })
}

function matches(parts: readonly Part[], path: string): boolean {
  let states = reached(parts, new Set([0]))
  for (const character of path) {
    const after = [...states].flatMap((state) => {
      const part = parts[state]
      if (part === undefined || part.kind === 'skip' || !part.accepts(character)) return []
      return [part.kind === 'many' ? state : state + 1]
    })
    states = reached(parts, new Set(after))
  }
  return states.has(parts.length)
}

/** The states that follow without a character; a set grows while it is read. */
function reached(parts: readonly Part[], states: Set<number>): ReadonlySet<number> {
  for (const state of states) {
    const kind = parts[state]?.kind
    if (kind === 'optional' || kind === 'many' || kind === 'skip') states.add(state + 1)
    if (kind === 'skip') states.add(state + 3)
  }
  return states
}
