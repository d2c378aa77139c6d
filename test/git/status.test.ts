import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readStatus, readTags } from '../../src/git/status.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { commitTime, type GitRepository, gitRepository } from './repository.ts'

const files = { 'README.md': 'hello', 'src/a.js': 'a', '.gitignore': 'dist\n' }
const signal = new AbortController().signal
const status = ({ folder: root }: Pick<GitRepository, 'folder'>, environment = process.env) =>
  readStatus({ root, environment, signal })

describe('what git says of a checkout', () => {
  test('of one that is as its commit: no changes, and when that was made', async () => {
    const repository = gitRepository(files)
    repository.write('dist/built.js', 'ignored')
    expect(await status(repository)).toEqual({ kind: 'known', changed: [], committedAt: commitTime })
  })

  test('of one that is not: changed, new and deleted files, moved ones under both names', async () => {
    const repository = gitRepository({ ...files, 'moved.txt': 'x'.repeat(100) })
    repository.write('README.md', 'changed')
    repository.write('new folder/ä.js', 'new')
    repository.git('rm', '--quiet', 'src/a.js')
    repository.git('mv', 'moved.txt', 'renamed.txt')
    const found = await status(repository)
    expect(found.kind === 'known' && [...found.changed].sort()).toEqual(
      ['README.md', 'moved.txt', 'new folder/ä.js', 'renamed.txt', 'src/a.js'].sort(),
    )
  })

  test('is not known without git, and says so', async () => {
    const repository = gitRepository(files)
    expect(await status(repository, { PATH: '/nonexistent' })).toEqual({ kind: 'unknown', why: 'git is not installed' })
  })

  test('is not known where git refuses, in the words of git', async () => {
    expect(await status({ folder: temporaryFolder() })).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/git reports: fatal: not a git repository/),
    })
  })

  test('runs no file system monitor that the repository configures', async () => {
    const repository = gitRepository(files)
    const proof = join(temporaryFolder(), 'proof')
    const monitor = join(repository.folder, '.git/monitor')
    writeFileSync(monitor, `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    repository.git('config', 'core.fsmonitor', monitor)
    expect((await status(repository)).kind).toBe('known')
    expect(existsSync(proof)).toBe(false)
  })

  test('names the tags of HEAD, also annotated ones', async () => {
    const repository = gitRepository(files)
    repository.git('tag', 'v1.2.3', '--annotate', '--message', 'release')
    const { folder: root } = repository
    expect(await readTags({ root, environment: process.env, signal })).toEqual(['refs/tags/v1.2.3'])
    repository.write('README.md', 'more')
    repository.commit()
    expect(await readTags({ root, environment: process.env, signal })).toEqual([])
    expect(await readTags({ root, environment: { PATH: '/nonexistent' }, signal })).toEqual([])
  })
})
