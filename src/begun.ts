/**
 * Work that is begun now and awaited later, or never where the way ends before. Its failure belongs to whoever awaits it;
 * until then it is no unhandledRejection, which would end the process.
 */
export function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}
