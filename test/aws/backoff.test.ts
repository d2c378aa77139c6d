import { expect, test } from '@jest/globals'
import { inTurn, jitter, openCrowd } from '../../src/aws/backoff.ts'

test('waits grow to a ceiling of 20 s', () => {
  const longest = (attempts: number) => jitter({ random: () => 1 }, attempts)
  expect([1, 2, 3, 6, 50].map(longest)).toEqual([1000, 2000, 4000, 20_000, 20_000])
  expect(jitter({ random: () => 0 }, 5)).toBe(0)
})

test('those who are throttled together take turns at the rate that AWS documents', () => {
  const crowd = openCrowd()
  const longest = (action: string, inCrowd = false) =>
    inTurn({ clock: { random: () => 1 }, crowd }, action, { count: 10, inCrowd })
  expect(longest('ecs:RegisterTaskDefinition')).toBe(20_000)
  const leave = Array.from({ length: 29 }, () => crowd.join('ecs:RegisterTaskDefinition'))
  expect(longest('ecs:RegisterTaskDefinition')).toBe(30_000)
  expect(longest('ecs:UpdateService')).toBe(20_000)
  for (const one of leave) one()
  expect(longest('ecs:RegisterTaskDefinition', true)).toBe(1_000)
})

test('nobody waits longer than a minute for a turn, and who knows of no others backs off', () => {
  const crowd = openCrowd()
  for (let count = 0; count < 200; count++) crowd.join('ecs:RegisterTaskDefinition')
  const longest = { clock: { random: () => 1 } }
  const turn = (action: string) => inTurn({ ...longest, crowd }, action, { count: 1, inCrowd: false })
  expect(turn('ecs:RegisterTaskDefinition')).toBe(60_000)
  for (let count = 0; count < 99; count++) crowd.join('ecs:UpdateService')
  for (let count = 0; count < 99; count++) crowd.join('ecs:DescribeServices')
  expect([turn('ecs:UpdateService'), turn('ecs:DescribeServices')]).toEqual([20_000, 5_000])
  expect(inTurn(longest, 'ecs:UpdateService', { count: 1, inCrowd: false })).toBe(1_000)
})
