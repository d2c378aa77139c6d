import { describe, expect, test } from '@jest/globals'
import type { DeploymentState } from '../../src/deployment/state.ts'
import { forLog } from '../../src/report/escape.ts'
import { logLines } from '../../src/report/log-lines.ts'
import { breakerGauge, breakerLimit, together } from '../../src/targets/ecs/watch/gauges.ts'
import { renderText } from '../../src/text.ts'
import { expectGolden } from './golden.ts'
import { cause, lastState, plan, planned, statesOf, stories, subject } from './stories.ts'

type Events = Parameters<typeof statesOf>[0]

function logOf(events: Events): string[] {
  const states = statesOf(events)
  return states.flatMap((next, index) => {
    const previous = states[index - 1]
    return previous ? logLines(previous, next, subject).map((line) => renderText(line, forLog)) : []
  })
}

describe('the log', () => {
  test.each(Object.entries(stories))('of a deployment that is %s', (name, events) => {
    expectGolden(
      `log/${name}.txt`,
      logOf(events)
        .map((line) => `${line}\n`)
        .join(''),
    )
  })

  test('ends with the verdict and its cause in one line', () => {
    const last = logOf(stories['rolled-back'] ?? []).findLast((line) => line.includes('(production): failed'))
    expect(last).toContain('rolled back to api:117')
    expect(last).toContain(
      'OutOfMemoryError: container "api" ran out of memory (limit 256 MiB, exit code 137, SIGKILL)',
    )
  })

  test('gives a cause that is known before the end once, marked as such', () => {
    const before = lastState(stories.deploying ?? [])
    const suspected = { ...before, suspected: cause }
    const lines = (previous: DeploymentState, next: DeploymentState) =>
      logLines(previous, next, subject).map((line) => renderText(line, forLog))
    expect(lines(before, suspected)).toEqual([
      '00:40  ⚠ So far: 3 of 3 new tasks stopped: OutOfMemoryError: container "api" ran out of memory (limit 256 MiB, exit code 137, SIGKILL).',
    ])
    expect(lines(suspected, { ...suspected, suspected: { ...cause, what: ['4 of 4 new tasks stopped'] } })).toEqual([])
  })

  test('says nothing twice: neither a state that stays nor a service event in the words of an earlier one', () => {
    const events = stories.deploying ?? []
    const again = events.filter(({ kind }) => kind !== 'planned' && kind !== 'started' && kind !== 'versioned')
    expect(logOf([...events, ...again])).toEqual(logOf(events))
  })

  test('shows the one image that changed with what ran before, and one that did not only once', () => {
    const artifacts = [...plan.artifacts, { kind: 'Image', name: 'proxy', from: 'nginx:1.27', to: 'nginx:1.27' }]
    const lines = logOf([{ ...planned, kind: 'planned', plan: { ...plan, artifacts } }])
    expect(lines).toContain('00:01  image    api: api:9f8e7d6c5b4a → api@sha256:4be14be14be1')
    expect(lines).toContain('00:01  image    proxy: nginx:1.27')
  })

  test('of a plain rolling deployment in which nothing fails has no line more for all that AWS shows beside it', () => {
    const events = stories.deploying ?? []
    const at = (events.at(-1)?.at ?? 0) + 1000
    const breaker = { status: 'MONITORING', failureCount: 0, threshold: 3 }
    const limit = { failureLimit: breakerLimit(breaker) }
    const details = { ...together(breakerGauge(breaker)), ...limit, shares: [], fired: [] }
    expect(logOf([...events, { kind: 'details', at, details }])).toEqual(logOf(events))
  })
})
