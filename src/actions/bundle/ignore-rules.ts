/** A rule of an ignore file. */
export interface IgnoreRule {
  readonly pattern: RegExp
  readonly isNegative: boolean
  /** Only folders: the pattern ends with a slash. */
  readonly isFolder: boolean
}

/**
 * Rules of `.ebignore` or `.gitignore`: https://git-scm.com/docs/gitignore. `folder`: where the file lies, from the root of the
 * bundle, empty or with a slash at the end.
 */
export function parseIgnore(text: string, folder = ''): readonly IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((line) => ruleOf(line, folder) ?? [])
}

function ruleOf(line: string, folder: string): IgnoreRule | undefined {
  // Spaces at the end count only behind a backslash.
  const trimmed = line.replace(/(?<!\\)\s+$/, '')
  if (trimmed === '' || trimmed.startsWith('#')) return undefined
  const isNegative = trimmed.startsWith('!')
  const body = (isNegative ? trimmed.slice(1) : trimmed).replace(/^\\(?=[#!])/, '')
  const isFolder = body.endsWith('/')
  const path = body.replace(/\/$/, '')
  if (path === '') return undefined
  // A slash at the beginning or in the middle ties the pattern to the folder of its file.
  const isAnchored = path.includes('/')
  const source = glob(path.replace(/^\//, ''))
  return { pattern: new RegExp(`^${escaped(folder)}${isAnchored ? '' : '(?:.*/)?'}${source}$`), isNegative, isFolder }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** A pattern as a regular expression; no alternative of it matches one text in two ways but for `**`. */
function glob(pattern: string): string {
  return pattern.replace(
    /\*\*\/|\/\*\*$|\*+|\?|\[(!?)([^\]/]+)\]|\\(.)|[.+^${}()|[\]\\]/g,
    (part, not: string | undefined, characters: string | undefined, literal: string | undefined) => {
      if (part === '**/') return '(?:.*/)?'
      if (part === '/**') return '/.+'
      if (part.startsWith('*')) return '[^/]*'
      if (part === '?') return '[^/]'
      if (characters !== undefined) return `[${not ? '^' : ''}${characters.replace(/[\\^]/g, '\\$&')}]`
      return escaped(literal ?? part)
    },
  )
}

/** Whether a path is ignored: the last rule that matches decides. A folder above it is asked first, as git does. */
export function isIgnored(rules: readonly IgnoreRule[], path: string, isFolder: boolean): boolean {
  const rule = rules.findLast((candidate) => (isFolder || !candidate.isFolder) && candidate.pattern.test(path))
  return rule !== undefined && !rule.isNegative
}
