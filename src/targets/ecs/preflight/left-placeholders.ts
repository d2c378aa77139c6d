import type { Json, JsonObject } from '../../../ports.ts'
import { findPlaceholders, type Placeholder } from '../../../task-definition/placeholders.ts'

/** What nobody has filled in; where it is not certain, only what does not run in the same place already. */
export function placeholdersIn(definition: JsonObject, current: JsonObject | undefined): readonly Placeholder[] {
  const running = new Set((current ? findPlaceholders(current) : []).map(nameOf))
  return findPlaceholders(definition).filter((found) => found.certain || !running.has(nameOf(found)))
}

function nameOf({ member, mark }: Placeholder): string {
  return `${member} ${mark}`
}

/** The values that are certain to be placeholders: nothing else is said of them, and AWS is not asked for them. */
export function blankValues(definition: JsonObject, placeholders: readonly Placeholder[]): ReadonlySet<string> {
  const values = placeholders.filter(({ certain }) => certain).map(({ path }) => valueAt(definition, path))
  return new Set(values.filter((value) => typeof value === 'string'))
}

function valueAt(value: Json | undefined, path: Placeholder['path']): Json | undefined {
  return path.reduce<Json | undefined>((part, step) => Object(part)[step], value)
}
