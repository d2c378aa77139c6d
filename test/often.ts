/**
 * How often things are tried. `npm test` tries some; `npm run test:long` (jest.long.config.js) runs every file that
 * imports this again and tries many.
 */
export const isLong = process.env.SLIPWAY_TESTS === 'long'

/** A count, `usual` or `long`; the environment variable `name` overrides both. */
export function times(name: string, usual: number, long: number): number {
  return Number(process.env[name] ?? (isLong ? long : usual))
}

/** Every `step`-th case of a table, or all of them in the long run. */
export function some<Case>(cases: readonly Case[], step: number): readonly Case[] {
  return isLong ? cases : cases.filter((_, index) => index % step === 0)
}

/**
 * `declare` in the long run, and nothing otherwise: for whole tests of which `npm test` has the same rule elsewhere, in process
 * or for another engine. `onlyLong(test.concurrent)('name', …)`.
 */
export function onlyLong<Given extends readonly unknown[]>(
  declare: (...given: Given) => void,
): (...given: Given) => void {
  return isLong ? declare : () => undefined
}

/**
 * Seconds between two reads of AWS where a test checks how something ends, and not how soon that is detected. Undefined in the long
 * run: the default of the input `wait-max-delay-seconds`.
 */
const readEvery = isLong ? undefined : 15

/** The inputs of an action for that. */
export const seldom: Readonly<Record<string, string>> =
  readEvery === undefined ? {} : { 'wait-max-delay-seconds': String(readEvery) }

/** The same for a request. Milliseconds. */
export const seldomGap = readEvery === undefined ? undefined : readEvery * 1000
