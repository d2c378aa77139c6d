import { expect, test } from '@jest/globals'
import { countThrottledCalls, jitter, throttleDelay } from '../../src/aws/backoff.ts'

test('waits grow to a ceiling of 20 s', () => {
  const longest = (attempts: number) => jitter({ random: () => 1 }, attempts)
  expect([1, 2, 3, 6, 50].map(longest)).toEqual([1000, 2000, 4000, 20_000, 20_000])
  expect(jitter({ random: () => 0 }, 5)).toBe(0)
})

test('those who are throttled together take turns at the rate that AWS documents', () => {
  const throttledCalls = countThrottledCalls()
  const longest = (action: string, wasConcurrent = false) =>
    throttleDelay({ clock: { random: () => 1 }, throttledCalls }, action, { count: 10, wasConcurrent })
  expect(longest('ecs:RegisterTaskDefinition')).toBe(20_000)
  const leave = Array.from({ length: 29 }, () => throttledCalls.join('ecs:RegisterTaskDefinition'))
  expect(longest('ecs:RegisterTaskDefinition')).toBe(30_000)
  expect(longest('ecs:UpdateService')).toBe(20_000)
  for (const one of leave) one()
  expect(longest('ecs:RegisterTaskDefinition', true)).toBe(1_000)
})

test('nobody waits longer than a minute for a turn, and who knows of no others backs off', () => {
  const throttledCalls = countThrottledCalls()
  for (let count = 0; count < 200; count++) throttledCalls.join('ecs:RegisterTaskDefinition')
  const longest = { clock: { random: () => 1 } }
  const turn = (action: string) =>
    throttleDelay({ ...longest, throttledCalls }, action, { count: 1, wasConcurrent: false })
  expect(turn('ecs:RegisterTaskDefinition')).toBe(60_000)
  for (let count = 0; count < 99; count++) throttledCalls.join('ecs:UpdateService')
  for (let count = 0; count < 99; count++) throttledCalls.join('ecs:DescribeServices')
  expect([turn('ecs:UpdateService'), turn('ecs:DescribeServices')]).toEqual([20_000, 5_000])
  expect(throttleDelay(longest, 'ecs:UpdateService', { count: 1, wasConcurrent: false })).toBe(1_000)
})
