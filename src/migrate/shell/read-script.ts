/** A piece of a word of the shell. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly length?: number | undefined }
  /** `$(…)`. */
  | { readonly kind: 'substitution'; readonly script: string }

/** One word of a command. */
export type Word = readonly Piece[]

/** One command of a script. */
export interface Command {
  readonly words: readonly Word[]
  /** The file that its output is written to. */
  readonly target?: Word | undefined
  /** What is between it and the next one. */
  readonly joint: '|' | '||' | '&&' | ';'
  /** Offset in the script. */
  readonly offset: number
}

/** A script as commands, or the place of what is not read: loops, functions, here-documents. */
export type Script =
  | { readonly commands: readonly Command[]; readonly comments: readonly string[] }
  | { readonly unread: string; readonly offset: number }

const control = /^(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|function|select|\(|\{|\}|!|\[\[)$/

/** Reads a script of bash: simple commands with quotes, variables, pipes and redirects. */
export function readScript(script: string): Script {
  const reader = new Reader(script)
  const commands: Command[] = []
  const comments: string[] = []
  for (;;) {
    reader.skipBlank(comments)
    if (reader.isAtEnd) return { commands, comments }
    const command = reader.command()
    if ('unread' in command) return command
    commands.push(command)
  }
}

class Reader {
  private at = 0
  private readonly script: string

  constructor(script: string) {
    this.script = script
  }

  get isAtEnd(): boolean {
    return this.at >= this.script.length
  }

  skipBlank(comments: string[]): void {
    for (;;) {
      const blank = /^(?:\s|\\\n|;)+/.exec(this.rest)?.[0] ?? ''
      const comment = /^#[^\n]*/.exec(this.rest.slice(blank.length))?.[0] ?? ''
      this.at += blank.length + comment.length
      if (comment !== '') comments.push(comment)
      else if (blank === '') return
    }
  }

  command(): Command | { readonly unread: string; readonly offset: number } {
    const offset = this.at
    const words: Word[] = []
    let target: Word | undefined
    for (;;) {
      this.at += /^(?:[ \t]|\\\n)*/.exec(this.rest)?.[0].length ?? 0
      const joint = /^(?:\|\||&&|\||;|\n|#[^\n]*|$)/.exec(this.rest)?.[0]
      if (joint !== undefined) {
        if (!joint.startsWith('#')) this.at += joint.length
        const known = (['||', '&&', '|'] as const).find((sign) => sign === joint)
        return { words, target, joint: known ?? ';', offset }
      }
      const redirect = /^(?:[12&]?>>?(?:&[12])?)[ \t]*/.exec(this.rest)?.[0]
      if (redirect !== undefined) {
        this.at += redirect.length
        if (!/&[12]\s*$/.test(redirect)) target = this.word()
        if (!/&[12]\s*$/.test(redirect) && target === undefined) return { unread: this.line, offset }
        continue
      }
      const word = this.word()
      const plain = word?.length === 1 && word[0]?.kind === 'text' ? word[0].text : ''
      if (word === undefined || (words.length === 0 && control.test(plain))) return { unread: this.line, offset }
      words.push(word)
    }
  }

  /** Undefined: it has a construct that is not read. */
  private word(): Word | undefined {
    const pieces: Piece[] = []
    const start = this.at
    while (!this.isAtEnd && !/^(?:[ \t\n;|&<>()]|\\\n)/.test(this.rest)) {
      const piece = this.piece(pieces)
      if (!piece) return undefined
    }
    return this.at === start ? undefined : joinTexts(pieces)
  }

  private piece(pieces: Piece[]): boolean {
    const [single, inner] = /^'([^']*)'/.exec(this.rest) ?? []
    if (single !== undefined) {
      pieces.push({ kind: 'text', text: inner ?? '' })
      this.at += single.length
      return true
    }
    if (this.rest.startsWith('"')) return this.quoted(pieces)
    return this.dollar(pieces) ?? this.plain(pieces)
  }

  private quoted(pieces: Piece[]): boolean {
    this.at++
    pieces.push({ kind: 'text', text: '' })
    while (!this.isAtEnd && !this.rest.startsWith('"')) {
      const isRead = this.dollar(pieces) ?? this.plain(pieces)
      if (!isRead) return false
    }
    this.at++
    return true
  }

  private plain(pieces: Piece[]): boolean {
    if (this.rest.startsWith('`')) return false
    const escaped = /^\\([\s\S])/.exec(this.rest)
    pieces.push({ kind: 'text', text: escaped?.[1] ?? this.rest[0] ?? '' })
    this.at += escaped ? 2 : 1
    return true
  }

  /** Undefined: no `$` is here. */
  private dollar(pieces: Piece[]): boolean | undefined {
    const [expression] = /^\$\{\{[\s\S]*?\}\}/.exec(this.rest) ?? []
    if (expression !== undefined) return this.take(pieces, { kind: 'text', text: expression }, expression.length)
    const [cut, name = '', length] = /^\$\{(\w+):(?:0)?:(\d+)\}/.exec(this.rest) ?? []
    if (cut !== undefined) return this.take(pieces, { kind: 'variable', name, length: Number(length) }, cut.length)
    const [variable, braced, bare] = /^\$(?:\{(\w+)\}|([A-Za-z_]\w*))/.exec(this.rest) ?? []
    if (variable !== undefined)
      return this.take(pieces, { kind: 'variable', name: braced ?? bare ?? '' }, variable.length)
    if (this.rest.startsWith('$(')) {
      const end = closing(this.script, this.at + 2)
      if (end === undefined) return false
      return this.take(pieces, { kind: 'substitution', script: this.script.slice(this.at + 2, end) }, end + 1 - this.at)
    }
    return this.rest.startsWith('$') ? false : undefined
  }

  private take(pieces: Piece[], piece: Piece, length: number): true {
    pieces.push(piece)
    this.at += length
    return true
  }

  private get rest(): string {
    return this.script.slice(this.at)
  }

  private get line(): string {
    return this.rest.split('\n')[0]?.trim() ?? ''
  }
}

function joinTexts(pieces: readonly Piece[]): Word {
  const joined: Piece[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (piece.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + piece.text }
    else joined.push(piece)
  }
  return joined.length > 1 ? joined.filter((piece) => piece.kind !== 'text' || piece.text !== '') : joined
}

/** Offset of the `)` that ends a substitution. */
function closing(script: string, from: number): number | undefined {
  let depth = 0
  for (let at = from; at < script.length; at++) {
    const sign = script[at]
    if (sign === "'") at = script.indexOf("'", at + 1)
    if (at < 0) return undefined
    if (sign === '\\') at++
    else if (sign === '(') depth++
    else if (sign === ')' && depth-- === 0) return at
  }
  return undefined
}
