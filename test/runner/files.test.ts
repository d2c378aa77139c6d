import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
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
  test.each([
    ['deploy/api.json', true],
    ['link.json', true],
    ['deploy', false],
    ['loop', false],
    ['missing', false],
    ['deploy/api.json/below', false],
  ])('%s is one: %s', async (path, isFile) => {
    expect(await files.exists(path)).toBe(isFile)
  })

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

test.each([
  ['the largest', Buffer.alloc(1024 * 1024, 0x20)],
  ['nothing', Buffer.alloc(0)],
  ['one that begins like UTF-16 and is not', Buffer.from('\u07ff')],
])('%s is read', async (_, content) => {
  writeFileSync(join(workspace, 'content'), content)
  expect(content.equals(await files.readBytes('content', 'file'))).toBe(true)
  expect((await files.readText('content', 'file')) === content.toString()).toBe(true)
})

test.each([
  ['UTF-16 of the other order', [0xfe, 0xff, 0, 0x7b], 'it is UTF-16; save it as UTF-8'],
  ['half a mark', [0xff, 0x41], 'it is not UTF-8 text'],
  ['half of the other mark', [0xfe, 0x41], 'it is not UTF-8 text'],
  ['the second half of a mark', [0x41, 0xfe], 'it is not UTF-8 text'],
  ['the second half of the other mark', [0x41, 0xff], 'it is not UTF-8 text'],
])('%s is refused', async (_, bytes, why) => {
  writeFileSync(join(workspace, 'content'), Buffer.from(bytes))
  expect(await refusal('content')).toBe(
    `The file "content" of the input task-definition cannot be read: ${why}. Correct the path (it is relative to the workspace) or the file.`,
  )
})

test('a file that may not be read, or whose path is none, is told by the reason', async () => {
  writeFileSync(join(workspace, 'locked'), 'x')
  chmodSync(join(workspace, 'locked'), 0)
  const isRoot = process.getuid?.() === 0
  expect(await refusal('locked')).toContain(isRoot ? 'it was read' : 'permission denied (EACCES)')
  expect(await refusal('deploy/api.json/x')).toMatch(/cannot be read: .*ENOTDIR: not a directory/)
  expect(await refusal('a\0b')).toMatch(/cannot be read: .*null bytes/)
})

test('a file is closed once it is read or refused', async () => {
  const next = () => {
    const file = openSync(join(workspace, 'deploy/api.json'), 'r')
    closeSync(file)
    return file
  }
  const before = next()
  for (let count = 0; count < 5; count++) {
    await files.readText('deploy/api.json', 'file')
    await refusal('deploy')
  }
  expect(next()).toBe(before)
})

test('a file is there or not, and what is written has its content', async () => {
  expect(await files.exists('deploy/api.json')).toBe(true)
  expect(await files.exists('deploy/other.json')).toBe(false)
  expect(readFileSync(await files.writeTemporary('td.json', '{"a": 1}'), 'utf8')).toBe('{"a": 1}')
})

test('a file with nearly the same name in the same folder is named; one outside the workspace is not', async () => {
  writeFileSync(join(workspace, 'slipway.yaml'), '')
  symlinkSync(root, join(workspace, 'outside'))
  expect(await refusal('slipway.yml')).toContain('did you mean slipway.yaml in the same folder?')
  expect(await refusal('deploy/apii.json')).toContain('did you mean api.json in the same folder?')
  expect(await refusal('outside/secrets')).toContain('is the repository checked out before this step?')
  expect(await refusal('nowhere/apii.json')).toContain('is the repository checked out before this step?')
})
