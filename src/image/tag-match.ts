import { matchInTime, whenTooSlow } from '../bounded-match.ts'
import { Failure } from '../failure.ts'
import { quoted, setting, text } from '../text.ts'

/** A match of a rule's regular expression with a branch or tag, which is text of others, too. Throws `inputs-invalid` for a pattern that takes too long for it. */
export function matchedText(named: string, pattern: RegExp): readonly (string | undefined)[] | undefined {
  const found = matchInTime(named, pattern)
  if (found !== 'too-slow') return found
  throw new Failure({
    code: 'inputs-invalid',
    what: text`${setting('tags')} has a regular expression that ${whenTooSlow}`,
    why: text`${quoted(String(pattern))}, for ${quoted(named)}`,
    fix: text`Write it without repetition inside repetition. Nothing has been built.`,
  })
}
