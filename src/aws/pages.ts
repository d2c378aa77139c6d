/** One page of an answer. `next`: the token of the page after it, where there is one. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string | undefined
}

/** The items of all pages, in their order. */
export async function everyPage<T>(read: (next: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = []
  let next: string | undefined
  do {
    const page = await read(next)
    all.push(...page.items)
    next = page.next
  } while (next)
  return all
}

/** The same items, `most` at a time, as calls with a limit take them. */
export function batches<T>(items: readonly T[], most: number): readonly T[][] {
  const count = Math.ceil(items.length / most)
  return Array.from({ length: count }, (_, index) => items.slice(index * most, (index + 1) * most))
}
