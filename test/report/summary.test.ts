import { describe, expect, test } from '@jest/globals'
import { longestSummary, renderSummary } from '../../src/report/summary.ts'
import { untrusted } from '../../src/text.ts'
import { expectGolden } from './golden.ts'
import { evidence, lastState, stories, subject } from './stories.ts'

describe('the job summary', () => {
  test.each(Object.entries(stories))('of a deployment that is %s', (name, events) => {
    expectGolden(`summary/${name}.md`, renderSummary({ subject, state: lastState(events) }))
  })

  test('says what happened and why before anything else', () => {
    const [first, second] = renderSummary({ subject, state: lastState(stories['rolled-back'] ?? []) }).split('\n\n')
    expect(first).toContain('failed to deploy and was rolled back to api:117')
    expect(second).toContain('ran out of memory')
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
