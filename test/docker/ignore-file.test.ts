/** The rules of .dockerignore, as a real engine keeps them. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { isIgnored, parseIgnoreFile } from '../../src/image/ignore-file.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { startEngine } from './own-engine.ts'

const execute = promisify(execFile)
const engine = await startEngine()
const withDocker = engine === undefined ? describe.skip : describe

afterAll(() => engine?.stop())

const paths = [
  'a.txt',
  'b.md',
  'README.md',
  'foo',
  'barfoo',
  '[x]',
  '*.star',
  'src/a.txt',
  'src/b.md',
  'src/foo/deep.txt',
  'src/deep/er/c.md',
  'docs/README.md',
  'docs/x/foo',
  'temp1',
  'temp12',
  'Äpfel',
  'a b/c d.txt',
]

/** Files of the context that arrived in an image. */
async function sentWith(content: string): Promise<readonly string[]> {
  const folder = temporaryFolder()
  for (const path of paths) {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), path)
  }
  await writeFile(join(folder, '.dockerignore'), content)
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /context/\nCMD ["x"]\n')
  await engine?.docker('build', '--quiet', '--tag', 'ignore:1', folder)
  const container = (await engine?.docker('create', 'ignore:1'))?.trim() ?? ''
  const archive = join(folder, 'image.tar')
  await engine?.docker('export', '--output', archive, container)
  const { stdout } = await execute('tar', ['--list', '--quoting-style=literal', '--file', archive], {
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
  })
  const files = stdout.split('\n').filter((name) => name.startsWith('context/') && !name.endsWith('/'))
  return files.map((name) => name.slice('context/'.length)).filter((name) => paths.includes(name))
}

withDocker('.dockerignore', () => {
  test.each([
    '*.md',
    '**/*.md',
    '*\n!src\n',
    '*.md\n!README.md',
    '!README.md\n*.md',
    'src\n!src/foo',
    'docs/**',
    '**/foo',
    'src/**/c.md',
    'temp?',
    '[a-b].*',
    '[^a].txt',
    '\\*.star',
    '/foo/\n  b.md  \n# temp1\n',
    './src/../docs',
    '../a.txt',
    'Ä*',
    'a b',
    '**\n!a.txt',
  ])('%j: what is hashed is what Docker sends', async (content) => {
    const rules = parseIgnoreFile(content)
    expect([...(await sentWith(content))].sort()).toEqual(paths.filter((path) => !isIgnored(rules, path)).sort())
  })

  test.each(['**foo', '*\n!src/**/*.md\n', '*\n!**foo'])(
    '%j: what is hashed is at least what Docker sends, whatever its version',
    async (content) => {
      const rules = parseIgnoreFile(content)
      const hashed = paths.filter((path) => !isIgnored(rules, path))
      expect((await sentWith(content)).filter((path) => !hashed.includes(path))).toEqual([])
    },
  )
})
