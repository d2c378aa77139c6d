import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openFiles } from '../../src/runner/files.ts'
import { said } from '../refusal.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = temporaryFolder()
const workspace = join(root, 'workspace')
const temporary = join(root, 'temporary')
mkdirSync(join(workspace, 'deploy'), { recursive: true })
mkdirSync(temporary)
writeFileSync(join(workspace, 'deploy/api.json'), '\uFEFF{"family": "api"}')
writeFileSync(join(workspace, 'latin'), Buffer.from([0x7b, 0xe9, 0x7d]))
writeFileSync(join(workspace, 'utf16'), Buffer.from('\uFEFF{}', 'utf16le'))
writeFileSync(join(workspace, 'huge'), Buffer.alloc(1024 * 1024 + 1, 0x20))
writeFileSync(join(root, 'secret'), 'x')
writeFileSync(join(temporary, 'rendered.json'), '{}')
symlinkSync('deploy/api.json', join(workspace, 'link.json'))
symlinkSync('../secret', join(workspace, 'escape'))
symlinkSync('../temporary/rendered.json', join(workspace, 'into-temporary'))
symlinkSync('loop', join(workspace, 'loop'))

const files = openFiles(workspace, temporary)

async function refusal(path: string): Promise<string> {
  return files.readText(path, 'task-definition').then(() => 'it was read', said)
}

describe('a file', () => {
  test.each(['deploy/api.json', './deploy/../deploy/api.json', 'link.json', join(workspace, 'deploy/api.json')])(
    'is read: %s',
    async (path) => {
      expect(await files.readText(path, 'task-definition')).toBe('{"family": "api"}')
    },
  )

  test("of an earlier step is read from the runner's temporary folder", async () => {
    expect(await files.readText(join(temporary, 'rendered.json'), 'task-definition')).toBe('{}')
  })
})

describe('S10 what is refused names the path, the input and the reason', () => {
  test.each([
    ['nothing.json', 'ENOENT: no such file in the workspace'],
    ['../secret', 'it is outside the workspace'],
    ['/etc/passwd', 'it is outside the workspace'],
    ['escape', 'a symbolic link in its path leads outside the workspace'],
    ['into-temporary', 'a symbolic link in its path leads outside the workspace'],
    ['loop', 'ELOOP: its symbolic links form a loop'],
    ['deploy', 'it is not a regular file'],
    ['huge', 'it has 1048577 bytes; at most 1048576 are read'],
    ['utf16', 'it is UTF-16; save it as UTF-8'],
    ['latin', 'it is not UTF-8 text'],
  ])('%s: %s', async (path, why) => {
    const message = await refusal(path)
    expect(message).toContain(`The file "${path}" of the input task-definition cannot be read: ${why}`)
  })
})

test('a named pipe is refused, and not waited for', async () => {
  execFileSync('mkfifo', [join(workspace, 'pipe')])
  expect(await refusal('pipe')).toContain('it is not a regular file')
})

test('what is written for later steps is for the user of the runner alone', async () => {
  const path = await openFiles(workspace, join(root, 'new')).writeTemporary('rendered/td.json', '{}')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('row F29: a temporary folder that cannot be written is told with the reason', async () => {
  const written = openFiles(workspace, '/dev/null').writeTemporary('td.json', '{}')
  expect(await written.then(() => 'it was written', said)).toMatch(
    /td\.json cannot be written[\s\S]*(ENOTDIR|EEXIST)[\s\S]*RUNNER_TEMP/,
  )
})
