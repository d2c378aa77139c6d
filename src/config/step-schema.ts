import { z } from 'zod'

/** Milliseconds of `90s`, `2m`, `1h`, or of a number of seconds; undefined: none of these. */
export function readDuration(given: string | number): number | undefined {
  const [, count, unit = 's'] = /^(\d{1,6})\s*(s|m|h)?$/.exec(String(given)) ?? []
  if (count === undefined) return undefined
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h']
}

/** A duration between two, in seconds. */
export function durationSchema(least: number, most: number) {
  const isWithin = (given: string | number) => {
    const milliseconds = readDuration(given)
    return milliseconds !== undefined && milliseconds >= least * 1000 && milliseconds <= most * 1000
  }
  const allowed = `must be a duration such as 30s, 2m or 1h, from ${least} s to ${most} s`
  return z.union([z.string(), z.int()], allowed).refine(isWithin, allowed)
}

/** A duration that has been checked, in milliseconds. */
export function millisecondsOf(given: string | number | undefined, fallback: number): number {
  return given === undefined ? fallback : (readDuration(given) ?? fallback)
}

/** `after`, or a stage at which the deployment pauses. */
const stage = /^(after|[A-Z][A-Z_]{2,63})$/
const stageWords = 'after, or a lifecycle stage with a PAUSE hook such as POST_TEST_TRAFFIC_SHIFT, or READY_WAIT'

/** Where a check has its place. */
export const checkPlaceSchema = z
  .string()
  .regex(stage, `must be ${stageWords}`)
  .describe(
    `Where it has its place: ${stageWords}. When absent: at a pause with test traffic, and once all traffic is shifted; a task at the first of both.`,
  )

/** Where a task has its place. */
export const taskPlaceSchema = z
  .string()
  .regex(/^(before|after|[A-Z][A-Z_]{2,63})$/, `must be before, ${stageWords}`)
  .describe(`Where it has its place: before (the service is changed), ${stageWords}.`)

/** The command of a container: one string for each argument. */
export const commandSchema = z
  .array(z.string(), 'must be a list of arguments such as [node, migrate.js]; a shell is [sh, -c, "a && b"]')
  .min(1, 'must have an argument')

/** Names and values of variables of the environment. */
export const environmentVariablesSchema = z.record(
  z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a variable'),
  z.union([z.string(), z.number(), z.boolean()]),
)

/** Variables as texts. */
export function variablesOf(
  given: Readonly<Record<string, string | number | boolean>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given ?? {}).map(([name, value]) => [name, String(value)]))
}

/** Name of a task, which may be in the name of a family. */
export const stepNameSchema = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,63}$/, 'must be at most 64 letters, digits, "-" and "_", and begin with a letter')
