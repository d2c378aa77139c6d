import type { Json, JsonObject } from '../../../ports.ts'
import { findPlaceholders, type Placeholder } from '../../../task-definition/placeholders.ts'

/** Placeholders left in; an uncertain one only where the running definition does not have it in the same member. */
export function placeholdersIn(definition: JsonObject, current: JsonObject | undefined): readonly Placeholder[] {
  const running = new Set((current ? findPlaceholders(current) : []).map(nameOf))
  return findPlaceholders(definition).filter((found) => found.certain || !running.has(nameOf(found)))
}

function nameOf({ member, mark }: Placeholder): string {
  return `${member} ${mark}`
}

/** The values that are certain to be placeholders: they have no other finding and cause no call to AWS. */
export function blankValues(definition: JsonObject, placeholders: readonly Placeholder[]): ReadonlySet<string> {
  const values = placeholders.filter(({ certain }) => certain).map(({ path }) => valueAt(definition, path))
  return new Set(values.filter((value) => typeof value === 'string'))
}

function valueAt(value: Json | undefined, path: Placeholder['path']): Json | undefined {
  return path.reduce<Json | undefined>((part, step) => Object(part)[step], value)
}
