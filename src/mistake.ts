import { asName, type Text, text } from './text.ts'

/** A position in a file or in the text of an input. */
export interface Place {
  /** Path of the file as it was given; undefined for the text of an input. */
  readonly file?: string | undefined
  /** Name of the input, where there is no file. */
  readonly input?: string | undefined
  /** Counted from 1; undefined where it is of the whole text. */
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** One thing that is wrong in a file or in the text of an input, and where. */
export interface Mistake extends Place {
  /** A clause of its own without a full stop, such as `unknown parameter "memroy" (did you mean memory?)`. */
  readonly message: Text
  /** Where it is in the value, for `at` of a document to turn into a line and a column. */
  readonly path?: readonly PropertyKey[] | undefined
}

/**
 * Mistakes that one message reports; GitHub shows 10 annotations of a level for each step (actions/runner, ExecutionContext.cs).
 */
export const mostListed = 10

/** `deploy/api.json:5:7`, as compilers and editors write it; an empty text where nothing is known. */
export function placeName({ file, input, line, column }: Place): string {
  const source = file ?? input ?? ''
  return line === undefined ? source : `${source}:${line}:${column ?? 1}`
}

/** Mistakes in the order of their positions. */
export function inOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
}

/** A mistake with its place before it. */
export function mistakeText(mistake: Mistake): Text {
  const name = placeName(mistake)
  return name === '' ? mistake.message : text`${asName(name)}: ${mistake.message}`
}

/** Mistakes as the end of a sentence: one as it is, several as a list with a line for each. */
export function listed(mistakes: readonly Mistake[]): Text {
  const [first, ...others] = mistakes
  if (first === undefined) return []
  if (others.length === 0) return mistakeText(first)
  const lines = mistakes.slice(0, mostListed).flatMap((mistake) => text`- ${mistakeText(mistake)}\n`)
  const left = mistakes.length - mostListed
  return text`\n${lines}${left > 0 ? `- and ${left} more, which the log lists\n` : ''}`
}

/** The same in one line, for where there is room for one. */
export function inOneLine(mistakes: readonly Mistake[]): Text {
  const texts = mistakes.slice(0, 3).map(mistakeText)
  const left = mistakes.length - texts.length
  return [...joined(texts), ...(left > 0 ? text`; and ${left} more` : [])]
}

function joined(texts: readonly Text[]): Text {
  return texts.flatMap((one, index) => (index > 0 ? ['; ', ...one] : one))
}
