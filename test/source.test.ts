import { describe, expect, test } from '@jest/globals'
import {
  type Checkout,
  decideSource,
  refName,
  repositoryOf,
  repositoryUrl,
  type SourceEvent,
  sourceLine,
} from '../src/source.ts'
import { renderText, text } from '../src/text.ts'

const sha = (letter: string) => letter.repeat(40)
const event: SourceEvent = {
  name: 'push',
  sha: sha('e'),
  repository: 'acme/shop',
  serverUrl: 'https://github.com',
  commits: [{ sha: sha('e'), ref: 'refs/heads/main', branch: 'refs/heads/main' }],
}
const comment: SourceEvent = { ...event, name: 'issue_comment', standsFor: 'the last commit of the default branch' }
const at = (commit: string, more: Partial<Checkout> = {}): Checkout => ({
  root: '/w',
  commit,
  ref: undefined,
  remote: undefined,
  ...more,
})

describe('the commit that an input names', () => {
  test('comes before what is checked out, whose repository it is', () => {
    const named = decideSource(event, at(sha('1'), { remote: 'https://github.com/acme/other' }), { sha: sha('2') })
    expect(named).toMatchObject({
      revision: sha('2'),
      commit: sha('1'),
      repository: 'acme/other',
      ref: undefined,
      by: 'input',
    })
  })

  test('brings its own repository along', () => {
    expect(decideSource(event, at(sha('1')), { sha: sha('2'), repository: 'acme/x' })).toMatchObject({
      repository: 'acme/x',
    })
  })

  test('is the checkout itself where that is the same, branch included', () => {
    const named = decideSource(event, at(sha('1'), { ref: 'refs/heads/feature' }), { sha: sha('1') })
    expect(named).toMatchObject({ by: 'checkout', branch: 'refs/heads/feature', commit: sha('1') })
  })

  test('is what the event says where that is the same', () => {
    expect(decideSource(event, undefined, { sha: sha('e') })).toMatchObject({ by: 'input', branch: 'refs/heads/main' })
  })

  test('is all there is outside of GitHub Actions without a checkout; without it nothing is known', () => {
    const outside = { ...event, name: '', sha: '', commits: [] }
    expect(decideSource(outside, undefined, { sha: sha('2') })).toMatchObject({ revision: sha('2') })
    expect(decideSource(outside, undefined, undefined)).toBeUndefined()
    expect(decideSource(outside, at(sha('1')), undefined)).toMatchObject({ revision: sha('1'), by: 'checkout' })
  })
})

describe('the branch of a source', () => {
  test.each([
    [at(sha('1'), { ref: 'refs/heads/feature' }), 'refs/heads/feature'],
    [at(sha('1'), { ref: 'refs/tags/v1' }), undefined],
    [at(sha('1'), { ref: 'refs/pull/7/merge' }), 'refs/pull/7/head'],
    [at(sha('1')), undefined],
    [at(sha('e')), 'refs/heads/main'],
    [undefined, 'refs/heads/main'],
  ])('of %j is %s', (checkout, branch) => {
    expect(decideSource(event, checkout, undefined)?.branch).toBe(branch)
  })
})

describe('the repository of a remote', () => {
  test.each([
    [undefined, 'acme/shop'],
    ['https://github.com/acme/shop', 'acme/shop'],
    ['https://github.com/Acme/Shop.git', 'acme/shop'],
    ['https://x-access-token:ghs_1@github.com/acme/shop.git/', 'acme/shop'],
    ['git@github.com:acme/other.git', 'acme/other'],
    ['ssh://git@github.com:22/acme/other', 'acme/other'],
    ['ssh://git@ssh.github.com:443/acme/shop.git', 'ssh.github.com/acme/shop'],
    ['https://gitlab.example/group/sub/shop.git', 'gitlab.example/group/sub/shop'],
    ['git@gitlab.example:group/shop.git', 'gitlab.example/group/shop'],
    ['/srv/git/shop.git', 'acme/shop'],
    ['../shop', 'acme/shop'],
    ['file:///srv/git/shop', 'acme/shop'],
  ])('%s is %s', (remote, repository) => {
    expect(repositoryOf(remote, event)).toBe(repository)
  })

  test('does not matter for a commit that the event is about, as the head of a fork is', () => {
    const fork = at(sha('e'), { remote: 'https://github.com/fork/shop' })
    expect(decideSource(event, fork, undefined)?.repository).toBe('acme/shop')
    expect(decideSource(event, { ...fork, commit: sha('1') }, undefined)?.repository).toBe('fork/shop')
  })

  test('is at its own server', () => {
    expect(repositoryUrl('acme/shop', event)).toBe('https://github.com/acme/shop')
    expect(repositoryUrl('gitlab.example/group/shop', event)).toBe('https://gitlab.example/group/shop')
    expect(repositoryOf('https://ghe.example/acme/shop', { ...event, serverUrl: 'https://ghe.example' })).toBe(
      'acme/shop',
    )
  })
})

test.each([
  ['refs/heads/feature/x', 'feature/x'],
  ['refs/tags/v1', 'v1'],
  ['refs/pull/7/merge', '7/merge'],
  [undefined, ''],
])('%s is called %j', (ref, name) => {
  expect(refName(ref)).toBe(name)
})

describe('the line about a source', () => {
  const line = (told: SourceEvent, checkout: Checkout | undefined, named?: string, missing?: string) => {
    const source = decideSource(told, checkout, named === undefined ? undefined : { sha: named })
    const said = source && sourceLine(source, told, missing === undefined ? undefined : text`${missing}`)
    return said && renderText(said, (theirs) => theirs)
  }

  test.each([
    ['nothing where the event is checked out', line(event, at(sha('e'))), undefined],
    ['nothing where a commit was pushed and no checkout is needed', line(event, undefined), undefined],
    [
      'both where they differ',
      line(comment, at(sha('1'), { ref: 'refs/heads/feature' })),
      'Revision: 1111111 (feature), from the checkout; the event issue_comment has eeeeeee, the last commit of the default branch',
    ],
    [
      'the repository where it is another one',
      line(event, at(sha('1'), { remote: 'https://github.com/acme/infra' })),
      'Revision: 1111111 (acme/infra), from the checkout; the event push has eeeeeee',
    ],
    [
      'where the event is all there is, and may be about something else',
      line(comment, undefined),
      'Revision: eeeeeee, from the event issue_comment, the last commit of the default branch. To use another commit, set the input revision.',
    ],
    [
      'that a checkout is missing',
      line(event, undefined, undefined, 'no Git checkout at "."'),
      'Revision: eeeeeee, from the event push; no Git checkout at ".". To use another commit, set the input revision.',
    ],
    [
      'that the event has no name',
      line({ ...event, name: '' }, undefined, undefined, 'no Git checkout at "."'),
      'Revision: eeeeeee, from GITHUB_SHA; no Git checkout at ".". To use another commit, set the input revision.',
    ],
    ['the input', line(event, undefined, sha('2')), 'Revision: 2222222, set by the input revision'],
    [
      'the input and the checkout',
      line(event, at(sha('1')), sha('2')),
      'Revision: 2222222, set by the input revision; the checkout has 1111111',
    ],
    [
      'the checkout outside of GitHub Actions',
      line({ ...event, name: '', sha: '' }, at(sha('1'))),
      'Revision: 1111111, from the checkout',
    ],
  ])('says %s', (_, said, expected) => {
    expect(said).toBe(expected)
  })
})

test('an input that names the merge commit of a checked out pull request keeps what is known of it', () => {
  const [merge, head] = [sha('3'), sha('4')]
  const pull = { sha: merge, head, ref: 'refs/pull/7/merge', branch: 'refs/heads/topic', pullRequest: 7, title: 'Fix' }
  const of = (named: string) => decideSource({ ...event, sha: merge, commits: [pull] }, at(merge), { sha: named })
  expect(of(merge)).toMatchObject({ revision: merge, commit: merge, pullRequest: 7, title: 'Fix', by: 'checkout' })
  expect(of(head)).toMatchObject({ revision: head, commit: merge, pullRequest: 7, branch: 'refs/heads/topic' })
})
