/** A blob of a layout as it goes up: which bytes, and what happens when they are not those of its digest. */
import { describe, expect, test } from '@jest/globals'
import { blobContent } from '../../src/image/blob-content.ts'
import { blobPath } from '../../src/image/layout-source.ts'
import { digestOf } from '../../src/image/manifest.ts'
import { inMemoryLayout } from '../in-memory-layout.ts'
import { failure } from '../refusal.ts'

const mebibyte = 1024 * 1024
const content = new Uint8Array(3 * mebibyte).map((_, at) => at % 253)

/** The content of a blob whose bytes in the layout are `there`. */
function blob(there: Uint8Array, promised = there) {
  const digest = digestOf(promised)
  const descriptor = { mediaType: 'a/b', digest, size: promised.length, annotations: {}, foreign: false }
  return blobContent(inMemoryLayout(new Map([[blobPath(digest), there]])), descriptor)
}

async function read(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0
  for await (const piece of pieces) count += piece.length
  return count
}

const changed = (at: number) => content.map((byte, index) => (index === at ? byte + 1 : byte))

describe('a blob with the bytes of its digest', () => {
  test.each([
    ['at once', [[0, 3]]],
    [
      'in chunks',
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    ],
    [
      'with a chunk again',
      [
        [0, 2],
        [1, 3],
      ],
    ],
    [
      'again from the beginning',
      [
        [0, 3],
        [0, 3],
      ],
    ],
    ['from where another process stopped', [[2, 3]]],
    [
      'with the end first',
      [
        [2, 3],
        [0, 1],
        [1, 3],
      ],
    ],
  ])('is read %s', async (_, parts) => {
    const { read: part } = blob(content)
    for (const [from = 0, to = 0] of parts)
      expect(await read(part(from * mebibyte, to * mebibyte))).toBe((to - from) * mebibyte)
  })

  test('may be empty', async () => {
    expect(await read(blob(new Uint8Array()).read(0, 0))).toBe(0)
  })
})

describe('a blob with other bytes', () => {
  test.each([0, mebibyte, content.length - 1])('is named before its last piece is handed out: byte %d', async (at) => {
    const there = changed(at)
    const { read: part, digest } = blob(there, content)
    const pieces: Uint8Array[] = []
    const reading = async () => {
      for await (const piece of part(0, content.length)) pieces.push(piece)
    }
    expect(await failure(reading())).toMatchObject({
      code: 'image-layout-invalid',
      why: `${digest} has the content of ${digestOf(there)}`,
    })
    expect(pieces).toHaveLength(2)
  })

  test('is named although its last part alone is read', async () => {
    const { read: part } = blob(changed(0), content)
    expect((await failure(read(part(2 * mebibyte, 3 * mebibyte)))).code).toBe('image-layout-invalid')
  })
})
