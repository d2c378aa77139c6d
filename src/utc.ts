/** Points in time for people, in UTC; each takes milliseconds since 1970. */

/** `09:04:31 UTC`. */
export function timeOfDay(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}

/** `09:04 UTC`. */
export function hourAndMinute(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}

/** `2026-11-22`. */
export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** `2026-11-22 05:00 UTC`. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
