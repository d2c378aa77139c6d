/** Files that commands write: shown first, all or none, and never over work that git does not have. */
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { CliWorld } from '../../src/cli/command.ts'
import { unifiedDiff } from '../../src/cli/unified-diff.ts'
import { type NewFile, writeFiles } from '../../src/cli/write-files.ts'
import { systemClock } from '../../src/clock.ts'
import { Failure } from '../../src/failure.ts'
import { gitRepository } from '../git/repository.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type CliScene, cliScene } from './cli-scene.ts'

interface Given {
  readonly force?: boolean
  readonly check?: boolean
  readonly answer?: string
}

async function write({ directory }: Pick<CliScene, 'directory'>, files: readonly NewFile[], given: Given = {}) {
  const shown: string[] = []
  const questions: string[] = []
  const world: CliWorld = {
    directory,
    environment: { PATH: process.env.PATH },
    out: () => {},
    err: () => {},
    ask:
      given.answer === undefined
        ? undefined
        : async (question) => {
            questions.push(question)
            return given.answer ?? ''
          },
    fetch,
    clock: systemClock,
    signal: new AbortController().signal,
  }
  const options = { force: given.force ?? false, check: given.check ?? false, show: (diff: string) => shown.push(diff) }
  try {
    const written = await writeFiles(files, options, world)
    return { states: written.map(({ state }) => state), shown: shown.join(''), questions }
  } catch (error) {
    return { failure: error instanceof Failure ? error.parts : error, shown: shown.join(''), questions }
  }
}

describe('without git', () => {
  test('new files are created with their folders, and shown; a second time nothing is done', async () => {
    const scene = cliScene()
    const files = [{ path: '.github/workflows/ship.yml', content: 'on: push\n' }]
    expect(await write(scene, files)).toEqual({
      states: ['created'],
      shown: '--- /dev/null\n+++ b/.github/workflows/ship.yml\n@@ -0,0 +1 @@\n+on: push\n',
      questions: [],
    })
    expect(scene.read('.github/workflows/ship.yml')).toBe('on: push\n')
    expect(await write(scene, files)).toEqual({ states: ['unchanged'], shown: '', questions: [] })
    expect(readdirSync(join(scene.directory, '.github/workflows'))).toEqual(['ship.yml'])
  })

  test('an existing file is not overwritten unless it is forced or agreed to, and then none is written', async () => {
    const scene = cliScene({ 'slipway.yml': 'mine\n' })
    const files = [
      { path: 'new.yml', content: 'new\n' },
      { path: 'slipway.yml', content: 'ours\n' },
    ]
    for (const given of [{}, { answer: '' }, { answer: 'no' }]) {
      const { failure } = await write(scene, files, given)
      expect(failure).toMatchObject({ code: 'file-unwritable', what: ['No file was written'] })
      expect(readdirSync(scene.directory)).toEqual(['slipway.yml'])
    }
    expect(await write(scene, files, { answer: 'y' })).toMatchObject({
      states: ['created', 'changed'],
      questions: ['Overwrite slipway.yml, which git has no committed copy of? [y/N] '],
    })
    expect(scene.read('slipway.yml')).toBe('ours\n')
    expect(await write(scene, [{ path: 'slipway.yml', content: 'again\n' }], { force: true })).toMatchObject({
      states: ['changed'],
    })
  })

  test('with check, the difference is shown and nothing is written', async () => {
    const scene = cliScene({ 'slipway.yml': 'mine\n' })
    const { states, shown } = await write(scene, [{ path: 'slipway.yml', content: 'ours\n' }], { check: true })
    expect([states, shown]).toEqual([['changed'], '--- a/slipway.yml\n+++ b/slipway.yml\n@@ -1 +1 @@\n-mine\n+ours\n'])
    expect(scene.read('slipway.yml')).toBe('mine\n')
  })

  test('the mode of a file is kept, and a link inside the folder stays one', async () => {
    const scene = cliScene({ 'deploy.sh': 'old\n' })
    chmodSync(join(scene.directory, 'deploy.sh'), 0o755)
    symlinkSync('deploy.sh', join(scene.directory, 'link.sh'))
    await write(scene, [{ path: 'link.sh', content: 'new\n' }], { force: true })
    expect(scene.read('deploy.sh')).toBe('new\n')
    expect(statSync(join(scene.directory, 'deploy.sh')).mode & 0o777).toBe(0o755)
  })

  test.each(['../outside.yml', '/tmp/outside.yml', 'away/outside.yml'])('%s is outside of the folder', async (path) => {
    const scene = cliScene()
    symlinkSync(temporaryFolder(), join(scene.directory, 'away'))
    const { failure } = await write(scene, [{ path, content: 'x' }], { force: true })
    expect(failure).toMatchObject({ code: 'file-unwritable' })
  })

  test('when one file cannot be written, none is changed and nothing half-written is left', async () => {
    const scene = cliScene({ 'slipway.yml': 'mine\n', file: '' })
    const { failure } = await write(
      scene,
      [
        { path: 'slipway.yml', content: 'ours\n' },
        { path: 'file/below.yml', content: 'x' },
      ],
      { force: true },
    )
    expect(failure).toMatchObject({ code: 'file-unwritable' })
    expect(scene.read('slipway.yml')).toBe('mine\n')
    expect(readdirSync(scene.directory)).toEqual(['file', 'slipway.yml'])
  })

  test('then no folder is left that was made for it, and what was there stays', async () => {
    const scene = cliScene({ file: '', 'kept/one.yml': 'one\n' })
    const { failure } = await write(scene, [
      { path: '.github/workflows/ship.yml', content: 'on: push\n' },
      { path: 'kept/new/two.yml', content: 'two\n' },
      { path: 'file/slipway.yml', content: 'version: 1\n' },
    ])
    expect(failure).toMatchObject({ code: 'file-unwritable' })
    expect(readdirSync(scene.directory, { recursive: true }).sort()).toEqual(['file', 'kept', 'kept/one.yml'])
  })
})

describe('in a git repository', () => {
  test('what is committed is overwritten without a question, and a change of it is not', async () => {
    const repository = gitRepository({ 'app/slipway.yml': 'mine\n' })
    const scene = { directory: join(repository.folder, 'app') }
    const files = [{ path: 'slipway.yml', content: 'ours\n' }]
    expect(await write(scene, files)).toMatchObject({ states: ['changed'] })
    expect(await write(scene, [{ path: 'slipway.yml', content: 'again\n' }])).toMatchObject({
      failure: { code: 'file-unwritable' },
    })
    repository.git('checkout', '-q', '.')
    expect(await write(scene, files)).toMatchObject({ states: ['changed'] })
  })
})

test('a file that git ignores has no committed copy either', async () => {
  const repository = gitRepository({ '.gitignore': 'slipway.yml\n' })
  repository.write('slipway.yml', 'mine\n')
  const { failure } = await write({ directory: repository.folder }, [{ path: 'slipway.yml', content: 'ours\n' }])
  expect(failure).toMatchObject({ code: 'file-unwritable' })
})

describe('the diff', () => {
  const lines = (...numbers: readonly number[]) => numbers.map((number) => `${number}\n`).join('')
  const twenty = Array.from({ length: 20 }, (_, index) => index + 1)

  test.each([
    ['nothing', 'a\n', 'a\n', ''],
    ['a removed line', lines(1, 2, 3), lines(1, 3), '@@ -1,3 +1,2 @@\n 1\n-2\n 3\n'],
    ['an emptied file', 'a\n', '', '@@ -1 +0,0 @@\n-a\n'],
    ['a lost line feed', 'a\n', 'a', '@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n'],
    [
      'two distant changes',
      lines(...twenty),
      lines(0, ...twenty.slice(1, 18), 99, 20),
      '@@ -1,4 +1,4 @@\n-1\n+0\n 2\n 3\n 4\n@@ -16,5 +16,5 @@\n 16\n 17\n 18\n-19\n+99\n 20\n',
    ],
  ])('of %s', (_, before, after, expected) => {
    expect(unifiedDiff('f', before, after)).toBe(expected && `--- a/f\n+++ b/f\n${expected}`)
  })

  test('is one that git applies', () => {
    const repository = gitRepository({ f: lines(...twenty) })
    const after = lines(
      ...twenty.filter((number) => number % 7 !== 0).flatMap((n) => (n % 5 === 0 ? [n, n * 10] : [n])),
    )
    execFileSync('git', ['-C', repository.folder, 'apply'], { input: unifiedDiff('f', lines(...twenty), after) })
    expect(readFileSync(join(repository.folder, 'f'), 'utf8')).toBe(after)
  })

  test('of two large files with nothing in common has all of both', () => {
    const [before, after] = ['a', 'b'].map((word) => `${word}\n`.repeat(3000))
    expect(unifiedDiff('f', before, after ?? '').split('\n')).toHaveLength(6004)
  })
})
