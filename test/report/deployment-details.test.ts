import { describe, expect, test } from '@jest/globals'
import type { Gauge, Notice } from '../../src/deployment/details.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { DeploymentState } from '../../src/deployment/state.ts'
import type { Outcome } from '../../src/deployment/verdict.ts'
import type { Version } from '../../src/deployment/version.ts'
import { detailLines, detailNews, failureLimit } from '../../src/report/deployment-details.ts'
import { trafficLine } from '../../src/report/traffic-words.ts'
import { evidenceInWords } from '../../src/targets/ecs/finish/evidence-words.ts'
import { serviceNouns } from '../../src/targets/ecs/request/service-nouns.ts'
import { renderText, text, untrusted } from '../../src/text.ts'
import { cause, evidence, lastState, start, stories, version } from './stories.ts'

const canary = stories.canary ?? []
const old = version(117)
const goesBack = { kind: 'rolling-back', at: start + 200_000 } as const
const ends = (outcome: Outcome, serving?: Version): DeploymentEvent => ({
  kind: 'finished',
  at: start + 260_000,
  verdict: { outcome, serving },
})

function shown(state: DeploymentState): readonly string[] {
  const lines = [...trafficLine(state, serviceNouns), ...detailLines(state)]
  return lines.map(([label, words]) => `${label}: ${renderText(words, (theirs) => theirs)}`)
}

const canaryThen = (...events: readonly DeploymentEvent[]) => lastState([...canary, ...events])

describe('the live revision', () => {
  test.each<[string, DeploymentState, string | undefined]>([
    ['while traffic moves: the shares', canaryThen(), 'Traffic: api:117 90% · api:118 10%'],
    ['during a rollback: the shares still', canaryThen(goesBack), 'Traffic: api:117 90% · api:118 10%'],
    ['after a rollback: what it went back to', canaryThen(goesBack, ends('rolled-back')), 'Live revision: api:117'],
    ['after a failure before the change: what served', canaryThen(ends('failed', old)), 'Live revision: api:117'],
    ['after an end that settles nothing: what was seen', canaryThen(ends('failed')), 'Last known traffic: api:117 90%'],
    ['when nobody watches any more: what was seen', canaryThen(ends('detached')), 'Last known traffic: api:117 90%'],
    ['after ECS was stopped: what is live is unknown', canaryThen(ends('stopped')), 'Last known traffic: api:117'],
    ['when a newer deployment took over: nothing that is known', canaryThen(ends('superseded')), undefined],
  ])('%s', (_, state, expected) => {
    const [line] = shown(state).filter((words) => /^(Traffic|Live|Last)/.test(words))
    if (expected === undefined) expect(line).toBeUndefined()
    else expect(line).toMatch(new RegExp(`^${expected}`))
  })
})

describe('a gauge', () => {
  const gauge = (label: string, more: Partial<Gauge> = {}): Gauge => ({ label, value: text`as it is`, ...more })
  const withGauges = (...gauges: Gauge[]): DeploymentEvent => ({
    kind: 'details',
    at: start + 190_000,
    details: { gauges, notices: [], shares: [], fired: [] },
  })
  const all = withGauges(gauge('A'), gauge('B', { until: 'end' }), gauge('C', { until: 'rollback' }))
  const gaugesOf = (...events: readonly DeploymentEvent[]) =>
    shown(canaryThen(...events)).flatMap((line) => /^([A-Z]): /.exec(line)?.[1] ?? [])

  test('is shown as long as it says: until a rollback begins, until the end, or after a bad end too', () => {
    expect(gaugesOf(all)).toEqual(['A', 'B', 'C'])
    expect(gaugesOf(all, goesBack)).toEqual(['A', 'B'])
    expect(gaugesOf(all, goesBack, ends('rolled-back'))).toEqual(['A'])
    expect(gaugesOf(all, ends('failed'))).toEqual(['A'])
    expect(gaugesOf(all, ends('succeeded'))).toEqual([])
  })

  test('that ends by itself says how long that takes, and is gone then', () => {
    const endsAt = start + 250_000
    const line = (...events: readonly DeploymentEvent[]) => shown(canaryThen(...events)).slice(1)
    expect(line(withGauges(gauge('A', { value: [], endsAt })))).toEqual(['A: 1m 0s left, until 09:04 UTC'])
    expect(line(withGauges(gauge('A', { endsAt })))).toEqual(['A: 1m 0s left as it is, until 09:04 UTC'])
    const later: DeploymentEvent = { kind: 'note', at: endsAt, message: untrusted('later') }
    expect(line(withGauges(gauge('A', { endsAt })), later)).toEqual([])
  })

  test('of the end stands in the place of the one with its label, also after the end', () => {
    const gauges = [gauge('C', { value: text`fired` }), gauge('D')]
    const lines = (...events: readonly DeploymentEvent[]) => shown(canaryThen(...events)).slice(1)
    expect(lines(all, { ...goesBack, gauges })).toEqual(['A: as it is', 'B: as it is', 'C: fired', 'D: as it is'])
    const told = lines(all, { ...goesBack, gauges }, ends('rolled-back'))
    expect(told).toEqual(['A: as it is', 'C: fired', 'D: as it is'])
    const explained = { kind: 'explained', at: start, cause, evidence: evidenceInWords(evidence), gauges } as const
    expect(lines(all, explained, ends('failed'))).toEqual(told)
  })
})

describe('a notice', () => {
  const noticed = (
    at: number,
    ...keys: readonly (readonly [key: string, more?: Partial<Notice>])[]
  ): DeploymentEvent => ({
    kind: 'details',
    at: start + at,
    details: {
      gauges: [],
      notices: keys.map(([key, more]) => ({ key, label: 'hook', value: text`${key}`, ...more })),
      shares: [],
      fired: [],
    },
  })
  const news = (before: DeploymentEvent, after: DeploymentEvent) =>
    detailNews(lastState([before]), lastState([before, after])).map((line) => renderText(line, (theirs) => theirs))

  test('is said where its key was not there before', () => {
    expect(news(noticed(0, ['a']), noticed(1, ['a'], ['b']))).toEqual(['hook     b'])
    expect(news(noticed(0, ['a']), noticed(1))).toEqual([])
    expect(news(noticed(0), noticed(1, ['a']))).toEqual(['hook     a'])
  })

  test('of what ends by itself has the time that is left, and is not said afterwards', () => {
    const end = { endsAt: start + 90_000 }
    expect(news(noticed(0), noticed(30_000, ['a', end]))).toEqual(['hook     1m 0s left a, until 09:01 UTC'])
    expect(news(noticed(0), noticed(90_000, ['a', end]))).toEqual([])
  })
})

test('the limit of failed units is behind their number where there is one', () => {
  expect(failureLimit(canaryThen())).toBe(' (circuit breaker threshold 10)')
  expect(failureLimit(lastState([]))).toBe('')
})
