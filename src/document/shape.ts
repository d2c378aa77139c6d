import { nearest } from '../nearest.ts'
import type { Json, JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'

/** What a member may be. */
export type Type =
  | { readonly kind: 'text' | 'whole' | 'number' | 'flag' | 'any' }
  | { readonly kind: 'choice'; readonly allowed: readonly string[] }
  | { readonly kind: 'list' | 'map'; readonly of: Type }
  | { readonly kind: 'object'; readonly shape: string }

/** Members of an object, by their names. */
export type Members = ReadonlyMap<string, { readonly type: Type; readonly required: boolean }>

/** Objects of an API, by the names of their shapes. */
export interface Shapes {
  get(shape: string): Members | undefined
}

/** A part of a value that an API does not take. */
export interface Misfit {
  readonly path: readonly (string | number)[]
  readonly kind: 'unknown' | 'type' | 'choice' | 'missing'
  readonly message: Text
  /** False for a word that a newer version of the API may know. */
  readonly certain: boolean
}

/** Reads a table with a line for each shape, such as `Tag key:text value:text`, on first use. */
export function shapesIn(table: string): Shapes {
  let shapes: ReadonlyMap<string, Members> | undefined
  return {
    get(shape) {
      shapes ??= new Map(
        table
          .trim()
          .split('\n')
          .map((line) => shapeIn(line.split(' '))),
      )
      return shapes.get(shape)
    },
  }
}

function shapeIn([name = '', ...members]: readonly string[]): readonly [string, Members] {
  const entries = members.map((member) => {
    const [, key = '', mark = '', type = ''] = /^(\w+)(!?):(.*)$/.exec(member) ?? []
    return [key, { type: typeIn(type), required: mark === '!' }] as const
  })
  return [name, new Map(entries)]
}

function typeIn(written: string): Type {
  if (written.endsWith('[]')) return { kind: 'list', of: typeIn(written.slice(0, -2)) }
  if (written.endsWith('{}')) return { kind: 'map', of: typeIn(written.slice(0, -2)) }
  if (written.startsWith('(')) return { kind: 'choice', allowed: written.slice(1, -1).split('|') }
  const simple = (['text', 'whole', 'number', 'flag', 'any'] as const).find((kind) => kind === written)
  return simple === undefined ? { kind: 'object', shape: written } : { kind: simple }
}

/** Everything that does not fit a shape. A member that is `null` is absent, as in AWS; in a list or map it is a mistake. */
export function findMisfits(value: Json, shapes: Shapes, shape: string): readonly Misfit[] {
  const search: Search = { shapes, path: [], found: [] }
  inspect(value, { kind: 'object', shape }, search)
  return search.found
}

interface Search {
  readonly shapes: Shapes
  /** Of the value that is checked. */
  readonly path: (string | number)[]
  readonly found: Misfit[]
}

function inspect(value: Json, type: Type, search: Search): void {
  const { path, found } = search
  if (value === null || type.kind === 'any') return
  if (!isOfKind(value, type)) found.push(wrongType(value, type, [...path]))
  else if (type.kind === 'choice') found.push(...choice(String(value), type.allowed, [...path]))
  else if (Array.isArray(value)) {
    if (type.kind === 'list') for (const [index, item] of value.entries()) inspectEntry(index, item, type.of, search)
  } else if (typeof value === 'object') {
    if (type.kind === 'map') for (const [name, item] of Object.entries(value)) inspectEntry(name, item, type.of, search)
    if (type.kind === 'object') inspectMembers(value as JsonObject, search.shapes.get(type.shape) ?? new Map(), search)
  }
}

function inspectEntry(step: string | number, value: Json, type: Type, search: Search): void {
  if (value === null) search.found.push(wrongType(value, type, [...search.path, step]))
  else inspectPart(step, value, type, search)
}

function inspectPart(step: string | number, value: Json, type: Type, search: Search): void {
  search.path.push(step)
  inspect(value, type, search)
  search.path.pop()
}

function inspectMembers(value: JsonObject, members: Members, search: Search): void {
  const { path, found } = search
  for (const [name, content] of Object.entries(value)) {
    const member = members.get(name)
    if (member) inspectPart(name, content, member.type, search)
    else if (content !== null) found.push(unknown(name, [...members.keys()], [...path]))
  }
  for (const [name, { required }] of members) {
    if (!required || (value[name] ?? '') !== '') continue
    const state = value[name] === '' ? 'empty' : 'missing'
    const message = text`${name} is ${state}${inPath(path)}`
    found.push({ path: [...path, name], kind: 'missing', message, certain: true })
  }
}

type Path = readonly (string | number)[]

function unknown(name: string, known: readonly string[], path: Path): Misfit {
  const similar = nearest(name, known)
  const hint = similar === undefined ? '' : ` (did you mean ${similar}?)`
  const message = text`unknown parameter "${untrusted(name)}"${inPath(path)}${hint}`
  return { path: [...path, name], kind: 'unknown', message, certain: true }
}

function inPath(path: Path): Text {
  return path.length === 0 ? [] : text` in ${untrusted(pathText(path))}`
}

function isOfKind(value: Json, { kind }: Type): boolean {
  switch (kind) {
    case 'text':
    case 'choice':
      return typeof value === 'string'
    case 'whole':
    case 'number':
      return typeof value === 'number' && (kind === 'number' || Number.isInteger(value))
    case 'flag':
      return typeof value === 'boolean'
    case 'list':
      return Array.isArray(value)
    case 'map':
    case 'object':
      return typeof value === 'object' && !Array.isArray(value)
    case 'any':
      return true
  }
}

const kinds: Readonly<Record<Type['kind'], string>> = {
  text: 'text',
  choice: 'text',
  whole: 'a whole number',
  number: 'a number',
  flag: 'true or false',
  list: 'a list',
  map: 'an object',
  object: 'an object',
  any: 'anything',
}

function wrongType(value: Json, type: Type, path: Path): Misfit {
  const wanted = kinds[type.kind]
  const message = text`${untrusted(pathText(path))} must be ${wanted}, not ${described(value)}${advice(value, type)}`
  return { path, kind: 'type', message, certain: true }
}

function described(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  // A value may be secret, and is not shown.
  return typeof value === 'object' ? 'an object' : typeof value === 'number' ? 'a number' : 'true or false'
}

function advice(value: Json, { kind }: Type): Text {
  if (typeof value === 'string' && /^(?:whole|number|flag)$/.test(kind) && /^(?:\d{1,15}|true|false)$/.test(value))
    return text`; write ${untrusted(value)} without quotes`
  if (typeof value !== 'object' && typeof value !== 'string' && (kind === 'text' || kind === 'choice'))
    return text`; put it in quotes`
  const [name = '', ...others] = Object.keys(value ?? {})
  const isFunction = others.length === 0 && /^(?:Ref|Fn::\w+|Condition)$/.test(name)
  return isFunction ? text` (${untrusted(name)} is a function of CloudFormation)` : []
}

function choice(value: string, allowed: readonly string[], path: Path): readonly Misfit[] {
  if (allowed.includes(value)) return []
  const similar = nearest(value, allowed)
  const hint = similar === undefined ? '' : ` (did you mean ${similar}?)`
  // AWS does not document for every member whether letter case matters.
  const certain = similar !== undefined && similar.toLowerCase() !== value.toLowerCase()
  const actual = similar === undefined && /\s|.{40}/.test(value) ? [] : text`, not "${untrusted(value)}"`
  const message = text`${untrusted(pathText(path))} must be one of ${allowed.join(', ')}${actual}${hint}`
  return [{ path, kind: 'choice', message, certain }]
}

/** A path in the usual notation: `containerDefinitions[0].image`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('')
}
