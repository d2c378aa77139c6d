import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml'
import { Failure } from './failure.ts'
import type { Json } from './ports.ts'
import { type Text, text, untrusted } from './text.ts'

/** A parsed JSON or YAML file that knows where its parts stand. */
export interface Document {
  readonly value: Json
  /** `line:column` of the key or value at a path, counted from 1; of the nearest part that exists. */
  locate(path: readonly PropertyKey[]): string
}

const deepest = 64
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses JSON or YAML 1.2, of which JSON is a part, into data and nothing else: tags of other languages, duplicate keys,
 * several documents, anchors that multiply and endless nesting are refused. Throws `file-invalid` with file, line, column.
 */
export function parseDocument(content: string, file: string): Document {
  const refuse = (why: Text, at?: number): never => {
    const position = at === undefined ? undefined : lines.linePos(at)
    const where = position ? `${file}:${position.line}:${position.col}` : file
    throw new Failure({
      code: 'file-invalid',
      what: text`${untrusted(where)} is not right`,
      why,
      fix: text`Correct the file.`,
    })
  }
  const lines = new LineCounter()
  const source = detab(content.replace(/^\uFEFF/, ''))
  if (source.trim() === '') return refuse(text`it is empty`)
  const zero = source.indexOf('\0')
  if (zero >= 0) return refuse(text`it has a NUL character; is it a text file?`)
  if (nesting(source) > deepest * 4) return refuse(text`it is nested deeper than ${deepest} levels`)
  const documents = parseAllDocuments(source, {
    lineCounter: lines,
    uniqueKeys: true,
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
  })
  const [document] = Array.isArray(documents) ? documents : []
  if (!document || !Array.isArray(documents)) return refuse(text`it is empty`)
  if (documents.length > 1) return refuse(text`it has ${documents.length} documents; only one is read`)
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) return refuse(text`${untrusted(problem.message)}`, problem.pos[0])
  visit(document, (_, node, path) => {
    if (path.length > deepest * 2) return refuse(text`it is nested deeper than ${deepest} levels`)
    const wrong = isPair(node) && isScalar(node.key) ? wrongKey(String(node.key.value)) : undefined
    if (wrong) return refuse(wrong, isPair(node) && isScalar(node.key) ? node.key.range?.[0] : undefined)
    return undefined
  })
  return { value: toData(document, refuse), locate: (path) => locate(document.contents, path, lines) }
}

/** Parses a file that must hold an object. */
export function parseObject(
  content: string,
  file: string,
): Document & { readonly value: { readonly [key: string]: Json } } {
  const document = parseDocument(content, file)
  const { value } = document
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { ...document, value: value as { readonly [key: string]: Json } }
  throw new Failure({
    code: 'file-invalid',
    what: text`${untrusted(file)} is not right`,
    why: text`it holds ${Array.isArray(value) ? 'a list' : 'a single value'}, not an object with members`,
    fix: text`Correct the file.`,
  })
}

function wrongKey(key: string): Text | undefined {
  if (forbiddenKeys.has(key)) return text`the key ${untrusted(key)} is not allowed`
  return /^\/[/*]/.test(key) ? text`JSON has no comments; YAML has, behind #` : undefined
}

/** JSON may be indented with tabs, which YAML forbids; inside JSON's strings a tab cannot stand as it is. */
function detab(source: string): string {
  return /^\s*[{[]/.test(source) ? source.replaceAll('\t', ' ') : source
}

/** Upper bound of the nesting by brackets, found without recursion. */
function nesting(source: string): number {
  let depth = 0
  let most = 0
  for (const character of source) {
    if (character === '{' || character === '[') most = Math.max(most, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return most
}

function toData(document: { toJS(options: { maxAliasCount: number }): unknown }, refuse: (why: Text) => never): Json {
  try {
    return document.toJS({ maxAliasCount: 100 }) as Json
  } catch (error) {
    return refuse(text`${untrusted(error instanceof Error ? error.message : String(error))}`)
  }
}

function locate(contents: Node | null, path: readonly PropertyKey[], lines: LineCounter): string {
  let node: unknown = contents
  let offset = contents?.range?.[0] ?? 0
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined
    const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
    const start = pair && isScalar(pair.key) ? pair.key.range?.[0] : (next as Node | undefined)?.range?.[0]
    if (start === undefined) break
    offset = start
    node = next
  }
  const { line, col } = lines.linePos(offset)
  return `${line}:${col}`
}
