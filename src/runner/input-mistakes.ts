import { type Mistake, mistakeText } from '../mistake.ts'
import { Problems } from '../read-each.ts'
import { type Text, text, untrusted } from '../text.ts'

/** What a reader throws for an input of several lines: each mistake with its place. */
export class InputMistakes extends Error {
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    super('has mistakes')
    this.mistakes = mistakes
  }
}

/** What is wrong with an input, from what its reader threw. */
export function problemsOf(name: string, error: unknown): readonly Text[] {
  if (error instanceof InputMistakes) return error.mistakes.map(mistakeText)
  if (error instanceof Problems) return error.problems.map((problem) => text`${name} ${untrusted(problem.message)}`)
  return [text`${name} ${untrusted(error instanceof Error ? error.message : String(error))}`]
}
