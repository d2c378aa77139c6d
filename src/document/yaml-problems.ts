import type { YAMLError } from 'yaml'
import { type Text, text, untrusted } from '../text.ts'

/** Codes of errors that a wrong indentation leads to. */
const ofIndentation = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
])

/** The syntax error of a YAML text, as a message. */
export function syntaxProblem(
  { code, message, pos }: Pick<YAMLError, 'code' | 'message' | 'pos'>,
  source: string,
): Text {
  if (code === 'TAB_AS_INDENT') return text`tabs are not allowed as indentation; use spaces`
  const problem = code === 'BLOCK_AS_IMPLICIT_KEY' ? text`a second ":" in one line` : text`${untrusted(message)}`
  return ofIndentation.has(code) ? text`${problem}${indentation(source, pos[0])}` : problem
}

/** A hint for a line whose indentation matches no line before it. */
function indentation(source: string, offset: number): Text {
  const before = source.slice(0, offset).split('\n')
  const isBlank = (line: string) => /^\s*(?:#|$)/.test(line)
  const depthOf = (line: string) => line.length - line.trimStart().length
  const number = before.length
  const line = source.split('\n', number).at(-1) ?? ''
  const earlier = before.slice(0, -1).findLastIndex((one) => !isBlank(one))
  if (earlier < 0) return []
  const [own, other] = [depthOf(line), depthOf(before[earlier] ?? '')]
  const isKnown = before.slice(0, -1).some((one) => !isBlank(one) && depthOf(one) === own)
  if (own === other || isKnown) return []
  return text`; check the indentation of line ${number} (${own} spaces; line ${earlier + 1} has ${other})`
}
