import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readFolder, whyNoFolder } from '../../src/runner/folder.ts'
import { failure } from '../refusal.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** A workspace with `site/`, and a folder beside `site/` that is not part of it. */
function workspaceWith(make: (site: string, outside: string) => void): string {
  const workspace = temporaryFolder()
  for (const path of ['site/index.html', 'site/docs/page.html', 'outside/secret.txt']) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), path)
  }
  make(join(workspace, 'site'), join(workspace, 'outside'))
  return workspace
}

const pathsOf = async (workspace: string) => (await readFolder('site', workspace, () => true)).map(({ path }) => path)

test('Files, and links to files and folders of the same folder, are read in the order of their names', async () => {
  const workspace = workspaceWith((site) => {
    symlinkSync('index.html', join(site, 'home.html'))
    symlinkSync('docs', join(site, 'latest'))
  })
  expect(await pathsOf(workspace)).toEqual(['docs/page.html', 'home.html', 'index.html', 'latest/page.html'])
})

test.each<readonly [string, string, (site: string, outside: string) => void]>([
  [
    'a link to a file outside',
    'leads outside the folder',
    (site, outside) => symlinkSync(join(outside, 'secret.txt'), join(site, 'docs/x')),
  ],
  [
    'a link to a folder outside',
    'leads outside the folder',
    (site, outside) => symlinkSync(outside, join(site, 'docs/x')),
  ],
  ['a link to nothing', 'leads to no file', (site) => symlinkSync('none', join(site, 'docs/x'))],
  ['a link to a folder above it', 'form a loop', (site) => symlinkSync('..', join(site, 'docs/x'))],
  ['a named pipe', 'not a regular file', (site) => void execFileSync('mkfifo', [join(site, 'docs/x')])],
])('%s is refused: %s', async (_, why, make) => {
  const { code, why: given } = await failure(pathsOf(workspaceWith(make)))
  expect([code, given]).toEqual(['file-unreadable', expect.stringContaining(why)])
})

test('a path that is no folder is refused with the reason, a loop of links as well', () => {
  const workspace = workspaceWith((site) => symlinkSync('loop', join(site, 'loop')))
  expect(
    ['site', 'site/nope', 'site/index.html', 'site/loop', `site/${'x'.repeat(300)}`].map((path) =>
      whyNoFolder(join(workspace, path)),
    ),
  ).toEqual([
    undefined,
    'no such folder in the workspace',
    'it is a file, not a folder',
    'ELOOP: its symbolic links form a loop',
    expect.stringContaining('ENAMETOOLONG'),
  ])
})
