import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { eventOf } from '../../src/github/event.ts'
import { eventCommits } from '../../src/github/event-commits.ts'
import { type Checkout, decideSource } from '../../src/source.ts'

const sha = (letter: string) => letter.repeat(40)
const [event, head, merge, other] = [sha('e'), sha('1'), sha('2'), sha('0')]
const main = 'refs/heads/main'
const repository = 'acme/shop'
const variables = (name: string, more: Record<string, string> = {}) => ({
  GITHUB_EVENT_NAME: name,
  GITHUB_SHA: event,
  GITHUB_REF: main,
  GITHUB_REPOSITORY: repository,
  ...more,
})
const checkout = (commit: string | undefined, ref?: string): Checkout => ({
  root: '/w',
  commit,
  ref,
  remote: undefined,
})
const pull = (more: object = {}) => ({
  pull_request: {
    number: 7,
    title: 'Fix it\nreally',
    head: { sha: head, ref: 'feature', repo: { full_name: repository } },
    base: { ref: 'main' },
    merge_commit_sha: merge,
    merged: false,
    ...more,
  },
})
const previewed = { GITHUB_REF: 'refs/pull/7/merge', GITHUB_SHA: merge }

describe('the source of what is checked out', () => {
  // Name, variables, payload, what is checked out, and what that is.
  test.each<[string, Record<string, string>, object, string | undefined, object]>([
    [
      'push',
      {},
      { head_commit: { id: event, message: 'One\n\ntwo' } },
      event,
      { revision: event, ref: main, branch: main, title: 'One' },
    ],
    ['push', {}, { head_commit: { id: other, message: 'One' } }, event, { revision: event, title: undefined }],
    ['push', { GITHUB_REF: 'refs/tags/v1' }, {}, event, { revision: event, ref: 'refs/tags/v1', branch: undefined }],
    [
      'push',
      { GITHUB_REF: 'refs/heads/gone' },
      { deleted: true, head_commit: null },
      event,
      { revision: event, ref: undefined, branch: undefined },
    ],
    ['push', {}, {}, other, { revision: other, ref: undefined, branch: undefined, title: undefined }],
    [
      'pull_request',
      previewed,
      pull(),
      merge,
      {
        revision: head,
        commit: merge,
        ref: 'refs/pull/7/merge',
        branch: 'refs/heads/feature',
        pullRequest: 7,
        title: 'Fix it',
      },
    ],
    ['pull_request_review', previewed, pull(), merge, { revision: head, pullRequest: 7 }],
    [
      'pull_request',
      previewed,
      pull(),
      head,
      { revision: head, commit: head, ref: 'refs/pull/7/head', branch: 'refs/heads/feature', pullRequest: 7 },
    ],
    ['pull_request', previewed, pull(), other, { revision: other, pullRequest: undefined, title: undefined }],
    [
      'pull_request',
      previewed,
      pull({ head: { sha: head, ref: 'main', repo: { full_name: 'fork/shop' } } }),
      merge,
      { revision: head, branch: 'refs/pull/7/head' },
    ],
    [
      'pull_request',
      previewed,
      pull({ head: { sha: head, ref: 'main', repo: null } }),
      merge,
      { revision: head, branch: 'refs/pull/7/head' },
    ],
    [
      'pull_request',
      { GITHUB_SHA: merge },
      pull({ merged: true }),
      merge,
      { revision: merge, ref: main, branch: main, pullRequest: undefined, title: 'Fix it' },
    ],
    ['pull_request', { ...previewed }, pull({ merged: true }), merge, { revision: merge, branch: main }],
    ['pull_request', { ...previewed, GITHUB_SHA: other }, pull({ merged: true }), other, { revision: head }],
    [
      'pull_request_target',
      {},
      pull(),
      event,
      { revision: event, ref: main, branch: main, pullRequest: undefined, title: undefined },
    ],
    [
      'pull_request_target',
      {},
      pull(),
      head,
      { revision: head, branch: 'refs/heads/feature', pullRequest: 7, title: 'Fix it' },
    ],
    ['pull_request_target', {}, pull(), merge, { revision: head, ref: 'refs/pull/7/merge', pullRequest: 7 }],
    ['issue_comment', {}, { issue: { number: 7, pull_request: {} } }, event, { revision: event, ref: main }],
    [
      'issue_comment',
      {},
      { issue: { number: 7, pull_request: {} } },
      head,
      { revision: head, ref: undefined, branch: undefined, pullRequest: undefined },
    ],
    [
      'workflow_run',
      {},
      {
        workflow_run: {
          head_sha: head,
          head_branch: 'feature',
          event: 'push',
          head_commit: { id: head, message: 'Two' },
        },
      },
      head,
      { revision: head, branch: undefined, title: 'Two' },
    ],
    [
      'workflow_run',
      {},
      {
        workflow_run: {
          head_sha: head,
          head_branch: 'feature',
          event: 'pull_request',
          head_repository: { full_name: repository },
          repository: { full_name: repository },
        },
      },
      head,
      { revision: head, branch: 'refs/heads/feature' },
    ],
    [
      'workflow_run',
      {},
      {
        workflow_run: {
          head_sha: head,
          head_branch: 'main',
          event: 'pull_request',
          head_repository: { full_name: 'fork/shop' },
          repository: { full_name: repository },
        },
      },
      head,
      { revision: head, branch: undefined },
    ],
    [
      'merge_group',
      { GITHUB_REF: 'refs/heads/gh-readonly-queue/main/pr-7' },
      { merge_group: { head_commit: { id: event, message: 'Merge' } } },
      event,
      { revision: event, title: 'Merge' },
    ],
    ['release', { GITHUB_REF: 'refs/tags/v1' }, {}, event, { revision: event, ref: 'refs/tags/v1', branch: undefined }],
    ['deployment', { GITHUB_REF: '' }, {}, event, { revision: event, ref: undefined, branch: undefined }],
    ['workflow_dispatch', {}, { inputs: { ref: head } }, head, { revision: head, ref: undefined }],
    ['schedule', {}, {}, event, { revision: event, ref: main }],
    [
      'repository_dispatch',
      {},
      { client_payload: { sha: head } },
      undefined,
      { revision: event, commit: undefined, by: 'event' },
    ],
    ['pull_request', previewed, pull(), undefined, { revision: head, commit: undefined, pullRequest: 7, by: 'event' }],
    ['pull_request', previewed, {}, undefined, { revision: merge, pullRequest: 7, branch: 'refs/pull/7/head' }],
  ])('%s %j %j with %s', (name, more, payload, commit, expected) => {
    expect(decideSource(eventOf(variables(name, more), { ...payload }), checkout(commit), undefined)).toMatchObject(
      expected,
    )
  })

  test('a payload with other shapes than documented is no reason to stop', () => {
    for (const payload of [
      { pull_request: 7 },
      { pull_request: { head: [] } },
      { workflow_run: { head_sha: 1 } },
      { merge_group: null },
    ])
      expect(decideSource(eventOf(variables('push'), payload), undefined, undefined)?.revision).toBe(event)
  })
})

describe('what GITHUB_SHA stands for', () => {
  test.each([
    ['push', {}, undefined],
    ['push', { deleted: true }, /default branch/],
    ['pull_request', {}, undefined],
    ['schedule', {}, undefined],
    ['issue_comment', {}, /default branch/],
    ['workflow_run', {}, /default branch/],
    ['pull_request_target', {}, /default branch/],
    ['an_event_of_tomorrow', {}, /default branch/],
    ['', {}, undefined],
  ])('%s %j', (name, payload, meaning) => {
    const { standsFor } = eventOf(variables(name), payload)
    if (meaning === undefined) expect(standsFor).toBeUndefined()
    else expect(standsFor).toMatch(meaning)
  })

  test('the documentation lists every event', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/revision.md'), 'utf8')
    for (const [name, { sha: meaning }] of Object.entries(eventCommits))
      expect(page).toMatch(new RegExp(`\`${name}\`.*${meaning.slice(0, 20)}`))
  })
})
