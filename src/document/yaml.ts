import { Composer, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { Json } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { deepest, type Fault, givenTwice, isExact, keyProblem, type Reading } from './reading.ts'
import type { SourceNode } from './tree.ts'
import { syntaxProblem } from './yaml-problems.ts'
import { tokensOf } from './yaml-tokens.ts'

/** Values that a document may have once its aliases are followed. */
const mostValues = 200_000
/** The library needs up to four seconds for a million characters, in which no signal is heard. */
const mostCharacters = 512 * 1024

/**
 * Reads YAML 1.2 into data and nothing else: tags of other languages, several documents, keys that are given twice, aliases
 * that multiply and endless nesting are refused. Merge keys (`<<`) are followed. The library parses, without its own check
 * of keys and its own conversion, which take a time that grows with the square of the text.
 */
export function readYaml(source: string): Reading {
  if (source.length > mostCharacters) {
    const message = text`it has ${source.length} characters; of YAML at most ${mostCharacters} are read`
    return { faults: [{ message, offset: -1 }] }
  }
  const tokens = tokensOf(source)
  if ('faults' in tokens) return tokens
  const composer = new Composer({ uniqueKeys: false, version: '1.2', schema: 'core', prettyErrors: false })
  const [document, ...others] = composer.compose(tokens.tokens, true, source.length)
  const [error] = document?.errors ?? []
  if (error) return { faults: [{ message: syntaxProblem(error, source), offset: error.pos[0] }] }
  if (document === undefined || isEmpty(document.contents))
    return { faults: [{ message: text`it is empty`, offset: -1 }] }
  if (others.length > 0) {
    const offset = others[0]?.range[0] ?? 0
    return { faults: [{ message: text`it has ${others.length + 1} documents; only one is read`, offset }] }
  }
  return convert(document)
}

/** True for a text of comments alone. */
function isEmpty(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.source)
}

/** A value and the positions of its parts. */
interface Read {
  readonly value: Json
  readonly tree: SourceNode
  /** Values in it, and levels below it, with aliases followed. */
  readonly size: number
  readonly depth: number
}

interface Conversion {
  readonly anchors: Map<string, Read>
  readonly faults: Fault[]
  /** Values that merge keys have copied so far. A chain of them, each with the members of all before it, grows with the square of the text. */
  copied: number
}

function convert({ contents, warnings }: Document): Reading {
  const conversion: Conversion = {
    anchors: new Map(),
    copied: 0,
    // Tags that are not known: `!Sub`, `!!js/function`.
    faults: warnings.map(({ message, pos }) => ({ message: [untrusted(message)], offset: pos[0] })),
  }
  const { value, tree, size, depth } = read(contents, conversion)
  const { faults } = conversion
  if (Math.max(size, conversion.copied) > mostValues)
    faults.push({ message: text`its aliases stand for more than ${mostValues} values`, offset: -1 })
  if (depth > deepest) faults.push({ message: text`it is nested deeper than ${deepest} levels`, offset: -1 })
  return faults.length > 0
    ? { faults: faults.toSorted((one, other) => one.offset - other.offset) }
    : { value, tree: () => tree }
}

const nothing: Read = { value: null, tree: { start: 0 }, size: 1, depth: 0 }

function read(node: Node | null, conversion: Conversion): Read {
  const start = node?.range?.[0] ?? 0
  if (isAlias(node)) {
    const known = conversion.anchors.get(node.source)
    if (known) return { ...known, tree: { ...known.tree, start } }
    return refuse(conversion, start, text`the alias *${untrusted(node.source)} has no anchor before it`)
  }
  const found = isMap(node) ? readMap(node, conversion) : isSeq(node) ? readList(node, start, conversion) : undefined
  const result = found ?? (isScalar(node) ? readScalar(node, start, conversion) : { ...nothing, tree: { start } })
  if (node && 'anchor' in node && typeof node.anchor === 'string') conversion.anchors.set(node.anchor, result)
  return result
}

function refuse({ faults }: Conversion, offset: number, message: Text): Read {
  faults.push({ message, offset })
  return nothing
}

interface Single {
  readonly value: unknown
  readonly source?: string
  readonly type?: unknown
}

function readScalar({ value, source, type }: Single, start: number, conversion: Conversion): Read {
  const tree = { start, ...(type === 'PLAIN' && source !== undefined ? { plain: source } : {}) }
  if (typeof value === 'number' && !isExact(value))
    return refuse(
      conversion,
      start,
      text`the number ${untrusted(source ?? '')} cannot be kept exactly; put it in quotes`,
    )
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { value, tree, size: 1, depth: 0 }
  return refuse(conversion, start, notJson)
}

const notJson = text`a value has a type that JSON does not have (a date, a set or binary data); put it in quotes`

function readList(node: { readonly items: readonly unknown[] }, start: number, conversion: Conversion): Read {
  const items = node.items.map((item) => read(item as Node | null, conversion))
  return {
    value: items.map(({ value }) => value),
    tree: { start, children: new Map(items.map(({ tree }, index) => [String(index), tree])) },
    ...measured(items),
  }
}

function measured(parts: readonly Read[]): Pick<Read, 'size' | 'depth'> {
  return {
    size: parts.reduce((sum, { size }) => Math.min(sum + size, Number.MAX_SAFE_INTEGER), 1),
    depth: 1 + parts.reduce((most, { depth }) => Math.max(most, depth), 0),
  }
}

function readMap(node: YAMLMap, conversion: Conversion): Read {
  const start = node.range?.[0] ?? 0
  // `!!set` and `!!omap` are maps to the library.
  if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:map') return refuse(conversion, start, notJson)
  const members = new Map<string, Read>()
  const merged: Read[] = []
  for (const pair of node.items) {
    const key = keyOf(pair, start, conversion)
    if (key === undefined) continue
    const content = read(pair.value as Node | null, conversion)
    const earlier = members.get(key.name)
    if (key.isMerge) merged.push(...mergeable(content, key.offset, conversion))
    else if (earlier) conversion.faults.push(givenTwice(key.name, key.offset, earlier.tree.start))
    else members.set(key.name, { ...content, tree: { ...content.tree, start: key.offset } })
  }
  conversion.copied += merged.reduce((sum, { size }) => sum + size, 0)
  return withMerged(members, conversion.copied > mostValues ? [] : merged, start)
}

/** Members that are written come before merged ones, and of those the first (yaml.org/type/merge). */
function withMerged(members: ReadonlyMap<string, Read>, merged: readonly Read[], start: number): Read {
  const values: Record<string, Json> = {}
  const children = new Map<string, SourceNode>()
  for (const { value, tree } of merged.toReversed()) {
    Object.assign(values, value)
    for (const [name, child] of tree.children ?? []) children.set(name, child)
  }
  for (const [name, { value, tree }] of members) {
    values[name] = value
    children.set(name, tree)
  }
  return { value: values, tree: { start, children }, ...measured([...members.values(), ...merged]) }
}

function mergeable(content: Read, offset: number, conversion: Conversion): readonly Read[] {
  const { value, tree } = content
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [content]
  const items: readonly Json[] = Array.isArray(value) ? value : []
  const isFit =
    items.length > 0 && items.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))
  if (!isFit)
    return [refuse(conversion, offset, text`the merge key << needs an alias of a mapping, or a list of those`)]
  return items.map((item, index) => ({ ...content, value: item, tree: tree.children?.get(String(index)) ?? tree }))
}

interface Key {
  readonly name: string
  readonly offset: number
  readonly isMerge: boolean
}

function keyOf({ key }: Pair, start: number, conversion: Conversion): Key | undefined {
  const offset = (key as Node | null)?.range?.[0] ?? start
  const problem = (message: Text) => void conversion.faults.push({ message, offset })
  if (!isScalar(key) || key.value === null) return problem(text`a key must be text`)
  const name = String(key.value)
  const refused = keyProblem(name)
  if (refused) return problem(refused)
  if (/^\/[/*]/.test(name)) return problem(text`a comment begins with # in YAML`)
  return { name, offset, isMerge: name === '<<' && key.type === 'PLAIN' }
}
