import { describe, expect, test } from '@jest/globals'
import { readRun } from '../../src/github/workflow-run.ts'
import { compareUrl, runUrl, safeUrl } from '../../src/report/links.ts'
import { commit, lastState, plan, stories, subject } from './stories.ts'

describe('an address that readers may be sent to', () => {
  test.each([
    ['https://example.com/a_b/~c?x=1#/d', 'https://example.com/a_b/~c?x=1#/d'],
    ['https://example.com/a(b)|c>d`', 'https://example.com/a%28b%29%7Cc%3Ed%60'],
    ['https://example.com/"onload=', 'https://example.com/%22onload='],
  ])('%s', (address, safe) => {
    expect(safeUrl(address)).toBe(safe)
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'http://example.com',
    'https://github.com@evil.example',
    'https://user:password@example.com',
    '/relative',
    '',
  ])('is not %s', (address) => {
    expect(safeUrl(address)).toBeUndefined()
  })
})

describe('what a deployment changes in git', () => {
  const reportWith = (from: string | undefined) => ({
    subject,
    state: {
      ...lastState(stories.succeeded ?? []),
      plan: { ...plan, artifacts: [{ kind: 'Image', name: 'api', from, to: 'api:x' }] },
    },
  })

  test.each(['api:9f8e7d6c', 'host/api:9f8e7d6c@sha256:1234'])('is known when %s ran before', (from) => {
    expect(compareUrl(reportWith(from))).toBe(`https://github.com/acme/api/compare/9f8e7d6c...${commit.sha}`)
  })

  test.each([undefined, 'api:latest', 'api:v1.2.3', 'api@sha256:1234567', `api:${commit.sha}`])(
    'is not known when %s ran before',
    (from) => {
      expect(compareUrl(reportWith(from))).toBeUndefined()
    },
  )
})

test('a step outside of a job of GitHub has no page', () => {
  const run = readRun({ GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '512' })
  expect(runUrl(run)).toBe('https://github.com/acme/shop/actions/runs/512/attempts/1')
  expect(runUrl({ ...run, repository: '' })).toBeUndefined()
  expect(runUrl({ ...run, runId: '' })).toBeUndefined()
})
