import { describe, expect, test } from '@jest/globals'
import { ZipFile } from 'yazl'
import { zipContent, zipEntries } from '../../src/document/zip-file.ts'
import { zipOf } from '../simulator/elasticbeanstalk/zip.ts'

const textsOf = (archive: Uint8Array) =>
  zipEntries(archive).map((entry) => {
    const content = zipContent(archive, entry)
    return [entry.name, content && Buffer.from(content).toString()]
  })

async function byYazl(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = new ZipFile()
  for (const [name, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content), name)
  archive.end()
  const chunks: Buffer[] = []
  for await (const chunk of archive.outputStream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

describe('a ZIP archive', () => {
  test('is read as another program writes it', async () => {
    const files = { 'a/one.txt': 'first\n'.repeat(500), 'ü.txt': 'x', 'empty.txt': '' }
    expect(textsOf(await byYazl(files))).toEqual(Object.entries(files))
  })

  test('stored files, and those after a comment of a signature', () => {
    const archive = Buffer.concat([Buffer.from('PK\x05\x06'), zipOf([{ name: 'a', content: 'PK', method: 0 }])])
    // Offsets are from the beginning of the archive: bytes before it damage it, and nothing of it is read.
    expect(textsOf(archive)).toEqual([])
    expect(textsOf(zipOf([{ name: 'a', content: 'PK', method: 0 }]))).toEqual([['a', 'PK']])
  })

  const long = Buffer.alloc(4 * 1024 * 1024)
  test.each([
    ['that is longer than it states', { name: 'a', content: long, size: 10 }],
    ['that is shorter than it states', { name: 'a', content: 'abc', size: 10 }],
    ['that is encrypted', { name: 'a', content: 'abc', flags: 1 }],
    ['of a method that is not Deflate', { name: 'a', content: 'abc', method: 12 }],
  ])('a file %s is not read, and those beside it are', (_, file) => {
    expect(textsOf(zipOf([{ name: 'b', content: 'before' }, file, { name: 'c', content: 'after' }]))).toEqual([
      ['b', 'before'],
      ['a', undefined],
      ['c', 'after'],
    ])
  })

  test('that is cut or damaged at any byte throws nothing', () => {
    const archive = zipOf([
      { name: 'one', content: 'text '.repeat(40) },
      { name: 'two', content: 'more' },
    ])
    for (let at = 0; at < archive.length; at++) {
      expect(() => textsOf(archive.subarray(0, at))).not.toThrow()
      const damaged = Buffer.from(archive)
      damaged[at] = (damaged[at] ?? 0) ^ 0xff
      expect(() => textsOf(damaged)).not.toThrow()
    }
  })
})
