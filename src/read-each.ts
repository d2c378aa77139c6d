/** What is wrong with several lines or entries of one text: a sentence for each. */
export class Problems extends Error {
  readonly problems: readonly Error[]

  constructor(problems: readonly Error[]) {
    super(problems.map(({ message }) => message).join('; '))
    this.problems = problems
  }
}

/** What `read` makes of each line or entry of a text. Throws what is wrong with any of them, all at once. */
export function readEach<Item, T>(items: readonly Item[], read: (item: Item, index: number) => T): readonly T[] {
  const problems: Error[] = []
  const values = items.flatMap((item, index) => {
    try {
      return [read(item, index)]
    } catch (error) {
      problems.push(error instanceof Error ? error : new Error(String(error)))
      return []
    }
  })
  if (problems.length === 0) return values
  throw problems.length === 1 ? problems[0] : new Problems(problems)
}
