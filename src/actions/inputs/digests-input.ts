import { isDigest, isTag } from '../../image/reference.ts'
import type { InputReader } from '../../runner/inputs.ts'

/** Digest, or for a dry run tag, of each image by its name in slipway.yml. */
export type ImageDigests = Readonly<Record<string, string>>

/** The output `digests` of build.yml. Undefined: it is not given; empty: no image was built. */
export const digestsInput: InputReader<ImageDigests | undefined> = (given) => {
  if (given === '') return undefined
  const value = parsed(given)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('must be a JSON object of images and their digests, such as {"api":"sha256:…"}')
  const entries = Object.entries(value)
  const wrong = entries.filter(([, one]) => typeof one !== 'string' || !(isDigest(one) || isTag(one)))
  if (wrong.length > 0)
    throw new Error(
      `has no digest (sha256: and 64 hexadecimal digits) of ${wrong.map(([name]) => `"${name}"`).join(', ')}`,
    )
  return Object.fromEntries(entries)
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given)
  } catch {
    return undefined
  }
}
