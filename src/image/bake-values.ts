import { csvRow } from './csv-field.ts'

/** What is wrong with a member of a target. The message is a clause without a full stop. */
export class BakeMistake extends Error {}

/** A text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw new BakeMistake('is no text')
}

/** `true` or `false`. */
export function flagOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new BakeMistake('is neither true nor false')
}

/** A list of texts. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).map(textOf)
}

/** A map of texts; a name without a value has none in the build either (docker/buildx, bake/bake.go, `toBuildOpt`). */
export function mapOf(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(membersOf(value)).flatMap(([name, given]) => (given === null ? [] : [[name, textOf(given)]]))
}

/** Entries as Buildx takes them on its command line: CSV in a text, or since Buildx 0.20 an object of attributes. */
export function rowsOf(value: unknown): readonly string[] {
  return listOf(value).map((entry) => {
    if (typeof entry === 'string') return entry
    const { type, ...others } = membersOf(entry)
    const fields = Object.entries(others).map(([name, given]) => `${name}=${scalarOf(given)}`)
    return csvRow([...(type === undefined ? [] : [`type=${textOf(type)}`]), ...fields])
  })
}

function scalarOf(value: unknown): string {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  return textOf(value)
}

/** A list. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new BakeMistake('is no list')
}

/** The members of an object. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new BakeMistake('is no object')
}
