import { splitWords } from './dockerfile-words.ts'

/** One instruction, its continuation lines joined, without the content of heredocs. */
export interface Instruction {
  /** In upper case. */
  readonly name: string
  readonly rest: string
}

/** A Dockerfile, as far as its instructions are read. */
export interface DockerfileText {
  /** Reference of the frontend (`# syntax=`); undefined: the one that is part of BuildKit. */
  readonly syntax: string | undefined
  readonly escaping: string
  readonly instructions: readonly Instruction[]
}

/** Those that may have heredocs (BuildKit, frontend/dockerfile/parser, `heredocDirectives`, `heredocCompoundDirectives`). */
const withHeredocs = ['ADD', 'COPY', 'RUN', 'ONBUILD']

/**
 * Reads a Dockerfile as BuildKit's parser does (frontend/dockerfile/parser). Throws an `Error` that says why, where it is not clear what
 * BuildKit reads, which may depend on its version.
 */
export function readDockerfile(content: string): DockerfileText {
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/)
  // Other forms of the syntax directive (parser/directives.go, DetectSyntax).
  if (/^\s*(?:#!|\/\/|\{)/.test(lines[0] ?? '')) throw new Error('its first line is no instruction')
  const { syntax, escape: escaping = '\\' } = readDirectives(lines)
  const source = { lines, at: 0, escaping }
  const instructions: Instruction[] = []
  for (let line = nextLine(source); line !== undefined; line = nextLine(source)) {
    const joined = withContinuation(source, line).trim()
    const [, name = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(joined) ?? []
    instructions.push({ name: name.toUpperCase(), rest })
    if (withHeredocs.includes(name.toUpperCase())) skipHeredocs(source, rest)
  }
  return { syntax, escaping, instructions }
}

/** Comments of the form `# name=value` before everything else; the first other line ends them. */
function readDirectives(lines: readonly string[]): { readonly syntax?: string; readonly escape?: string } {
  const found: Record<string, string> = {}
  for (const line of lines) {
    const [, space = '', given = '', value = ''] = /^(\s*)#\s*([a-z][a-z0-9]*)\s*=\s*(.+?)\s*$/i.exec(line) ?? []
    const name = given.toLowerCase()
    if (!['syntax', 'escape', 'check'].includes(name)) break
    if (space !== '' || found[name] !== undefined) throw new Error(`its directive ${name} is ambiguous`)
    if (name === 'escape' && value !== '\\' && value !== '`') throw new Error('its directive escape is invalid')
    found[name] = name === 'syntax' ? (value.split(' ')[0] ?? '') : value
  }
  return found
}

interface Source {
  readonly lines: readonly string[]
  at: number
  readonly escaping: string
}

/** The next one that is neither empty nor a comment, without its indentation; undefined at the end. */
function nextLine(source: Source): string | undefined {
  while (source.at < source.lines.length) {
    const line = (source.lines[source.at++] ?? '').trimStart()
    if (line !== '' && !line.startsWith('#')) return line
  }
  return undefined
}

function withContinuation(source: Source, first: string): string {
  const parts: string[] = []
  for (let line: string | undefined = first; line !== undefined; line = nextLine(source)) {
    const end = line.trimEnd()
    if (!end.endsWith(source.escaping)) return [...parts, line].join('')
    // Versions of BuildKit differ in whether this continues.
    if (end.endsWith(source.escaping.repeat(2))) throw new Error(`a line ends with ${source.escaping.repeat(2)}`)
    parts.push(end.slice(0, -1))
  }
  return parts.join('')
}

function skipHeredocs(source: Source, rest: string): void {
  if (!rest.includes('<<')) return
  const heredocs = splitWords(rest, source.escaping).flatMap((word) => heredocOf(word) ?? [])
  if (heredocs.length > 0 && /\$\{[^}]*\s/.test(rest)) throw new Error('a heredoc is beside an expression with spaces')
  for (const { name, isIndented } of heredocs) {
    for (;;) {
      const line = source.lines[source.at++]
      if (line === undefined) throw new Error(`the heredoc ${name} has no end`)
      if ((isIndented ? line.replace(/^\t+/, '') : line) === name) break
    }
  }
}

function heredocOf(word: string): { readonly name: string; readonly isIndented: boolean } | undefined {
  if (!/^\d*<<(?!<)/.test(word) || /^\d*<<-?$/.test(word)) return undefined
  const [, dash, one, two, plain] = /^\d*<<(-?)(?:"([^"$\\`<]+)"|'([^'$\\`<]+)'|([^"'$\\`<]+))$/.exec(word) ?? []
  const name = one ?? two ?? plain
  if (name === undefined) throw new Error(`the heredoc ${word.slice(0, 40)} is not clear`)
  return { name, isIndented: dash === '-' }
}
