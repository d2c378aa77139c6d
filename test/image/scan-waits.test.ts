/** The wait for image scans: when it reads, when it requests a basic scan, and when it ends. */
import { describe, expect, test } from '@jest/globals'
import type { Clock } from '../../src/clock.ts'
import { isDenied, scanImages } from '../../src/image/scan/scan-image.ts'
import type { ImageScan, Refused } from '../../src/ports.ts'

const refused = (name: string): Refused => ({ refused: name, message: 'their words' })
const none = refused('ScanNotFoundException')
const scan = (status: string, more: Partial<ImageScan> = {}): ImageScan => ({ status, ...more })
const today = Date.parse('2026-11-30T12:00:00Z')
const ended = (secondsAgo: number) => ({ imageScanCompletedAt: new Date(today - secondsAgo * 1000) })
const day = 24 * 60 * 60

/** Answers to reads by the second from which they hold, and the answer to StartImageScan; `log`: what was called, and when. */
async function waiting(
  answers: Readonly<Record<number, ImageScan | Refused>>,
  { start = undefined as Refused | undefined, seconds = 600, digests = ['a'] } = {},
) {
  const begun = 7_000_000
  let now = begun
  const clock: Clock = {
    now: () => today + now - begun,
    monotonic: () => now,
    random: () => 0,
    sleep: async (milliseconds) => {
      now += milliseconds
    },
  }
  const log: string[] = []
  const second = () => (now - begun) / 1000
  const scans = {
    async scan(repository: string, digest: string) {
      if (log.push(`${second()} read ${repository}@${digest}`) > 400) throw new Error('the wait does not end')
      const [, answer = none] = Object.entries(answers).findLast(([from]) => Number(from) <= second()) ?? []
      return answer
    },
    async startScan(repository: string, digest: string) {
      log.push(`${second()} start ${repository}@${digest}`)
      return start
    },
  }
  const images = digests.map((digest) => ({ digest, platform: undefined }))
  const signal = new AbortController().signal
  const found = await scanImages('api', images, { scans, clock, signal }, begun + seconds * 1000)
  const starts = log.filter((line) => line.includes('start')).map((line) => Number.parseFloat(line))
  return { found, log, starts, took: second(), results: found.map(({ isResult }) => isResult) }
}

describe('the wait', () => {
  test('reads every five seconds, and once more at the deadline', async () => {
    const { log, results } = await waiting({ 0: scan('IN_PROGRESS') }, { seconds: 12 })
    expect(log).toEqual(['0 read api@a', '5 read api@a', '10 read api@a', '12 read api@a'])
    expect(results).toEqual([false])
  })

  test.each<[string, Record<number, ImageScan>, boolean, number]>([
    ['a result that is long complete', { 0: scan('COMPLETE', ended(61)) }, true, 0],
    ['the second read of one that has just completed', { 0: scan('COMPLETE', ended(59)) }, true, 5],
    ['a status that never has a result', { 0: scan('UNSUPPORTED_IMAGE') }, false, 0],
    ['the result after a scan', { 0: scan('IN_PROGRESS'), 8: scan('COMPLETE', ended(0)) }, true, 15],
    [
      'the list that has all that the counts have, of both shapes',
      {
        0: scan('COMPLETE', { ...ended(61), findingSeverityCounts: { HIGH: 1, LOW: 1 } }),
        20: scan('COMPLETE', {
          ...{ ...ended(61), findingSeverityCounts: { HIGH: 1, LOW: 1 } },
          ...{ findings: [{}], enhancedFindings: [{}] },
        } as object),
      },
      true,
      20,
    ],
    [
      'the read after a change of the counts',
      { 0: scan('COMPLETE', ended(0)), 5: scan('COMPLETE', ended(-5)) },
      true,
      10,
    ],
    ['two minutes without a change, where there is no time of completion', { 0: scan('ACTIVE') }, true, 120],
  ])('ends with %s', async (_, answers, isResult, seconds) => {
    const { took, results, starts } = await waiting(answers)
    expect({ took, results, starts }).toEqual({ took: seconds, results: [isResult], starts: [] })
  })

  test('goes on for the images that have no result yet, and reads the others no more', async () => {
    const one = await waiting({ 0: scan('COMPLETE', ended(61)) }, { digests: ['a', 'b'] })
    expect([one.log, one.results]).toEqual([
      ['0 read api@a', '0 read api@b'],
      [true, true],
    ])
    let reads = 0
    const clock: Clock = { now: () => today, monotonic: () => 0, random: () => 0, sleep: async () => void reads++ }
    const log: string[] = []
    const scans = {
      scan: async (_: string, digest: string) => {
        log.push(digest)
        return digest === 'a' || reads === 2 ? scan('COMPLETE', ended(61)) : scan('IN_PROGRESS')
      },
      startScan: async () => undefined,
    }
    const images = ['a', 'b'].map((digest) => ({ digest, platform: undefined }))
    await scanImages('api', images, { scans, clock, signal: new AbortController().signal }, 1000)
    expect(log).toEqual(['a', 'b', 'b', 'b'])
  })
})

describe('a basic scan', () => {
  test('is requested once, where there is none 15 seconds after the push', async () => {
    const { starts, results } = await waiting({ 0: none, 40: scan('COMPLETE', ended(-40)) })
    expect([starts, results]).toEqual([[15], [true]])
  })

  test('is not requested for an image that ECR does not have', async () => {
    expect((await waiting({ 0: refused('ImageNotFoundException') }, { seconds: 30 })).starts).toEqual([])
  })

  test.each<[string, ImageScan, readonly number[]]>([
    ['24 hours old', scan('COMPLETE', ended(day)), []],
    ['older', scan('COMPLETE', ended(day + 1)), [0]],
    ['older, of an enhanced scan', scan('ACTIVE', { ...ended(day + 1), enhancedFindings: [] }), []],
    ['of no time', scan('COMPLETE'), []],
  ])('is requested anew for a result that is %s', async (_, answer, starts) => {
    expect((await waiting({ 0: answer }, { seconds: 1 })).starts).toEqual(starts)
  })

  test('that is refused leaves an old result as the result; one that was accepted is waited for', async () => {
    const old = { 0: scan('COMPLETE', ended(day + 1)) }
    expect((await waiting(old, { start: refused('LimitExceededException') })).results).toEqual([true])
    expect((await waiting(old, { seconds: 30 })).results).toEqual([false])
  })

  test.each([
    ['UnsupportedImageTypeException', 15],
    ['ImageArchivedException', 15],
    ['LimitExceededException', 600],
    ['AccessDeniedException', 180],
  ])('that is refused with %s ends the wait after %d s', async (name, seconds) => {
    expect((await waiting({ 0: none }, { start: refused(name) })).took).toBe(seconds)
  })
})

test.each([
  ['AccessDeniedException', true],
  ['XLimitExceededException', true],
  ['LimitExceededExceptionX', true],
  ['ImageException', true],
  ['LimitExceededException', false],
  ['ValidationException', false],
  ['UnsupportedImageTypeException', false],
  ['ImageNotFoundException', false],
])('%s is for want of a permission: %s', (name, isWanted) => {
  expect(isDenied(refused(name))).toBe(isWanted)
  expect(isDenied(undefined)).toBe(false)
})
