import { createHash } from 'node:crypto'
import type { Sha256 } from '../../github/end-mark.ts'
import type { ImageDigests } from '../inputs/digests-input.ts'

/**
 * One digest for all of a release: the same images of the same commit have the same one, so that the next environment can be
 * proven to get what the one before has.
 */
export function digestOfRelease(digests: ImageDigests, commit: string): Sha256 {
  const sorted = Object.entries(digests).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `sha256:${createHash('sha256')
    .update(JSON.stringify([commit, sorted]))
    .digest('hex')}`
}
