import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { writeConfiguration } from '../src/docker/configuration.ts'
import { addArtifact } from '../src/github/artifacts.ts'
import { unwritable, unwritableBy } from '../src/unwritable.ts'
import { failure, plain } from './refusal.ts'
import { temporaryFolder } from './temporary-folder.ts'

const refused = (code: string, path?: string) => Object.assign(new Error(`${code}: refused, write`), { code, path })

describe('a disk that takes no more', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EROFS'])('is told by its code, whatever was being written: %s', (code) => {
    const found = unwritableBy(refused(code, '/tmp/x'))
    expect(found?.parts.code).toBe('file-unwritable')
    expect(plain(found?.parts.what)).toBe('The file /tmp/x cannot be written')
    expect(plain(found?.parts.why)).toContain(code)
    expect(plain(unwritableBy(refused(code))?.parts.what)).toBe('The file of the runner cannot be written')
  })

  test.each([refused('ENOENT'), new Error('a bug'), undefined, 'ENOSPC'])('is not meant by %s', (error) => {
    expect(unwritableBy(error)).toBeUndefined()
  })

  test('comes with what to do', () => {
    expect(plain(unwritable('/tmp/x', refused('ENOSPC')).parts.fix)).toMatch(/Free disk space/)
    expect(plain(unwritable('/tmp/x', refused('EACCES')).parts.fix)).toMatch(/write permission/)
  })

  test('is told where the configuration for Docker is written', async () => {
    const login = { endpoint: 'https://registry.example', username: 'AWS', password: 'x', expiresAt: new Date(0) }
    const gone = join(temporaryFolder(), 'gone')
    const told = failure(writeConfiguration(login, { HOME: temporaryFolder() }, gone, () => undefined))
    expect(await told).toMatchObject({ code: 'file-unwritable', what: `The file ${gone} cannot be written` })
  })

  // Every write to it is refused with ENOSPC (full(4)).
  test('is told where an image is named to the runner', async () => {
    expect(await failure(addArtifact({ GITHUB_ARTIFACTS: '/dev/full' }, 'api@sha256:1'))).toMatchObject({
      code: 'file-unwritable',
      why: expect.stringMatching(/ENOSPC/),
    })
  })
})
