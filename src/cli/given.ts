import type { CliWorld, Given } from './command.ts'

/** The value of an option; undefined where it was not given. */
export function optionValue({ values }: Given, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** Every value of an option that can be given several times. */
export function optionValues({ values }: Given, name: string): readonly string[] {
  const value = values[name]
  return Array.isArray(value) ? value : []
}

/** Whether an option without a value was given. */
export function isGiven({ values }: Given, name: string): boolean {
  return values[name] === true
}

/** Writes the one JSON document of `--json`. */
export function printJson({ out }: Pick<CliWorld, 'out'>, document: unknown): void {
  out(`${JSON.stringify(document, null, 2)}\n`)
}
