import { encodedSecrets } from './encoded-secrets.ts'
import { readings } from './readings.ts'
import { secretAssignments, secretFlags } from './secret-assignments.ts'
import { secretArguments } from './secret-commands.ts'
import { secretsBesideIds } from './secret-pairs.ts'
import { secretsByPattern } from './secret-patterns.ts'
import { secretsInProse } from './secret-prose.ts'
import { type Span, united, withoutSpans } from './span.ts'

/**
 * Longest line that is shown, in characters. The rest is cut before the search: one line of a program must not delay the watch of
 * a deployment.
 */
export const longestLine = 10_000

/**
 * The text with `***` in place of credentials: keys, tokens, passwords in addresses, assignments, commands and sentences.
 * SECURITY.md lists them. Lines of more than `longestLine` characters end there, with `…`.
 */
export function redact(value: string): string {
  const cut = cutLines(value)
  return withoutSpans(cut, secretsIn(cut))
}

/** The text as far as it is shown. */
export function cutLines(value: string): string {
  return value.length > longestLine ? value.split('\n').map(cutLine).join('\n') : value
}

/** Each takes time in proportion to the text. */
const finders: readonly ((text: string) => readonly Span[])[] = [
  secretsByPattern,
  secretsBesideIds,
  secretAssignments,
  secretFlags,
  secretArguments,
  secretsInProse,
]

/** Where in the text credentials are, also where they are escaped or encoded; in order. */
export function secretsIn(text: string): readonly Span[] {
  const plain = readings(text).flatMap((reading) => found(reading.text).map(reading.place))
  return united([...plain, ...encodedSecrets(text, (decoded) => found(decoded).length > 0)])
}

function found(text: string): readonly Span[] {
  return finders.flatMap((find) => find(text))
}

/** Whether `redact` has cut the end of this line. */
export function isCutLine(shown: string): boolean {
  return shown.length > longestLine - 500 && shown.endsWith('…')
}

/** Not within a word, as half of a secret is not recognised; a word of 500 characters is cut as a whole. */
function cutLine(line: string): string {
  if (line.length <= longestLine) return line
  const sure = longestLine - 500
  return `${line.slice(0, sure)}${line.slice(sure, longestLine).replace(/\S+$/, '')}…`
}
