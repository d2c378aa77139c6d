import { type InputReader, oneOf } from '../../runner/inputs.ts'
import { type Text, text } from '../../text.ts'

const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 }

/** A time such as `12h` or `7d`, in milliseconds; undefined when it is not given. */
const age: InputReader<number | undefined> = (given) => {
  if (given === '') return undefined
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([hd])$/.exec(given) ?? []
  const length = units[unit]
  if (length !== undefined) return Number(count) * length
  throw new Error(`must be a number of hours or days such as 12h or 7d, not "${given}"`)
}

/** Which images take the place of a build. */
export const reuseInputs = {
  reuse: oneOf(['commit', 'inputs', 'off'], 'commit'),
  'reuse-max-age': age,
}

/** The inputs of `reuseInputs` that do not fit each other, as sentences without a full stop. */
export function reuseMistakes(reuse: string, maxAge: number | undefined): readonly Text[] {
  if (maxAge === undefined || reuse === 'inputs') return []
  return [
    text`reuse-max-age requires reuse: inputs, and reuse is ${reuse}: the image of a commit is reused at any age. Remove reuse-max-age, or set reuse: inputs`,
  ]
}
