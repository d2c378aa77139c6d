/**
 * What `.dockerignore` keeps out of a build context, by the rules of Docker itself (moby/patternmatcher; "Dockerignore
 * files" of Docker's documentation): the last pattern that matches a path, or a folder above it, decides. Where versions of
 * Docker differ, the context is taken for the larger one.
 */
export interface IgnoreRules {
  readonly patterns: readonly IgnorePattern[]
}

interface IgnorePattern {
  /** `!`: what matches is in the context after all. */
  readonly isException: boolean
  readonly parts: readonly Part[]
  /** What every match begins with. */
  readonly literal: string
}

type Part =
  | { readonly kind: 'character'; readonly character: string }
  /** `?`, or a class in brackets. */
  | { readonly kind: 'one'; readonly expression: RegExp }
  /** `*`: within a name. */
  | { readonly kind: 'name' }
  /** `**` and a slash: some folders, or none. */
  | { readonly kind: 'folders' }
  | { readonly kind: 'anything' }

/** Nothing is kept out. */
export const noRules: IgnoreRules = { patterns: [] }

/** Reads the text of a `.dockerignore`. A line that is no pattern is passed over: Docker itself refuses to build with it. */
export function parseIgnoreFile(content: string): IgnoreRules {
  const lines = content.replace(/^\ufeff/, '').split(/\r?\n/)
  return { patterns: lines.flatMap((line) => (line.startsWith('#') ? [] : patternOf(line.trim()))) }
}

function patternOf(line: string): readonly IgnorePattern[] {
  const isException = line.startsWith('!')
  const path = cleaned(isException ? line.slice(1).trim() : line)
  if (path === '') return []
  try {
    const parts = partsOf(path, isException)
    const end = parts.findIndex(({ kind }) => kind !== 'character')
    const literal = parts.slice(0, end < 0 ? undefined : end).map((part) => ('character' in part ? part.character : ''))
    return [{ isException, parts, literal: literal.join('') }]
  } catch {
    return []
  }
}

/** As Go's `filepath.Clean` has it, without the slash in front. */
function cleaned(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop()
    else if (name === '..' && !path.startsWith('/')) names.push(name)
    else if (name !== '' && name !== '.' && name !== '..') names.push(name)
  }
  return names.join('/')
}

function partsOf(path: string, isException: boolean): readonly Part[] {
  const parts: Part[] = []
  // Without its classes, a pattern is single characters but for these.
  const tokens = path.matchAll(/\*\*\/|\*\*|\*|\?|\[[^\]]+\]|\\.|./gsu)
  for (const { 0: token, index } of tokens) {
    if (token === '**/') parts.push({ kind: 'folders' })
    else if (token === '**') parts.push(doubleStar(path, index, isException))
    else if (token === '*') parts.push({ kind: 'name' })
    else if (token === '?') parts.push({ kind: 'one', expression: /^[^/]$/u })
    else if (token.length > 2 && token.startsWith('[')) parts.push({ kind: 'one', expression: classOf(token) })
    else
      parts.push({ kind: 'character', character: token.length > 1 && token.startsWith('\\') ? token.slice(1) : token })
  }
  return parts
}

/** `**` without a slash behind it. Before a plain name it matches anything since Docker 23, before that folders. */
function doubleStar(path: string, index: number, isException: boolean): Part {
  const rest = path.slice(index + 2)
  const isInFront = index === 0 && !/[*?[\]\\]/.test(rest)
  return { kind: rest === '' || (isInFront && isException) ? 'anything' : 'folders' }
}

function classOf(token: string): RegExp {
  const inner = token.slice(1, -1).replace(/[[\]&|~]/g, '\\$&')
  return new RegExp(`^[${inner}]$`, 'su')
}

/** Whether a path of the context (relative, with `/`) is kept out of it. */
export function isIgnored({ patterns }: IgnoreRules, path: string): boolean {
  let ignored = false
  for (const pattern of patterns)
    if (pattern.isException === ignored && matches(pattern, path)) ignored = !pattern.isException
  return ignored
}

/**
 * Whether a pattern matches a path or a folder above it. All matches are followed in parallel, so the time is at most the
 * pattern's length times that of the path.
 */
function matches({ parts, literal }: IgnorePattern, path: string): boolean {
  if (!path.startsWith(literal)) return false
  let states = enter(parts, 0, new Set())
  for (const character of path) {
    if (character === '/' && states.has(parts.length)) return true
    const next = new Set<number>()
    for (const state of states) step(parts, state, character, next)
    if (next.size === 0) return false
    states = next
  }
  return states.has(parts.length)
}

/** A part is reached: parts that may match nothing are passed as well. */
function enter(parts: readonly Part[], at: number, states: Set<number>): Set<number> {
  for (let state = at; ; state++) {
    states.add(state)
    const kind = parts[state]?.kind
    if (kind !== 'name' && kind !== 'folders' && kind !== 'anything') return states
  }
}

function step(parts: readonly Part[], state: number, character: string, next: Set<number>): void {
  const part = parts[state]
  switch (part?.kind) {
    case undefined:
      return
    case 'character':
      if (part.character === character) enter(parts, state + 1, next)
      return
    case 'one':
      if (part.expression.test(character)) enter(parts, state + 1, next)
      return
    case 'name':
      if (character !== '/') enter(parts, state, next)
      return
    case 'anything':
      enter(parts, state, next)
      return
    case 'folders':
      // The next part begins behind a slash.
      next.add(state)
      if (character === '/') enter(parts, state + 1, next)
  }
}

/** Whether something below a folder that is kept out may be in the context all the same. */
export function mayReturn({ patterns }: IgnoreRules, folder: string): boolean {
  const below = `${folder}/`
  return patterns.some(
    ({ isException, literal }) => isException && (literal.startsWith(below) || below.startsWith(literal)),
  )
}
