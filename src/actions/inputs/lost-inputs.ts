import { isDeepStrictEqual } from 'node:util'
import { fieldOf, type InputSpec } from '../../runner/inputs.ts'
import { type Text, text } from '../../text.ts'
import { type LostInput, lostInputCauses, lostInputs } from './lost-inputs-table.ts'

/** Names of the inputs that are given: that have another value than an empty one. */
export function givenInputs(spec: InputSpec, inputs: object): readonly string[] {
  const values = new Map(Object.entries(inputs))
  return Object.entries(spec).flatMap(([name, read]) => {
    const value: unknown = values.get(fieldOf(name))
    return value === undefined || isDeepStrictEqual(value, emptyOf(read)) ? [] : [name]
  })
}

function emptyOf(read: InputSpec[string]): unknown {
  try {
    return read('')
  } catch {
    return undefined
  }
}

/**
 * A sentence for every input that was lost, by the first rule that matches. `given`: names of inputs, and facts in words. A job may
 * have lost it on the way; a person has left it out.
 */
export function lostValues(action: string, given: readonly string[], by: 'job' | 'person' = 'job'): readonly Text[] {
  const known = new Set(given)
  const sentences = new Map<string, Text>()
  for (const rule of lostInputs.filter(({ actions }) => actions.includes(action))) {
    const signs = rule.shownBy.filter((name) => known.has(name))
    const isLost = signs.length > 0 && !rule.unless.some((name) => known.has(name))
    if (isLost && !sentences.has(rule.lost)) sentences.set(rule.lost, sentence(rule, signs, by))
  }
  return [...sentences.values()]
}

function sentence(
  { lost, otherwise, cause, onPurpose }: LostInput,
  signs: readonly string[],
  by: 'job' | 'person',
): Text {
  const inputs = signs.filter((sign) => !sign.includes(' '))
  const given = inputs.length === 0 ? [] : [`${inputs.join(' and ')} ${inputs.length === 1 ? 'is' : 'are'} set`]
  const facts = signs.filter((sign) => sign.includes(' '))
  const likely = by === 'job' ? ` Likely cause: ${lostInputCauses[cause]}.` : ''
  return text`${lost} is empty, but ${[...given, ...facts].join(', and ')}: ${otherwise}.${likely}${onPurpose === undefined ? '' : ` ${onPurpose}`}`
}
