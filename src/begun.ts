/**
 * Work that is started now and awaited later, or never after an early exit. The code that awaits it handles its failure; until then
 * this avoids an unhandledRejection, which would end the process.
 */
export function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}
