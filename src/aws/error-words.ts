import { reasonOf } from '../http/reason.ts'
import { type Text, text, type Untrusted, untrusted } from '../text.ts'
import type { AwsError } from './error-class.ts'

const longestQuote = 1000

/** AWS's own words, for a message: marked as untrusted, and cut to a readable length. */
export function quote(words: string): Untrusted {
  return untrusted(words.length > longestQuote ? `${words.slice(0, longestQuote)}…` : words)
}

/** AWS's code and words: `InvalidParameterException: …`. */
export function answerOf({ name, message }: AwsError): Text {
  return text`${quote(name)}: ${quote(message)}`
}

/** AWS's code and words. Of the network: Node's code and words, where the words do not have the code in them. */
export function lineOf(error: AwsError): Text {
  const code = error.code ?? (error.$fault ? error.name : '')
  const [words = ''] = reasonOf(error).split('\n')
  return text`${quote(words.includes(code) ? words : `${code}: ${words}`)}`
}
