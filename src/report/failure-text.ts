import { type Failure, reasonOf } from '../failure.ts'
import { type Mistake, mistakeText, mostListed, type Place } from '../mistake.ts'
import { renderText, type Text, text } from '../text.ts'

/** A failure as one message: what happened, why, what to do, where to read on. */
export function failureText(failure: Failure): Text {
  const { what, fix, docs } = failure.parts
  const reason = reasonOf(failure.parts)
  const said = reason.length > 0 ? text`${what}:${startsLine(reason) ? '' : ' '}${reason}` : what
  return [
    ...closed(said),
    ...(fix ? text`${endsLine(said) ? '' : ' '}${fix}` : []),
    ...(docs ? text` See ${docs}` : []),
  ]
}

/** One annotation of a failure, and the line that it marks. */
interface PlacedMessage {
  readonly message: Text
  readonly place: Place | undefined
}

/**
 * The first has all of it and marks the first line; the others mark theirs, as far as GitHub shows them. So one mistake is
 * one annotation.
 */
export function failureAnnotations(failure: Failure): readonly PlacedMessage[] {
  const { mistakes = [], marks = [] } = failure.parts
  const [first, ...others] = [...mistakes, ...marks].slice(0, mostListed)
  return [
    { message: failureText(failure), place: first },
    ...others.map((mistake) => ({ message: closed(mistakeText(mistake)), place: mistake })),
  ]
}

/** Mistakes that have no room in the annotations. */
export function unlistedMistakes(failure: Failure): readonly Mistake[] {
  return (failure.parts.mistakes ?? []).slice(mostListed)
}

/** Ends a sentence that has no end yet. */
export function closed(sentence: Text): Text {
  const last = sentence.filter((part) => part !== '').at(-1)
  const end = last === undefined ? '' : renderText([last], (theirs) => theirs)
  return /[.!?\n]$/.test(end) ? sentence : [...sentence, '.']
}

function endsLine(sentence: Text): boolean {
  const last = sentence.filter((part) => part !== '').at(-1)
  return typeof last === 'string' && last.endsWith('\n')
}

function startsLine(sentence: Text): boolean {
  const first = sentence.find((part) => part !== '')
  return typeof first === 'string' && first.startsWith('\n')
}
