import { describe, expect, test } from '@jest/globals'
import { longestSummary, renderSummary } from '../../src/report/summary.ts'
import { untrusted } from '../../src/text.ts'
import { expectGolden } from './golden.ts'
import { cause, evidence, lastState, stories, subject } from './stories.ts'

describe('the job summary', () => {
  test.each(Object.entries(stories))('of a deployment that is %s', (name, events) => {
    expectGolden(`summary/${name}.md`, renderSummary({ subject, state: lastState(events) }))
  })

  test('says what happened and why in its first line, and what to do in the next', () => {
    const [first, second] = renderSummary({ subject, state: lastState(stories['rolled-back'] ?? []) }).split('\n\n')
    expect(first).toContain('failed to deploy and was rolled back to api:117')
    expect(first).toContain('ran out of memory')
    expect(second).toContain('Give the container more memory')
  })

  test('opens the first fold of the evidence, and only that', () => {
    const summary = renderSummary({ subject, state: lastState(stories.failed ?? []) })
    expect(summary.match(/<details[^>]*><summary>[^<]*/g)?.slice(0, 2)).toEqual([
      '<details open><summary>Stopped tasks',
      '<details><summary>Last log lines of container api (/ecs/api, ecs/api/0af1c2d3)',
    ])
    expect(summary.split('<details open>')).toHaveLength(2)
  })

  test('links the page that says more behind what to do', () => {
    const state = {
      ...lastState(stories.failed ?? []),
      cause: { ...cause, docs: 'https://docs.aws.amazon.com/memory' },
    }
    expect(renderSummary({ subject, state })).toContain(
      'or let it use less. [Read more](https://docs.aws.amazon.com/memory)',
    )
  })

  test('never shows what looks like a secret in a log line', () => {
    expect(renderSummary({ subject, state: lastState(stories.failed ?? []) })).not.toContain('hunter2secret')
  })

  test('row F24: stays within its size and keeps verdict and cause, whatever AWS and the containers wrote', () => {
    const line = untrusted('x'.repeat(2000))
    const huge = {
      ...evidence,
      serviceEvents: Array.from({ length: 5000 }, (_, at) => ({ at, message: line })),
      logs: evidence.logs.map((log) => ({ ...log, lines: Array.from({ length: 5000 }, () => line) })),
    }
    const state = { ...lastState(stories['rolled-back'] ?? []), evidence: huge }
    const summary = renderSummary({ subject, state })
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(longestSummary)
    expect(summary).toContain('ran out of memory')
    expect(summary).toContain('Stopped tasks')
    expect(summary).toContain('too long to show')
  })
})
