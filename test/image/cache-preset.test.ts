import { describe, expect, test } from '@jest/globals'
import { actionsCache, type CacheSource, cacheNames, folderCache, registryCache } from '../../src/image/cache-preset.ts'
import { isTag } from '../../src/image/reference.ts'

const usual = { context: '.', platforms: [] }
const push = { event: 'push', defaultBranch: 'main' }
const pull = { event: 'pull_request', pullRequest: 7, headBranch: 'topic', baseRef: 'release', defaultBranch: 'main' }

describe('the caches', () => {
  test.each<[string, CacheSource, readonly string[], string | undefined]>([
    ['the default branch', { ...push, ref: 'refs/heads/main' }, ['cache-main'], 'cache-main'],
    ['another branch', { ...push, ref: 'refs/heads/topic' }, ['cache-topic', 'cache-main'], 'cache-topic'],
    [
      'a pull request',
      { ...pull, ref: 'refs/pull/7/merge' },
      ['cache-topic', 'cache-release', 'cache-main'],
      undefined,
    ],
    // The checkout of such a run is that of the base branch, and its event that of anybody.
    [
      'a pull request of the base',
      { ...pull, event: 'pull_request_target', pullRequest: undefined, ref: 'refs/heads/main' },
      ['cache-topic', 'cache-release', 'cache-main'],
      undefined,
    ],
    [
      'the pull request that another event is about',
      { ...push, event: 'issue_comment', pullRequest: 7, ref: 'refs/heads/main' },
      ['cache-main'],
      undefined,
    ],
    [
      'a merge queue',
      { ...push, event: 'merge_group', ref: 'refs/heads/gh-readonly-queue/rel/1/pr-7-0a1b2c' },
      ['cache-rel-1-ca046b25', 'cache-main'],
      undefined,
    ],
    ['a tag', { ...push, ref: 'refs/tags/v1', baseRef: 'main' }, ['cache-main'], undefined],
    ['nothing that is known', {}, [], undefined],
  ])('of %s', (_, source, read, write) => {
    expect(cacheNames(source, usual)).toEqual({ read, write })
  })

  const nameOf = (branch: string, variant: object = {}) =>
    cacheNames({ event: 'push', ref: `refs/heads/${branch}` }, { ...usual, ...variant }).write ?? ''

  test('have names that are tags, and no two branches or builds have the same one', () => {
    const branches = ['a/b', 'a-b', 'a--b', 'ä', 'ö', 'x'.repeat(300), 'x'.repeat(301), 'renovate/lock file', '-', '.']
    const variants = [{ target: 'web' }, { platforms: ['linux/arm64'] }, { file: 'web' }, { context: 'web' }]
    const names = [...branches.map((branch) => nameOf(branch)), ...variants.map((variant) => nameOf('main', variant))]
    expect(names.filter((name) => !isTag(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })

  test('are the same one whatever the order of platforms is', () => {
    const [one, other] = ['linux/amd64', 'linux/arm64']
    expect(nameOf('main', { platforms: [one, other] })).toBe(nameOf('main', { platforms: [other, one] }))
  })
})

test('a git address has the same cache in the next commit', () => {
  const nameAt = (commit: string) => {
    const context = `https://github.com/acme/shop.git#${commit.repeat(40)}:web`
    return cacheNames({ event: 'push', ref: 'refs/heads/main' }, { ...usual, context }).write
  }
  expect(nameAt('a')).toBe(nameAt('b'))
})

describe('the options', () => {
  const names = { read: ['cache-topic', 'cache-main'], write: 'cache-topic' }
  const readOnly = { ...names, write: undefined }

  test('of a registry are what ECR takes', () => {
    expect(registryCache(names, 'host/api')).toEqual({
      cacheFrom: ['type=registry,ref=host/api:cache-topic', 'type=registry,ref=host/api:cache-main'],
      cacheTo: [
        'type=registry,ref=host/api:cache-topic,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true',
      ],
    })
    expect(registryCache(readOnly, 'host/api').cacheTo).toEqual([])
  })

  test('of GitHub Actions have a scope for each branch', () => {
    expect(actionsCache(names)).toEqual({
      cacheFrom: ['type=gha,scope=cache-topic', 'type=gha,scope=cache-main'],
      cacheTo: ['type=gha,scope=cache-topic,mode=max,ignore-error=true'],
    })
    expect(actionsCache(readOnly).cacheTo).toEqual([])
  })

  test('of a folder write beside it', () => {
    expect(folderCache(names, { read: 'a,b', write: 'a,b.new' })).toEqual({
      cacheFrom: ['type=local,"src=a,b"'],
      cacheTo: ['type=local,"dest=a,b.new",mode=max'],
    })
    expect(folderCache(readOnly, { read: 'a', write: 'b' }).cacheTo).toEqual([])
  })
})
