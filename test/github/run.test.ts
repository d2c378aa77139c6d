import { expect, test } from '@jest/globals'
import { readRun } from '../../src/github/run.ts'
import { untrusted } from '../../src/text.ts'

const environment = {
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'acme/api',
  GITHUB_RUN_ID: '8812345678',
  GITHUB_RUN_NUMBER: '512',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_SHA: '1a2b3c4',
  GITHUB_REF_NAME: 'main',
  GITHUB_ACTOR: 'ann',
  GITHUB_TRIGGERING_ACTOR: 'bob',
}

test('the run is that of the variables; who started it again is who acts', () => {
  expect(readRun(environment, '')).toEqual({
    serverUrl: 'https://github.example',
    repository: 'acme/api',
    runId: '8812345678',
    runNumber: '512',
    runAttempt: 2,
    sha: '1a2b3c4',
    ref: untrusted('main'),
    actor: untrusted('bob'),
    commitTitle: undefined,
  })
})

test.each([
  ['a push', { head_commit: { message: 'Fix login race (#481)\n\nLong story' } }, 'Fix login race (#481)'],
  ['a pull request', { pull_request: { title: 'Fix it' } }, 'Fix it'],
  ['a schedule', { schedule: '0 4 * * *' }, undefined],
  ['a branch that was deleted', { head_commit: null }, undefined],
])('the title of the commit in the event of %s', (_, event, title) => {
  expect(readRun(environment, JSON.stringify(event)).commitTitle?.untrusted).toBe(title)
})

test('an event that cannot be read is no reason to stop', () => {
  expect(readRun({}, '{"head_commit":').commitTitle).toBeUndefined()
})
