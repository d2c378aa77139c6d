import { expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { requireLayerSizes } from '../../src/image/layer-limits.ts'
import { renderText } from '../../src/text.ts'

const mebibyte = 1024 * 1024
const blob = (size: number) => ({
  digest: `sha256:${'a'.repeat(64)}`,
  size,
  mediaType: 'x',
  annotations: {},
  foreign: false,
})

function refusalOf(sizes: readonly number[], host: string): string | undefined {
  try {
    requireLayerSizes({ blobs: sizes.map(blob) }, host)
    return undefined
  } catch (error) {
    return error instanceof Failure ? renderText(error.parts.why ?? [], (theirs) => theirs) : String(error)
  }
}

test.each([
  ['public.ecr.aws', 10_000],
  ['111122223333.dkr.ecr.eu-west-1.amazonaws.com', 52_000],
])('%s takes layers of %i MiB and none that is larger', (host, most) => {
  expect(refusalOf([], host)).toBeUndefined()
  expect(refusalOf([1, most * mebibyte], host)).toBeUndefined()
  expect(refusalOf([1, most * mebibyte + 1, 2], host)).toBe(
    `it has ${most + 1} MiB; the quota "Maximum layer size" is ${most} MiB and cannot be raised`,
  )
})
