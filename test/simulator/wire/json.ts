import { type Model, type Reference, shapeOf } from '../model.ts'

/** The body of an awsJson request as an operation is given it. Throws a SyntaxError where it is no JSON. */
export function decodeBody(model: Model, shape: string, body: Buffer): unknown {
  return decodeJson(model, shape, body.length === 0 ? {} : JSON.parse(body.toString()))
}

/** Leaves what does not fit as it is, for `check` to name. Null is the same as absent. */
function decodeJson(model: Model, reference: Reference, value: unknown): unknown {
  const shape = shapeOf(model, reference)
  if (shape.document) return value
  if (shape.type === 'timestamp') return typeof value === 'number' ? new Date(value * 1000) : value
  if (shape.type === 'blob') return typeof value === 'string' ? Buffer.from(value, 'base64') : value
  if (Array.isArray(value)) {
    const member = shape.member
    return member === undefined ? value : value.map((item) => decodeJson(model, member, item))
  }
  if (typeof value !== 'object' || value === null) return value
  const decoded: Record<string, unknown> = {}
  for (const [name, content] of Object.entries(value)) {
    const inner = shape.type === 'map' ? shape.value : shape.members?.[name]
    if (content !== null) decoded[name] = inner === undefined ? content : decodeJson(model, inner, content)
  }
  return decoded
}

/** An output of an operation, without what its shape does not have. */
export function encodeJson(model: Model, reference: Reference, value: unknown): unknown {
  const shape = shapeOf(model, reference)
  if (shape.document) return value
  if (value instanceof Date) return value.getTime() / 1000
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map((item) => encodeJson(model, shape.member ?? '', item))
  if (typeof value !== 'object' || value === null) return value
  const encoded: Record<string, unknown> = {}
  for (const [name, content] of Object.entries(value)) {
    const inner = shape.type === 'map' ? shape.value : shape.members?.[name]
    if (content !== undefined && content !== null && inner !== undefined)
      encoded[name] = encodeJson(model, inner, content)
  }
  return encoded
}
