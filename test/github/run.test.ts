import { expect, test } from '@jest/globals'
import { readRun } from '../../src/github/workflow-run.ts'
import { untrusted } from '../../src/text.ts'

const environment = {
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'acme/api',
  GITHUB_RUN_ID: '8812345678',
  GITHUB_RUN_NUMBER: '512',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_ACTOR: 'ann',
  GITHUB_TRIGGERING_ACTOR: 'bob',
}

test('the run is that of the variables; who started it again is who acts', () => {
  expect(readRun(environment)).toEqual({
    serverUrl: 'https://github.example',
    repository: 'acme/api',
    runId: '8812345678',
    runNumber: '512',
    runAttempt: 2,
    actor: untrusted('bob'),
  })
})
