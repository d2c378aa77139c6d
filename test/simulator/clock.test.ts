import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { createClock } from './clock.ts'

const start = Date.UTC(2026, 0, 1)
const idle = () => createClock({ kind: 'idle' }, start)
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}
const elapsed = (clock: ReturnType<typeof idle>) => clock.now() - start

describe('an idle clock', () => {
  test('jumps over a day of sleep', async () => {
    const clock = idle()
    await clock.forProgram.sleep(86_400_000)
    expect(elapsed(clock)).toBe(86_400_000)
  })

  test('lets timers and two sleepers take their turns in the order of time', async () => {
    const clock = idle()
    const seen: string[] = []
    clock.after(1500, () => seen.push(`timer at ${elapsed(clock)}`))
    const poll = async (name: string, every: number, times: number) => {
      for (let turn = 0; turn < times; turn++) {
        await clock.forProgram.sleep(every)
        seen.push(`${name} at ${elapsed(clock)}`)
      }
    }
    await Promise.all([poll('slow', 2000, 1), poll('quick', 1000, 3)])
    expect(seen).toEqual(['quick at 1000', 'timer at 1500', 'slow at 2000', 'quick at 2000', 'quick at 3000'])
  })

  test('waits while something is under way', async () => {
    const clock = idle()
    const release = clock.hold()
    let isAwake = false
    const sleeping = clock.forProgram.sleep(1000).then(() => {
      isAwake = true
    })
    await turns(20)
    expect(isAwake).toBe(false)
    release()
    release()
    await sleeping
    expect(elapsed(clock)).toBe(1000)
  })

  test('waits while files are read, such as the configuration of AWS at the first call of a client', async () => {
    const clock = idle()
    const seen: string[] = []
    const read = async () => {
      for (let time = 0; time < 20; time++) await readFile(import.meta.filename)
      seen.push('read')
    }
    await Promise.all([clock.forProgram.sleep(1000).then(() => seen.push('slept')), read()])
    expect(seen).toEqual(['read', 'slept'])
  })

  test('waits while another program runs, such as git', async () => {
    const clock = idle()
    const seen: string[] = []
    const run = async () => {
      await promisify(execFile)('sleep', ['0.1'])
      seen.push('run')
    }
    await Promise.all([clock.forProgram.sleep(1000).then(() => seen.push('slept')), run()])
    expect(seen).toEqual(['run', 'slept'])
  })

  test('ends a sleep with the reason of the signal, and then does not jump to where it would have ended', async () => {
    const clock = idle()
    const abort = new AbortController()
    const sleeping = clock.forProgram.sleep(60_000, abort.signal)
    abort.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    await expect(clock.forProgram.sleep(1, abort.signal)).rejects.toThrow('enough')
    await clock.forProgram.sleep(1000)
    expect(elapsed(clock)).toBe(1000)
  })

  test('tells the next request that a timer failed, instead of standing still for ever', async () => {
    const clock = idle()
    clock.after(10, () => {
      throw new Error('state machine broke')
    })
    void clock.forProgram.sleep(20)
    await turns(20)
    expect(() => clock.settle()).toThrow('state machine broke')
  })

  test('carries five hundred sleepers through fifty polls each', async () => {
    const clock = idle()
    await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        for (let poll = 0; poll < 50; poll++) await clock.forProgram.sleep(1000 + (index % 7))
      }),
    )
    expect(elapsed(clock)).toBe(50_300)
  })
})

describe('timers', () => {
  test('that fire late see the moment for which they were scheduled, and so do the timers that they start', () => {
    const clock = idle()
    const seen: number[] = []
    clock.after(1000, () => {
      seen.push(elapsed(clock))
      clock.after(500, () => seen.push(elapsed(clock)))
    })
    clock.advance(60_000)
    expect(seen).toEqual([1000, 1500])
    expect(elapsed(clock)).toBe(60_000)
  })

  test('do not fire once they are cancelled, whoever else is due at the same moment', () => {
    const clock = idle()
    const seen: string[] = []
    clock.after(5, () => seen.push('first'))
    const cancelled = clock.after(5, () => seen.push('cancelled'))
    clock.after(5, () => seen.push('last'))
    cancelled.cancel()
    cancelled.cancel()
    clock.advance(5)
    expect(seen).toEqual(['first', 'last'])
  })

  test('keep to whole milliseconds, as timestamps on the wire do', () => {
    const clock = idle()
    const seen: number[] = []
    clock.after(1000 / 3, () => clock.after(1000 / 3, () => seen.push(elapsed(clock))))
    clock.advance(1000.4)
    expect([...seen, elapsed(clock)]).toEqual([666, 1000])
  })

  test('of the past are due at once', () => {
    const clock = idle()
    let count = 0
    clock.after(-5, () => count++)
    clock.settle()
    expect(count).toBe(1)
  })
})

describe('an accelerated clock', () => {
  test('is so many times as fast as real time, for timers and for sleeps', async () => {
    const clock = createClock({ kind: 'accelerated', speed: 1000 }, start)
    const seen: number[] = []
    const due = clock.now() + 5000
    clock.after(5000, () => seen.push(clock.now() - due))
    await clock.forProgram.sleep(20_000)
    clock.settle()
    expect(seen[0]).toBeLessThan(1000)
    expect(elapsed(clock)).toBeGreaterThan(15_000)
    expect(elapsed(clock)).toBeLessThan(2_000_000)
  })

  test('can be moved by hand', () => {
    const clock = createClock({ kind: 'accelerated', speed: 1 }, start)
    clock.advance(3_600_000)
    expect(elapsed(clock)).toBeGreaterThanOrEqual(3_600_000)
    expect(elapsed(clock)).toBeLessThan(3_660_000)
  })
})
