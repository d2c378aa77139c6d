import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { findCheckout } from '../../src/git/checkout.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { gitIn, gitRepository } from './repository.ts'

const madeFolder = (path: string) => {
  mkdirSync(path)
  return path
}
const files = { 'README.md': 'hello', 'api/Dockerfile': 'FROM scratch' }

describe('the checkout that a folder lies in', () => {
  test('is read from its files: commit, branch and remote', () => {
    const { folder, git } = gitRepository(files)
    git('remote', 'add', 'upstream', 'https://github.com/other/api')
    git('remote', 'add', 'origin', 'https://github.com/acme/api')
    const head = git('rev-parse', 'HEAD')
    const found = { root: folder, commit: head, ref: 'refs/heads/main', remote: 'https://github.com/acme/api' }
    expect(findCheckout(join(folder, 'api'), folder)).toEqual(found)
    expect(findCheckout(folder, folder)).toEqual(found)
    expect(findCheckout(join(folder, 'not/there'), folder)).toEqual(found)
  })

  test('has its commit also when refs are packed', () => {
    const { folder, git, write, commit } = gitRepository(files)
    git('branch', 'main2')
    write('README.md', 'more')
    const head = commit()
    git('pack-refs', '--all')
    expect(findCheckout(folder, folder)).toMatchObject({ commit: head, ref: 'refs/heads/main' })
  })

  test.each(['merge', 'head'])('is the pull request whose %s actions/checkout left HEAD at', (kind) => {
    const { folder, git } = gitRepository(files)
    const head = git('rev-parse', 'HEAD')
    git('update-ref', `refs/remotes/pull/7/${kind}`, head)
    git('checkout', '--quiet', '--detach')
    expect(findCheckout(folder, folder)).toMatchObject({ commit: head, ref: `refs/pull/7/${kind}` })
  })

  test('says nothing of a branch where HEAD is detached', () => {
    const { folder, git } = gitRepository(files)
    git('checkout', '--quiet', '--detach')
    expect(findCheckout(folder, folder)).toMatchObject({ commit: git('rev-parse', 'HEAD'), ref: undefined })
  })

  test('is that of a shallow clone, a sparse one and one with several branches', () => {
    const origin = gitRepository(files)
    origin.git('checkout', '--quiet', '-b', 'feature/x')
    origin.write('README.md', 'more')
    const head = origin.commit()
    for (const options of [['--depth=1'], ['--sparse'], ['--no-single-branch', '--branch=feature/x']]) {
      const clone = temporaryFolder()
      gitIn(clone, 'clone', '--quiet', ...options, `file://${origin.folder}`, '.')
      expect(findCheckout(clone, clone)).toMatchObject({ commit: head, ref: 'refs/heads/feature/x' })
    }
  })

  test('is that of a worktree', () => {
    const { git } = gitRepository(files)
    git('remote', 'add', 'origin', 'git@github.com:acme/api.git')
    const worktree = join(temporaryFolder(), 'tree')
    git('worktree', 'add', '--quiet', '-b', 'feature', worktree)
    git('pack-refs', '--all')
    expect(findCheckout(worktree, worktree)).toMatchObject({
      commit: git('rev-parse', 'HEAD'),
      ref: 'refs/heads/feature',
      remote: 'git@github.com:acme/api.git',
    })
  })

  test('is the submodule itself for a folder in it', () => {
    const library = gitRepository({ 'lib.c': '' })
    const { folder, git, commit } = gitRepository(files)
    git('submodule', '--quiet', 'add', `file://${library.folder}`, 'lib')
    const head = commit()
    expect(findCheckout(join(folder, 'lib'), folder)).toMatchObject({
      root: join(folder, 'lib'),
      commit: library.git('rev-parse', 'HEAD'),
      remote: `file://${library.folder}`,
    })
    expect(findCheckout(folder, folder)?.commit).toBe(head)
  })

  test('is another one for a checkout into a folder of the workspace', () => {
    const workspace = gitRepository(files)
    const inner = gitRepository({ 'app.js': '' }, madeFolder(join(workspace.folder, 'app')))
    expect(findCheckout(join(workspace.folder, 'app'), workspace.folder)?.commit).toBe(inner.git('rev-parse', 'HEAD'))
  })

  test('is followed through a link to it', () => {
    const { folder, git } = gitRepository(files)
    const workspace = temporaryFolder()
    symlinkSync(folder, join(workspace, 'app'))
    expect(findCheckout(join(workspace, 'app'), workspace)?.commit).toBe(git('rev-parse', 'HEAD'))
  })

  test('is not looked for above the workspace', () => {
    const { folder } = gitRepository(files)
    expect(findCheckout(join(folder, 'api'), join(folder, 'api'))).toBeUndefined()
  })

  test('is none after a checkout without git, which downloads the files alone', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'api'))
    expect(findCheckout(join(folder, 'api'), folder)).toBeUndefined()
    mkdirSync(join(folder, '.git'))
    expect(findCheckout(folder, folder)).toBeUndefined()
  })

  test('has no commit before the first one', () => {
    const { folder } = gitRepository({})
    expect(findCheckout(folder, folder)).toMatchObject({ commit: undefined, ref: 'refs/heads/main' })
  })

  test.each([
    ['another format of refs', 'ref: refs/heads/.invalid'],
    ['a path that leads out', 'ref: refs/heads/../../../secret'],
    ['something else', 'hello'],
    ['a commit that is cut short', 'c94f355'],
  ])('has no commit where HEAD holds %s', (_, head) => {
    const { folder } = gitRepository(files)
    writeFileSync(join(folder, 'secret'), 'c'.repeat(40))
    writeFileSync(join(folder, '.git/HEAD'), `${head}\n`)
    expect(findCheckout(folder, folder)).toMatchObject({ commit: undefined, ref: undefined })
  })

  test('has no remote where there is none', () => {
    const { folder, git } = gitRepository(files)
    git('config', 'url.https://x.example/.insteadOf', 'origin:')
    expect(findCheckout(folder, folder)?.remote).toBeUndefined()
  })

  const asRoot = process.getuid?.() === 0 ? test : test.skip
  asRoot('is known where git refuses it as that of another user', () => {
    const { folder, git } = gitRepository(files)
    const head = git('rev-parse', 'HEAD')
    for (const path of [folder, join(folder, '.git')]) chownSync(path, 12345, 12345)
    expect(() => git('status')).toThrow(/dubious ownership/)
    expect(findCheckout(folder, folder)?.commit).toBe(head)
  })

  test('needs no git, and none of its permissions', () => {
    const { folder, git } = gitRepository(files)
    const head = git('rev-parse', 'HEAD')
    // What git would not take for a repository any more.
    rmSync(join(folder, '.git/objects'), { recursive: true })
    renameSync(join(folder, '.git/index'), join(folder, '.git/index-away'))
    chmodSync(join(folder, '.git'), 0o555)
    expect(() => git('status')).toThrow()
    expect(findCheckout(folder, folder)?.commit).toBe(head)
    chmodSync(join(folder, '.git'), 0o755)
  })
})
