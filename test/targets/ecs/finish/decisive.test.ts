import { describe, expect, test } from '@jest/globals'
import type { Evidence, ServiceEvent, TargetHealth } from '../../../../src/targets/ecs/facts/deployment-evidence.ts'
import { isDecisive, isPartial, isSpecific } from '../../../../src/targets/ecs/finish/decisive.ts'
import { untrusted } from '../../../../src/text.ts'

const empty: Evidence = { stoppedTasks: [], serviceEvents: [], targetHealth: [], logs: [], missingPermissions: [] }
const now = 1_000_000
const stopped = { count: 1, stopCode: 'EssentialContainerExited', containers: [], exampleTaskArn: '' }
const target = (health: Partial<TargetHealth>): TargetHealth => ({
  ...{ target: '10.0.0.1:8080', targetGroupArn: 'g', isNew: true, state: 'unhealthy', runningSince: now - 30_000 },
  ...health,
})
const mismatch = (codes: string) => ({
  reason: 'Target.ResponseCodeMismatch',
  description: untrusted(`Health checks failed with these codes: [${codes}]`),
})
const event = (words: string, about?: ServiceEvent['about']): ServiceEvent => ({
  at: 0,
  message: untrusted(words),
  about,
})
const unplaced = event('(service api) was unable to place a task. Reason: Capacity is unavailable at this time.')

describe('evidence of a failure, while the deployment goes on', () => {
  test.each<readonly [string, Partial<Evidence>, boolean]>([
    ['nothing', {}, false],
    ['a new task that stopped', { stoppedTasks: [stopped] }, true],
    ['a new target that is unhealthy', { targetHealth: [target({ reason: 'Target.Timeout' })] }, true],
    ['an unhealthy target of which nobody knows whose it is', { targetHealth: [target({ isNew: undefined })] }, false],
    [
      'one that does not answer within its grace period',
      { gracePeriodSeconds: 60, targetHealth: [target({ reason: 'Target.Timeout' })] },
      false,
    ],
    [
      'one that does not answer after its grace period',
      { gracePeriodSeconds: 30, targetHealth: [target({ reason: 'Target.Timeout' })] },
      true,
    ],
    [
      'one that answers 503 within its grace period',
      { gracePeriodSeconds: 60, targetHealth: [target(mismatch('503'))] },
      false,
    ],
    [
      'one that answers 429 within its grace period',
      { gracePeriodSeconds: 60, targetHealth: [target(mismatch('429'))] },
      false,
    ],
    [
      'one that answers 404 within its grace period',
      { gracePeriodSeconds: 60, targetHealth: [target(mismatch('404'))] },
      true,
    ],
    [
      'one that answers 404 and 502 within its grace period',
      { gracePeriodSeconds: 60, targetHealth: [target(mismatch('404,502'))] },
      false,
    ],
    [
      'one in a zone without load balancer within its grace period',
      { gracePeriodSeconds: 60, targetHealth: [target({ state: 'unused', reason: 'Target.NotInUse' })] },
      true,
    ],
    [
      'an event about a new task that is unhealthy',
      { serviceEvents: [event('is unhealthy in (target-group g)', 'new')] },
      true,
    ],
    ['the same about an old one', { serviceEvents: [event('is unhealthy in (target-group g)', 'old')] }, false],
    ['the same about nobody knows whom', { serviceEvents: [event('is unhealthy in (target-group g)')] }, false],
    ['a task that cannot be placed', { serviceEvents: [unplaced] }, true],
    [
      'one that could be placed after all',
      { serviceEvents: [unplaced, event('has started 1 tasks: (task a).')] },
      false,
    ],
    [
      'one that cannot be placed after another could',
      { serviceEvents: [event('has started 1 tasks: (task a).'), unplaced] },
      true,
    ],
    ['a reason of ECS for the end', { statusReason: untrusted('Service deployment rolled back because …') }, true],
    ['an error of CodeDeploy', { codeDeploy: { message: untrusted('The deployment failed'), failures: [] } }, true],
    ['a deployment of CodeDeploy that goes on', { codeDeploy: { failures: [] } }, false],
    ['an alarm that AWS names', { triggeredAlarms: ['5xx'] }, true],
  ])('%s', (_, evidence, expected) => {
    expect(isDecisive({ ...empty, ...evidence }, now)).toBe(expected)
  })
})

test.each([
  ['unexplained', true, false],
  ['unexplained', undefined, true],
  ['task-failed-to-start', true, true],
  ['out-of-memory', undefined, true],
])('a cause %s (general: %s) is told: %s', (code, isGeneral, expected) => {
  expect(isSpecific({ code, isGeneral, what: [], why: [], fix: [], confidence: 'certain' })).toBe(expected)
})

describe('more may be known when the logs arrive', () => {
  const ended = { ...empty, stoppedTasks: [stopped], logGroups: ['/shop/api'] }
  const lines = [{ container: 'api', logGroup: '/shop/api', logStream: 's', lines: [untrusted('no such table')] }]
  test.each<readonly [string, Evidence, boolean]>([
    ['a container ended without a word so far', ended, true],
    ['a container ended with words', { ...ended, logs: lines }, false],
    ['it has no log', { ...ended, logGroups: [] }, false],
    [
      'logs may not be read',
      { ...ended, missingPermissions: [{ action: 'logs:GetLogEvents', shows: 'the last log lines of api' }] },
      false,
    ],
    ['the task never started', { ...ended, stoppedTasks: [{ ...stopped, stopCode: 'TaskFailedToStart' }] }, false],
  ])('%s', (_, evidence, expected) => {
    expect(isPartial(evidence)).toBe(expected)
  })
})
