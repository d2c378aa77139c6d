import { nearest } from '../nearest.ts'
import type { Json, JsonObject } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'

/**
 * Reads the schemas that AWS's SDK clients export under `<Shape>$`. They decide what the SDK writes into a request: a
 * member that is not in them is dropped without a word. Their form (numbers and tuples) is that of `@smithy/types`,
 * `schema/static-schemas`; the SDK's version is pinned.
 */
export type Schema = unknown

/** A member that would not arrive as it was written. Paths read like `containerDefinitions[0].image`. */
export interface Misfit {
  readonly path: string
  readonly problem: 'unknown' | 'type' | 'lost'
  /** Nearest known name of an unknown member, or the type that is wanted. */
  readonly hint?: string | undefined
}

interface Shape {
  readonly kind: 'structure' | 'list' | 'map' | 'string' | 'number' | 'boolean' | 'any'
  readonly members?: ReadonlyMap<string, Schema>
  readonly item?: Schema
}

const kindOfTuple = new Map([
  [1, 'list'],
  [2, 'map'],
  [3, 'structure'],
  [4, 'structure'],
] as const)
const kindOfNumber = new Map<number, Shape['kind']>([
  [0, 'string'],
  [1, 'number'],
  [2, 'boolean'],
])
const listFlag = 64
const mapFlag = 128

function resolve(schema: Schema): Shape {
  if (typeof schema === 'function') return resolve(schema())
  if (typeof schema === 'number') {
    if (schema >= mapFlag) return { kind: 'map', item: schema - mapFlag }
    if (schema >= listFlag) return { kind: 'list', item: schema - listFlag }
    return { kind: kindOfNumber.get(schema) ?? 'any' }
  }
  if (!Array.isArray(schema)) return { kind: 'any' }
  // A member with traits of its own: [schema, traits].
  if (schema.length === 2) return resolve(schema[0])
  const kind = kindOfTuple.get(schema[0])
  if (kind === 'list') return { kind, item: schema[4] }
  if (kind === 'map') return { kind, item: schema[5] }
  if (kind === 'structure') {
    const [, , , , names, schemas] = schema as [unknown, unknown, unknown, unknown, string[], Schema[]]
    return { kind, members: new Map(names.map((name, index) => [name, schemas[index]])) }
  }
  return schema[0] === 0 ? resolve(schema[4]) : { kind: 'any' }
}

/** Everything in a JSON value that a shape does not know or wants in another type. `null` counts as absent, as in AWS. */
export function findMisfits(schema: Schema, value: Json, path = ''): readonly Misfit[] {
  const shape = resolve(schema)
  if (value === null || shape.kind === 'any') return []
  const found = kindOf(value)
  const wanted = shape.kind === 'map' || shape.kind === 'structure' ? 'object' : shape.kind
  if (found !== wanted)
    return [{ path, problem: 'type', hint: `${wanted === 'object' ? 'an' : 'a'} ${wanted}, not ${found}` }]
  if (Array.isArray(value))
    return value.flatMap((item: Json, index) => findMisfits(shape.item, item, `${path}[${index}]`))
  if (typeof value !== 'object') return []
  return Object.entries(value as JsonObject).flatMap(([name, item]) => {
    const at = path ? `${path}.${name}` : name
    if (shape.kind === 'map') return findMisfits(shape.item, item, at)
    const member = shape.members?.get(name)
    if (member !== undefined) return findMisfits(member, item, at)
    return item === null
      ? []
      : [{ path: at, problem: 'unknown' as const, hint: nearest(name, [...(shape.members?.keys() ?? [])]) }]
  })
}

/** Paths of members that were written and are not, or not equal, in what is sent. */
export function findLost(written: Json, sent: Json | undefined, path = ''): readonly Misfit[] {
  if (written === null) return []
  if (typeof written !== 'object') return written === sent ? [] : [{ path, problem: 'lost' }]
  if (typeof sent !== 'object' || sent === null) return [{ path, problem: 'lost' }]
  if (Array.isArray(written)) {
    const items = sent as readonly Json[]
    return written.flatMap((item: Json, index) => findLost(item, items[index], `${path}[${index}]`))
  }
  return Object.entries(written as JsonObject).flatMap(([name, item]) =>
    findLost(item, (sent as JsonObject)[name], path ? `${path}.${name}` : name),
  )
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'list'
  return typeof value
}

/** What is wrong, for people: every misfit with its path. */
export function misfitsText(misfits: readonly Misfit[]): Text {
  const lines = misfits.map(
    ({ path, problem, hint }): Text =>
      problem === 'type'
        ? text`${untrusted(path)} must be ${hint ?? 'of another type'}`
        : text`${untrusted(path)} is unknown${hint ? ` (did you mean ${hint}?)` : ''}`,
  )
  return lines.flatMap((line, index) => (index > 0 ? ['; ', ...line] : line))
}
