import { expect, test } from '@jest/globals'
import { agreed, patient, persistently, startAgreement } from '../../src/deployment/agreement.ts'
import { createClock } from '../simulator/clock.ts'

type Looks = readonly (readonly [seconds: number, conclusion: string | undefined])[]

const rows: readonly (readonly [string, Looks, boolean])[] = [
  [
    'three looks and eight seconds',
    [
      [0, 'a'],
      [4, 'a'],
      [8, 'a'],
    ],
    true,
  ],
  [
    'two looks',
    [
      [0, 'a'],
      [60, 'a'],
    ],
    false,
  ],
  [
    'three looks within seven seconds',
    [
      [0, 'a'],
      [3, 'a'],
      [7, 'a'],
    ],
    false,
  ],
  [
    'a look between that leads to nothing',
    [
      [0, 'a'],
      [4, 'a'],
      [6, undefined],
      [8, 'a'],
      [12, 'a'],
    ],
    false,
  ],
  [
    'a look between that leads elsewhere',
    [
      [0, 'a'],
      [4, 'b'],
      [8, 'a'],
      [12, 'a'],
    ],
    false,
  ],
  [
    'three after one that led elsewhere',
    [
      [0, 'b'],
      [4, 'a'],
      [8, 'a'],
      [12, 'a'],
    ],
    true,
  ],
  [
    'nothing, however often',
    [
      [0, undefined],
      [8, undefined],
      [16, undefined],
    ],
    false,
  ],
]

test.each(rows)('%s: %j', (_, looks, expected) => {
  const clock = createClock({ kind: 'idle' })
  const agree = startAgreement(clock.forProgram)
  let before = 0
  let isAgreed = false
  for (const [seconds, conclusion] of looks) {
    clock.advance((seconds - before) * 1000)
    before = seconds
    isAgreed = agree(conclusion)
  }
  expect(isAgreed).toBe(expected)
})

/** What is seen, look by look, the last for ever; and when each look was. */
function looking(seen: readonly (string | undefined)[]) {
  const clock = createClock({ kind: 'idle' })
  const start = clock.now()
  const at: number[] = []
  const look = async () => {
    at.push((clock.now() - start) / 1000)
    return seen[Math.min(at.length, seen.length) - 1]
  }
  return { world: { clock: clock.forProgram }, look, at }
}

test('looks are repeated until they agree', async () => {
  const { world, look, at } = looking(['a', 'b', 'b', 'b'])
  expect(await agreed(world, look, (seen) => seen)).toBe('b')
  expect(at).toEqual([0, 4, 8, 12])
})

test('one that decides alone is the last one', async () => {
  const { world, look, at } = looking(['a', 'b'])
  expect(await agreed(world, look, (seen) => seen === 'b' || seen)).toBe('b')
  expect(at).toEqual([0, 4])
})

test('patience takes six looks and twenty seconds', async () => {
  const { world, look, at } = looking(['a'])
  expect(await agreed(world, look, (seen) => seen, patient)).toBe('a')
  expect(at).toEqual([0, 4, 8, 12, 16, 20])
})

test('looks that never agree are given up', async () => {
  const { world, look, at } = looking([])
  expect(await agreed(world, look, (seen) => seen)).toBeUndefined()
  expect(at).toHaveLength(12)
})

test('what is not there at the first look is looked for three times', async () => {
  const late = looking([undefined, undefined, 'a'])
  expect(await persistently(late.world, late.look)).toBe('a')
  const never = looking([undefined])
  expect(await persistently(never.world, never.look)).toBeUndefined()
  expect(never.at).toEqual([0, 2, 4])
})

test('a cancel ends the wait between two looks', async () => {
  const { world, look } = looking([undefined])
  const cancel = new AbortController()
  const cancelled = { ...world, signal: cancel.signal }
  for (const waiting of [() => persistently(cancelled, look), () => agreed(cancelled, look, () => undefined)]) {
    const end = waiting()
    cancel.abort(new Error('cancelled'))
    await expect(end).rejects.toThrow('cancelled')
  }
})
