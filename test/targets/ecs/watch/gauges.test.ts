import { describe, expect, test } from '@jest/globals'
import type { Gauge, Notice } from '../../../../src/deployment/details.ts'
import {
  alarmGauge,
  alarmsIn,
  bakeGauge,
  breakerGauge,
  breakerLimit,
  hookGauge,
} from '../../../../src/targets/ecs/watch/gauges.ts'
import { renderText, untrusted } from '../../../../src/text.ts'

function lines(readings: readonly (Gauge | Notice)[] = []): readonly string[] {
  return readings.map(({ label, value }) => `${label}: ${renderText(value, (theirs) => theirs)}`)
}

describe('the circuit breaker', () => {
  test.each([
    [{ status: 'MONITORING', failureCount: 1, threshold: 10 }, ['Circuit breaker: 1 failed task, threshold 10']],
    [{ status: 'MONITORING', failureCount: 2 }, ['Circuit breaker: 2 failed tasks']],
    [
      { status: 'TRIGGERED', failureCount: 4, threshold: 3 },
      ['Circuit breaker: 4 failed tasks, threshold 3 (TRIGGERED)'],
    ],
    [{ status: 'MONITORING', failureCount: 0, threshold: 3 }, []],
    [{ status: 'DISABLED', failureCount: 2, threshold: 3 }, []],
    [{ failureCount: 2, threshold: 3 }, []],
  ])('of %j', (breaker, expected) => {
    expect(lines(breakerGauge(breaker).gauges)).toEqual(expected)
  })

  test('limits the number of failed tasks while it monitors them', () => {
    expect(breakerLimit({ status: 'MONITORING', threshold: 3 })).toBe('circuit breaker threshold 3')
    expect(breakerLimit({ status: 'TRIGGERED', threshold: 3 })).toBeUndefined()
    expect(breakerLimit({ status: 'MONITORING' })).toBeUndefined()
    expect(breakerLimit(undefined)).toBeUndefined()
  })
})

describe('alarms', () => {
  const names = ['api-5xx', 'api-latency']

  test.each([
    ['MONITORING', 'api-5xx, api-latency monitored'],
    ['MONITORING_COMPLETE', 'api-5xx, api-latency OK, monitoring complete'],
    ['DISABLED', 'api-5xx, api-latency not monitored: ECS ignores alarms that are in ALARM at the start'],
    ['NEW_STATUS', 'api-5xx, api-latency NEW_STATUS'],
  ])('with the status %s are of interest until a rollback', (status, words) => {
    const { gauges, notices } = alarmGauge({ status, names, triggered: [] })
    expect([lines(gauges), gauges[0]?.until]).toEqual([[`Alarms: ${words}`], 'rollback'])
    expect(lines(notices)).toEqual([`alarms: ${words}`])
  })

  test('that have gone off stay, each with a line in the log', () => {
    const { gauges, notices } = alarmGauge({ status: 'TRIGGERED', names, triggered: names })
    expect([lines(gauges), gauges[0]?.until]).toEqual([['Alarms: api-5xx, api-latency in ALARM'], undefined])
    expect(lines(notices).slice(1)).toEqual(['alarm: api-5xx in ALARM', 'alarm: api-latency in ALARM'])
    expect(new Set(notices.map(({ key }) => key)).size).toBe(3)
  })

  test('of a plan that names them have no line in the log for it', () => {
    expect(alarmGauge({ status: 'MONITORING', names, triggered: [], isInPlan: true }).notices).toEqual([])
  })

  test('are none where none is configured', () => {
    expect(alarmGauge({ status: 'MONITORING', names: [], triggered: [] })).toEqual({ gauges: [], notices: [] })
  })

  test('that ended it are in ALARM, also where only CodeDeploy says which', () => {
    const said = untrusted(
      'One or more alarms have been activated. Activated alarms: <api-5xx> <api-latency> <api-5xx>',
    )
    expect(lines(alarmsIn(undefined, said).gauges)).toEqual(['Alarms: api-5xx, api-latency in ALARM'])
    expect(alarmsIn(undefined, untrusted('deployment failed: alarm detected.'))).toEqual({})
  })
})

describe('lifecycle hooks', () => {
  const hook = (status: string, more = {}) => ({ hookId: 'h', targetType: 'AWS_LAMBDA', status, ...more }) as never
  const targetArn = 'arn:aws:lambda:eu-west-1:111122223333:function:smoke-test'

  test('are named by their functions, with the status in words', () => {
    const { gauges, notices } = hookGauge([hook('TIMED_OUT', { targetArn }), hook('SUCCEEDED')])
    expect(lines(gauges)).toEqual(['Hooks: smoke-test timed out · a function succeeded'])
    expect(lines(notices)).toEqual(['hook: smoke-test timed out'])
  })

  test('are new with each status', () => {
    const keys = ['IN_PROGRESS', 'FAILED'].flatMap((status) => hookGauge([hook(status)]).notices.map(({ key }) => key))
    expect(new Set(keys).size).toBe(2)
  })

  test('that wait for an answer are told where it is asked for', () => {
    const pause = { targetType: 'PAUSE' }
    expect(hookGauge([hook('AWAITING_ACTION', pause)])).toEqual({ gauges: [], notices: [] })
    expect(lines(hookGauge([hook('FAILED', pause)]).gauges)).toEqual(['Hooks: pause failed'])
  })
})

describe('the bake time', () => {
  test('has the share of the traffic while that is not all of it', () => {
    expect(lines(bakeGauge(1, 10).gauges)).toEqual(['Bake time: at 10%'])
    expect(lines(bakeGauge(1, 100).gauges)).toEqual(['Bake time: '])
    expect(lines(bakeGauge(1, undefined).gauges)).toEqual(['Bake time: '])
    expect(bakeGauge(undefined, 10)).toEqual({ gauges: [], notices: [] })
  })
})
