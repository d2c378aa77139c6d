import { Failure, type FailureCode } from '../failure.ts'
import { inOrder, type Mistake, type Place } from '../mistake.ts'
import type { Json, JsonObject } from '../ports.ts'
import { type Text, text } from '../text.ts'
import { readJson } from './json-document.ts'
import { kindOf } from './kinds.ts'
import type { Fault, Reading } from './reading.ts'
import { lineFinder, nodeAt, type SourceNode } from './tree.ts'
import { readYaml } from './yaml.ts'

/** Source of a text: a file by its path as it was given, or an input by its name. */
export type Source = { readonly file: string } | { readonly input: string }

/** A parsed JSON or YAML text with the positions of its parts. */
export interface Document<Value extends Json = Json> {
  readonly value: Value
  /** Position of the key or the item at a path, or of the nearest part that exists. */
  at(path: readonly PropertyKey[]): Place
  /** A single value as it is written, where it has no quotes; a number in YAML may be meant as a text. */
  plain(path: readonly PropertyKey[]): string | undefined
}

/** How a text is called, and the code of the failure, when it is not what it should be. */
export interface Wanted {
  /** With its article, such as `The task definition`. */
  readonly name: string
  readonly code?: FailureCode
  /** What to do about it, where correcting the text is not all. */
  readonly fix?: Text
  readonly docs?: string
  /** True for an object of the wanted form; any other is called what it is, where that is known. */
  readonly accepts?: (value: JsonObject) => boolean
}

const usual: Wanted = { name: 'The file' }

/**
 * Parses JSON (comments and trailing commas allowed) or YAML 1.2 into data and nothing else. Throws `file-invalid`, or the
 * code that is wanted, with every mistake and its line and column. Takes a time in proportion to the text.
 */
export function parseDocument(content: string, source: Source, wanted: Wanted = usual): Document {
  const written = withoutMark(content)
  const find = lineFinder(written)
  const at = (offset: number): Place => ({ ...source, ...find(offset) })
  const reading = read(written, source)
  if ('faults' in reading) {
    requireKind(written, source, wanted)
    throw invalid(
      reading.faults.map((fault) => mistake(fault, source, at)),
      wanted,
    )
  }
  let tree: SourceNode | undefined
  const node = (path: readonly PropertyKey[]) => {
    tree ??= reading.tree()
    return nodeAt(tree, path)
  }
  return {
    value: reading.value,
    at: (path) => at(node(path).start),
    plain: (path) => node(path).plain,
  }
}

/** Parses a text that must hold an object. */
export function parseObject(content: string, source: Source, wanted: Wanted = usual): Document<JsonObject> {
  const document = parseDocument(content, source, wanted)
  const { value } = document
  if (isObject(value) && wanted.accepts?.(value) !== false) return { ...document, value }
  requireKind(withoutMark(content), source, wanted, typeof value === 'object' && value !== null ? value : undefined)
  if (isObject(value)) return { ...document, value }
  const found = Array.isArray(value) ? 'a list' : 'a single value'
  throw invalid([{ ...source, message: text`it holds ${found}, not an object with members` }], wanted)
}

/** Without the byte order mark that some editors write. */
function withoutMark(content: string): string {
  return content.startsWith('\uFEFF') ? content.slice(1) : content
}

/** Throws for a text that is known to be something else. */
function requireKind(content: string, source: Source, wanted: Wanted, value?: Json): void {
  const kind = kindOf(content, 'file' in source ? source.file : undefined, value)
  if (kind === undefined) return
  const place = kind.offset === undefined ? source : { ...source, ...lineFinder(content)(kind.offset) }
  throw invalid([{ ...place, message: text`it is ${kind.name}` }], { ...wanted, fix: [kind.fix] })
}

/** The failure of a text with mistakes in it. */
export function invalid(mistakes: readonly Mistake[], { name, code, fix, docs }: Wanted = usual): Failure {
  return new Failure({
    code: code ?? 'file-invalid',
    what: text`${name} is invalid`,
    mistakes: inOrder(mistakes),
    fix: fix ?? text`Correct ${mistakes[0]?.file === undefined ? 'it' : 'the file'}.`,
    ...(docs === undefined ? {} : { docs }),
  })
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A fault of the text as a whole has no line. */
function mistake({ message, offset, earlier }: Fault, source: Source, at: (offset: number) => Place): Mistake {
  if (offset < 0) return { ...source, message }
  const before = earlier === undefined ? [] : text` (first in line ${at(earlier).line ?? 1})`
  return { ...at(offset), message: text`${message}${before}` }
}

function read(content: string, source: Source): Reading {
  if (content.trim() === '') return { faults: [{ message: text`it is empty`, offset: -1 }] }
  const zero = content.indexOf('\0')
  if (zero >= 0) return { faults: [{ message: text`it has a NUL character; is it a text file?`, offset: zero }] }
  if (!/^\s*(?:[{[]|\/[/*])/.test(content)) return readYaml(content)
  const json = readJson(content)
  if (!('faults' in json) || isWrittenAsJson(content, source)) return json
  const yaml = readYaml(content)
  // A flow collection of YAML has much that JSON has not, and the reverse is not so.
  return 'faults' in yaml && /^[\s{[]*(?:"|$)/.test(content) ? json : yaml
}

function isWrittenAsJson(content: string, source: Source): boolean {
  return ('file' in source && /\.json[c5]?$/i.test(source.file)) || /^\s*\/[/*]/.test(content)
}
