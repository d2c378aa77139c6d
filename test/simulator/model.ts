/**
 * AWS's own API models (`models/*.json`, extracted from botocore by scripts/extract-models.py): what a request and a
 * reply may look like. Deliberately not the schemas of the JavaScript SDK: the client under test reads the wire with
 * those, so a mistake in them would be invisible if the simulator wrote the wire with them too. `drift.test.ts`
 * compares the two.
 */
import { readFileSync } from 'node:fs'

export type Reference =
  | string
  | {
      readonly shape: string
      readonly locationName?: string
      /** Of the EC2 protocol: the name in requests. */
      readonly queryName?: string
      readonly flattened?: boolean
      /** Of the REST protocols: where the member is in a request or reply; in the body when absent. */
      readonly location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode'
    }

export interface Shape {
  readonly type:
    | 'structure'
    | 'list'
    | 'map'
    | 'string'
    | 'integer'
    | 'long'
    | 'float'
    | 'double'
    | 'boolean'
    | 'timestamp'
    | 'blob'
  readonly members?: Readonly<Record<string, Reference>>
  readonly member?: Reference
  readonly key?: Reference
  readonly value?: Reference
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly min?: number
  readonly max?: number
  readonly union?: boolean
  readonly document?: boolean
  readonly exception?: boolean
  readonly fault?: boolean
  readonly flattened?: boolean
  /** Of the REST protocols: the member that is the whole body. */
  readonly payload?: string
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number; readonly senderFault?: boolean }
}

export interface Operation {
  readonly input?: string
  readonly output?: string
  readonly resultWrapper?: string
  /** Of the REST protocols. */
  readonly http?: { readonly method: string; readonly requestUri: string; readonly responseCode?: number }
  readonly errors: readonly string[]
}

export interface Model {
  readonly service: string
  readonly source: { readonly botocore: string; readonly extracted: string }
  readonly apiVersion: string
  readonly protocols: readonly string[]
  readonly targetPrefix: string | null
  readonly jsonVersion: string | null
  readonly xmlNamespace: string | null
  readonly signingName: string
  /** Null: AWS has the operation, but its shapes are not part of the extract. */
  readonly operations: Readonly<Record<string, Operation | null>>
  /** Of the REST protocols: name, method and URI of the operations that are null. */
  readonly routes?: readonly (readonly [name: string, method: string, requestUri: string])[]
  readonly shapes: Readonly<Record<string, Shape>>
}

const loaded = new Map<string, Model>()

/** The model of a service by its file name, such as `ecs`; read when it is first needed. */
export function loadModel(service: string): Model {
  const known = loaded.get(service)
  if (known) return known
  const model = JSON.parse(readFileSync(new URL(`./models/${service}.json`, import.meta.url), 'utf8')) as Model
  loaded.set(service, model)
  return model
}

export const nameOf = (reference: Reference): string => (typeof reference === 'string' ? reference : reference.shape)

export function shapeOf(model: Model, reference: Reference): Shape {
  const shape = model.shapes[nameOf(reference)]
  if (!shape) throw new Error(`${model.service}: the model has no shape ${nameOf(reference)}`)
  return shape
}

/** Something about a value that its shape does not allow. */
export interface Violation {
  /** What AWS says is wrong: the type does not fit, the member does not exist, or a constraint is broken. */
  readonly kind: 'type' | 'unknown' | 'constraint'
  readonly path: string
  readonly message: string
}

const describe = (value: unknown) => {
  if (value === null) return 'NULL_VALUE'
  if (Array.isArray(value)) return 'START_ARRAY'
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
  if (typeof value === 'number') return 'NUMBER_VALUE'
  if (typeof value === 'object') return 'START_OBJECT'
  return 'STRING_VALUE'
}

const typeNames: Readonly<Record<Shape['type'], string>> = {
  structure: 'Structure',
  list: 'List',
  map: 'Map',
  string: 'String',
  integer: 'Integer',
  long: 'Long',
  float: 'Float',
  double: 'Double',
  boolean: 'Boolean',
  timestamp: 'Timestamp',
  blob: 'Blob',
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array)

function hasType(type: Shape['type'], value: unknown): boolean {
  switch (type) {
    case 'structure':
    case 'map':
      return isRecord(value)
    case 'list':
      return Array.isArray(value)
    case 'string':
      return typeof value === 'string'
    case 'integer':
    case 'long':
      return Number.isInteger(value)
    case 'float':
    case 'double':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime())
    case 'blob':
      return value instanceof Uint8Array
  }
}

const patterns = new Map<string, RegExp>()

/** AWS's patterns are Java's and describe the whole value. */
export function compilePattern(pattern: string): RegExp {
  const known = patterns.get(pattern)
  if (known) return known
  const dotAll = pattern.startsWith('(?s)')
  const source = `^(?:${dotAll ? pattern.slice(4) : pattern})$`
  const flags = dotAll ? 's' : ''
  let compiled: RegExp
  try {
    compiled = new RegExp(source, `${flags}u`)
  } catch {
    // Unicode mode refuses needless escapes, which AWS's patterns are full of.
    compiled = new RegExp(source, flags)
  }
  patterns.set(pattern, compiled)
  return compiled
}

const failed = (value: unknown, path: string, constraint: string): Violation => ({
  kind: 'constraint',
  path,
  message: `Value ${value === undefined ? 'null' : `'${printed(value)}'`} at '${path}' failed to satisfy constraint: ${constraint}`,
})

const printed = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

function checkConstraints(shape: Shape, value: unknown, path: string): Violation[] {
  const found: Violation[] = []
  if (typeof value === 'string') {
    if (shape.enum && !shape.enum.includes(value))
      found.push(failed(value, path, `Member must satisfy enum value set: [${shape.enum.join(', ')}]`))
    if (shape.min !== undefined && value.length < shape.min)
      found.push(failed(value, path, `Member must have length greater than or equal to ${shape.min}`))
    if (shape.max !== undefined && value.length > shape.max)
      found.push(failed(value, path, `Member must have length less than or equal to ${shape.max}`))
    if (shape.pattern && !compilePattern(shape.pattern).test(value))
      found.push(failed(value, path, `Member must satisfy regular expression pattern: ${shape.pattern}`))
  } else if (typeof value === 'number') {
    if (shape.min !== undefined && value < shape.min)
      found.push(failed(value, path, `Member must have value greater than or equal to ${shape.min}`))
    if (shape.max !== undefined && value > shape.max)
      found.push(failed(value, path, `Member must have value less than or equal to ${shape.max}`))
  } else {
    const size = Array.isArray(value) ? value.length : isRecord(value) ? Object.keys(value).length : undefined
    if (size !== undefined && shape.type !== 'structure') {
      if (shape.min !== undefined && size < shape.min)
        found.push(failed(value, path, `Member must have length greater than or equal to ${shape.min}`))
      if (shape.max !== undefined && size > shape.max)
        found.push(failed(value, path, `Member must have length less than or equal to ${shape.max}`))
    }
  }
  return found
}

function checkStructure(
  model: Model,
  shape: Shape,
  name: string,
  value: Record<string, unknown>,
  path: string,
): Violation[] {
  const found: Violation[] = []
  const at = (member: string) => (path ? `${path}.${member}` : member)
  const members = shape.members ?? {}
  for (const [member, content] of Object.entries(value)) {
    const reference = members[member]
    if (reference === undefined)
      found.push({
        kind: 'unknown',
        path: at(member),
        message: `'${at(member)}' is not a member of ${name}. AWS ignores it silently; the simulator does not.`,
      })
    else if (content !== undefined && content !== null) found.push(...check(model, reference, content, at(member)))
  }
  for (const member of shape.required ?? [])
    if (value[member] === undefined || value[member] === null)
      found.push(failed(undefined, at(member), 'Member must not be null'))
  if (shape.union && Object.values(value).filter((content) => content !== undefined).length > 1)
    found.push({ kind: 'constraint', path, message: `${path}: ${name} is a union, but more than one member is set` })
  return found
}

/** Everything about a decoded value (timestamps are Dates, blobs are byte arrays) that its shape does not allow. */
export function check(model: Model, reference: Reference, value: unknown, path = ''): Violation[] {
  const shape = shapeOf(model, reference)
  if (shape.document) return []
  if (!hasType(shape.type, value))
    return [
      {
        kind: 'type',
        path,
        message: `${describe(value)} cannot be converted to ${typeNames[shape.type]}${path ? ` (at '${path}')` : ''}`,
      },
    ]
  const found = checkConstraints(shape, value, path)
  if (shape.type === 'structure')
    found.push(...checkStructure(model, shape, nameOf(reference), value as Record<string, unknown>, path))
  if (shape.type === 'list' && shape.member !== undefined)
    for (const [index, item] of (value as unknown[]).entries())
      found.push(...check(model, shape.member, item, `${path}.${index + 1}.member`))
  if (shape.type === 'map' && shape.key !== undefined && shape.value !== undefined)
    for (const [key, item] of Object.entries(value as object)) {
      found.push(...check(model, shape.key, key, `${path}.${key}`))
      found.push(...check(model, shape.value, item, `${path}.${key}`))
    }
  return found
}
