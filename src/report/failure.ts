import type { Failure } from '../failure.ts'
import { renderText, type Text, text } from '../text.ts'

/** A failure as one message: what happened, why, what to do, where to read on. */
export function failureText(failure: Failure): Text {
  const { what, why, fix, docs } = failure.parts
  const said = why ? text`${what}:${startsLine(why) ? '' : ' '}${why}` : what
  return [
    ...closed(said),
    ...(fix ? text`${endsLine(said) ? '' : ' '}${fix}` : []),
    ...(docs ? text` See ${docs}` : []),
  ]
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
