import type { JsonObject } from '../ports.ts'
import { containersOf, objectsIn, textIn } from '../task-definition/members.ts'
import { redact } from './redact.ts'

/** A variable of the definition whose value must not stand in a log line. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/** Shorter values are words like `true`, `info` or `8080`, and in every line. */
const shortest = 8

/** The variables of all containers whose values could be secrets, the longest value first. */
export function variablesOf(definition: JsonObject | undefined): readonly Variable[] {
  return containersOf(definition)
    .flatMap((container) => objectsIn(container, 'environment'))
    .map((variable) => ({ name: textIn(variable, 'name') ?? '?', value: textIn(variable, 'value') ?? '' }))
    .filter(({ value }) => value.length >= shortest)
    .sort((one, other) => other.value.length - one.value.length)
}

/**
 * Log lines without what looks like a credential, also one that goes over several lines, and without the values of
 * variables: `***(DB_HOST)` tells which one stood there.
 */
export function redactLines(lines: readonly string[], variables: readonly Variable[] = []): readonly string[] {
  if (lines.length === 0) return []
  const whole = variables.reduce((all, { name, value }) => all.replaceAll(value, `***(${name})`), lines.join('\n'))
  return redact(whole).split('\n')
}
