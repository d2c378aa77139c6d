import type { Json } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { withoutComments } from './json-comments.ts'
import { isFaultless } from './json-faultless.ts'
import type { Expected, Frame } from './json-scan-state.ts'
import { unexpected } from './json-unexpected.ts'
import { deepest, type Fault, givenTwice, isExact, keyProblem, type Reading } from './reading.ts'
import type { SourceNode } from './tree.ts'

/**
 * Reads JSON, in which comments and trailing commas are allowed. The value is that of `JSON.parse`; a scan of our own, linear in
 * the text, finds positions and errors: the syntax, duplicate keys, numbers that lose digits. It runs only for an invalid text,
 * or for the first position requested.
 */
export function readJson(source: string): Reading {
  const strict = parsed(source)
  const content = strict === undefined ? withoutComments(source) : source
  const value = strict ?? parsed(content)
  if (value !== undefined && isFaultless(value, content)) return { value, tree: () => scan(content).tree }
  return { faults: scan(content).faults }
}

function parsed(source: string): Json | undefined {
  try {
    return JSON.parse(source)
  } catch {
    return undefined
  }
}

interface Scan {
  readonly source: string
  readonly frames: Frame[]
  readonly faults: Fault[]
  at: number
  expected: Expected
  tree: SourceNode
}

const space = /[ \t\r\n]*/y
/** Characters that a string holds unescaped. */
const own = '[^"\\\\\\u0000-\\u001f]*'
const quoted = new RegExp(`"${own}(?:\\\\(?:["\\\\/bfnrt]|u[\\da-fA-F]{4})${own})*"`, 'y')
const plain = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?=[ \t\r\n,\]}]|$)/y

/** The positions of all parts, and what is wrong: the first syntax error, or everything else. */
function scan(source: string): Pick<Scan, 'tree' | 'faults'> {
  const state: Scan = { source, frames: [], faults: [], at: 0, expected: 'value', tree: { start: 0 } }
  for (skipSpace(state); state.at < source.length || state.expected !== 'nothing'; skipSpace(state)) {
    const { at, expected, frames, tree } = state
    if (!step(state)) return { tree, faults: [unexpected(source, at, expected, frames.at(-1))] }
    if (frames.length > deepest) return { tree, faults: [{ message: tooDeep, offset: at }] }
  }
  return state
}

const tooDeep = text`it is nested deeper than ${deepest} levels`

/** Reads the value at `at`; false for a syntax error. */
function step(state: Scan): boolean {
  const { source, expected, frames, at } = state
  const frame = frames.at(-1)
  const character = source[at] ?? ''
  if (frame && expected.endsWith('end') && character === (frame.isList ? ']' : '}')) {
    frames.pop()
    return put(state, frame.opened, { children: frame.children }, 1)
  }
  if (frame && expected === 'comma or end') {
    state.expected = frame.isList ? 'value' : 'key'
    state.at++
    return character === ','
  }
  if (frame && expected.startsWith('key')) return readKey(state, frame)
  if (!expected.startsWith('value')) return false
  if (character !== '{' && character !== '[') return readSingle(state, character === '"')
  frames.push({ opened: at, isList: character === '[', children: new Map() })
  state.expected = character === '[' ? 'value or end' : 'key or end'
  state.at++
  return true
}

function readKey(state: Scan, frame: Frame): boolean {
  const { source, faults, at } = state
  const written = match(quoted, source, at)
  if (written === undefined) return false
  state.at += written.length
  skipSpace(state)
  if (source[state.at] !== ':') return false
  state.at++
  const name: string = JSON.parse(written)
  const problem = keyProblem(name)
  if (problem !== undefined) faults.push({ message: problem, offset: at })
  const first = frame.children.get(name)
  if (first !== undefined) faults.push(givenTwice(name, at, first.start))
  frame.key = { name, offset: at }
  state.expected = 'value'
  return true
}

function readSingle(state: Scan, isQuoted: boolean): boolean {
  const { source, faults, at } = state
  const written = match(isQuoted ? quoted : plain, source, at)
  if (written === undefined) return false
  if (/^[\d-]/.test(written) && !isExact(Number(written))) faults.push({ message: inexact(written), offset: at })
  return put(state, at, isQuoted ? {} : { plain: written }, written.length)
}

function inexact(written: string): Text {
  return text`the number ${untrusted(written)} cannot be kept exactly; put it in quotes`
}

/** Adds a value that ends `length` behind `at` to its parent. */
function put(state: Scan, start: number, rest: Omit<SourceNode, 'start'>, length: number): true {
  const frame = state.frames.at(-1)
  if (frame === undefined) state.tree = { start, ...rest }
  else if (frame.isList) frame.children.set(String(frame.children.size), { start, ...rest })
  else if (frame.key) frame.children.set(frame.key.name, { start: frame.key.offset, ...rest })
  state.expected = frame === undefined ? 'nothing' : 'comma or end'
  state.at += length
  return true
}

function skipSpace(state: Scan): void {
  space.lastIndex = state.at
  space.test(state.source)
  state.at = space.lastIndex
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}
