import { redactAssignments } from './secret-assignments.ts'
import { type SecretPattern, secretPatterns } from './secret-patterns.ts'

/**
 * Longest line that is shown, in characters. What follows is cut before anything is looked for: nobody reads it, and one
 * line of a program must not keep a deployment from being watched.
 */
export const longestLine = 10_000

/**
 * The text with `***` in place of what looks like a credential: keys, tokens, passwords in addresses and assignments.
 * Lines of more than `longestLine` characters end there, with `…`.
 */
export function redact(value: string): string {
  const cut = value.length > longestLine ? value.split('\n').map(cutLine).join('\n') : value
  const small = cut.toLowerCase()
  const hinted = secretPatterns.filter(({ hints }) => hints.some((hint) => small.includes(hint)))
  return redactAssignments(hinted.reduce(replaceIn, cut))
}

function replaceIn(text: string, { pattern, shown }: SecretPattern): string {
  // The two shapes of `replace` are two overloads.
  return typeof shown === 'string' ? text.replace(pattern, shown) : text.replace(pattern, shown)
}

/** Not within a word, as half of a secret is not known for one; a word of 500 characters goes as a whole. */
function cutLine(line: string): string {
  if (line.length <= longestLine) return line
  const sure = longestLine - 500
  return `${line.slice(0, sure)}${line.slice(sure, longestLine).replace(/\S+$/, '')}…`
}
