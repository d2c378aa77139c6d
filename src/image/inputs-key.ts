import { createHash } from 'node:crypto'
import { type Outside, outsideHash } from './outside-inputs.ts'

/** The label with the key of the inputs without the commit: `1:` and a SHA-256. */
export const inputsKeyLabel = 'slipway.inputs-key'

/** Of the key; another version means that other things are compared. */
const version = '1'

/**
 * The key of an image without its commit; undefined where base images or secrets are unknown. `hash`: over all inputs but the
 * commit and those outside.
 */
export function inputsKey(hash: string, outside: Outside): string | undefined {
  const rest = outsideHash(outside)
  return (
    rest &&
    `${version}:${createHash('sha256')
      .update(JSON.stringify([hash, rest]))
      .digest('hex')}`
  )
}

/** The tag by which an image of this key is found. */
export function inputsTag(key: string): string {
  return `slipway-${key.slice(key.indexOf(':') + 1).slice(0, 32)}`
}
