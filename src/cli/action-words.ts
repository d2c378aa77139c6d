import { Failure } from '../failure.ts'
import { failureWithOrigins } from '../origins.ts'
import type { Text } from '../text.ts'

/** Where an option has another name than its input. */
export const inputNames: Readonly<Record<string, string>> = { region: 'aws-region' }

/** What a step calls otherwise than a command line. */
const otherWords: readonly (readonly [step: RegExp, command: string])[] = [
  [/ under "with:" of the step/, ''],
  [/\b(?:the )?input service\b/, 'SERVICE'],
  [/ in the workspace; is the repository checked out before this step\?/, ''],
  [/\bthe workspace\b/, 'the folder of the command'],
  [/\b(An|\d+) input(s?) (is|are)$/, '$1 option$2 $3'],
  [/\bset keep-image: true\b/, 'give --keep-image'],
  [/^aws-region$/, '--region'],
]

/** A failure of an action in the words of the command line; any other error as it is. */
export function inWordsOfOptions(error: unknown): unknown {
  const named = failureWithOrigins(error, optionName)
  if (!(named instanceof Failure)) return named
  const { what, why, fix } = named.parts
  const parts = {
    ...named.parts,
    what: reworded(what),
    ...(why && { why: reworded(why) }),
    ...(fix && { fix: reworded(fix) }),
  }
  return Object.assign(new Failure(parts), { stack: named.stack })
}

function reworded(message: Text): Text {
  const inWords = (part: string) => otherWords.reduce((said, [step, command]) => said.replace(step, command), part)
  return message.map((part) => (typeof part === 'string' ? inWords(part) : part))
}

/** How an input is called on the command line. */
export function optionName(input: string): string {
  const option = Object.keys(inputNames).find((name) => inputNames[name] === input) ?? input
  return input === 'service' ? 'SERVICE' : `the option --${option}`
}
