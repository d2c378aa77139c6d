import type { Json, JsonObject } from '../ports.ts'

/** Reading of JSON that may be anything. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True for a JSON array. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** The objects of a list member; empty when the member is missing or something else. */
export function objectsIn(object: JsonObject | undefined, member: string): readonly JsonObject[] {
  const list = object?.[member]
  return isList(list) ? list.filter(isObject) : []
}

/** The container definitions; empty when the member is missing or no array. */
export function containersOf(definition: JsonObject | undefined): readonly JsonObject[] {
  return objectsIn(definition, 'containerDefinitions')
}

/** Whether the task stops with a container (API ContainerDefinition, `essential`: true unless it says otherwise). */
export function isEssential(container: JsonObject): boolean {
  return container.essential !== false
}

/** A text member; undefined when it is missing or something else. */
export function textIn(object: JsonObject | undefined, member: string): string | undefined {
  const value = object?.[member]
  return typeof value === 'string' ? value : undefined
}

/** Names of the containers, in the order of the definition. */
export function containerNames(definition: JsonObject): readonly string[] {
  return containersOf(definition).flatMap((container) => textIn(container, 'name') ?? [])
}

/** An object member; empty when it is missing or something else. */
export function objectIn(object: JsonObject | undefined, member: string): JsonObject {
  const value = object?.[member]
  return isObject(value) ? value : {}
}

/** What a table of ours has for a name of theirs, which may be `toString`. */
export function entry<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
