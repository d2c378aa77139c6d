import type { Json, JsonObject } from '../ports.ts'
import type { Shapes, Type } from './shape.ts'

/**
 * What can be sent of an object: without members that are null, without empty lists and without empty texts where only certain
 * words are allowed. To AWS they mean "not given", where it does not refuse them ("Tags can not be empty."). What is required
 * stays, and null in a list or a map, so that AWS or a check can name it; what a shape does not know stays as it is.
 */
export function tidied(value: JsonObject, shapes: Shapes, shape: string, kept: ReadonlySet<string>): JsonObject {
  return object(value, { kind: 'object', shape }, { shapes, kept })
}

interface Rules {
  readonly shapes: Shapes
  /** Names of lists that mean something when they are empty. */
  readonly kept: ReadonlySet<string>
}

function object(value: JsonObject, type: Type | undefined, rules: Rules): JsonObject {
  const members = type?.kind === 'object' ? rules.shapes.get(type.shape) : undefined
  const entries = Object.entries(value).flatMap(([name, content]) => {
    const member = members?.get(name)
    const own = type?.kind === 'map' ? type.of : member?.type
    const isNothing = own !== undefined && !member?.required && !rules.kept.has(name) && isEmpty(content, own)
    return (content === null && type?.kind !== 'map') || isNothing ? [] : [[name, tidy(content, own, rules)] as const]
  })
  return Object.fromEntries(entries)
}

function isEmpty(value: Json, type: Type): boolean {
  return type.kind === 'choice' ? value === '' : type.kind === 'list' && Array.isArray(value) && value.length === 0
}

function tidy(value: Json, type: Type | undefined, rules: Rules): Json {
  if (isList(value)) {
    const item = type?.kind === 'list' ? type.of : undefined
    return value.map((one) => tidy(one, item, rules))
  }
  return typeof value === 'object' && value !== null ? object(value as JsonObject, type, rules) : value
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
