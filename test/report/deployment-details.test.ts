import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { DeploymentState } from '../../src/deployment/state.ts'
import type { Outcome } from '../../src/deployment/verdict.ts'
import type { Version } from '../../src/deployment/version.ts'
import { detailLines } from '../../src/report/deployment-details.ts'
import { trafficLine } from '../../src/report/traffic-words.ts'
import { renderText, untrusted } from '../../src/text.ts'
import { lastState, start, stories, version } from './stories.ts'

const canary = stories.canary ?? []
const old = version(117)
const goesBack: DeploymentEvent = { kind: 'rolling-back', at: start + 200_000 }
const ends = (outcome: Outcome, serving?: Version): DeploymentEvent => ({
  kind: 'finished',
  at: start + 260_000,
  verdict: { outcome, serving },
})

function shown(state: DeploymentState): readonly string[] {
  const lines = [...trafficLine(state), ...detailLines(state)]
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

describe('alarms', () => {
  const reason = 'One or more alarms have been activated. Activated alarms: <api-5xx> <api-latency>'
  const byCodeDeploy = { ...goesBack, reason: untrusted(reason) } as DeploymentEvent
  const alarmsOf = (state: DeploymentState) => shown(state).filter((line) => line.startsWith('Alarms'))

  test('are monitored only as long as the deployment goes on', () => {
    expect(alarmsOf(canaryThen())).toEqual(['Alarms: api-5xx monitored'])
    expect(alarmsOf(canaryThen(goesBack))).toEqual([])
    expect(alarmsOf(canaryThen(goesBack, ends('rolled-back')))).toEqual([])
  })

  test('that ended it are in ALARM, also where only CodeDeploy says which', () => {
    const fired = ['Alarms: api-5xx, api-latency in ALARM']
    expect(alarmsOf(canaryThen(byCodeDeploy))).toEqual(fired)
    expect(alarmsOf(canaryThen(byCodeDeploy, ends('rolled-back')))).toEqual(fired)
    expect(alarmsOf(lastState(stories['canary-alarm'] ?? []))).toEqual(['Alarms: api-5xx in ALARM'])
  })
})

describe('the circuit breaker', () => {
  test.each([
    [{ status: 'MONITORING', failures: 1, threshold: 10 }, ['Circuit breaker: 1 failed task, threshold 10']],
    [{ status: 'MONITORING', failures: 2 }, ['Circuit breaker: 2 failed tasks']],
    [{ status: 'TRIGGERED', failures: 4, threshold: 3 }, ['Circuit breaker: 4 failed tasks, threshold 3 (TRIGGERED)']],
    [{ status: 'MONITORING', failures: 0, threshold: 3 }, []],
  ])('of %j', (circuitBreaker, expected) => {
    const details = { revisions: [], hooks: [], circuitBreaker }
    expect(shown({ ...canaryThen(), details }).filter((line) => line.startsWith('Circuit'))).toEqual(expected)
  })
})
