import { describe, expect, test } from '@jest/globals'
import { formatDate } from '../../src/image/date-format.ts'

describe('dates are those of Moment.js, as docker/metadata-action 6.2.0 printed them', () => {
  test.each([
    ['2027-01-01T12:00:00Z', 'UTC', 'w ww gg gggg Wo GG GGGG E e do', '1 01 27 2027 53rd 26 2026 5 5 5th'],
    ['2026-01-04T12:00:00Z', 'UTC', 'w wo W E e d dd gggg GGGG DDDD', '2 2nd 1 7 0 0 Su 2026 2026 004'],
    ['2024-12-30T12:00:00Z', 'UTC', 'w W gggg GGGG Qo Do DDDo', '1 1 2025 2025 4th 30th 365th'],
    [
      '2026-07-11T00:30:00.007Z',
      'America/St_Johns',
      'YYYY-MM-DDTHH:mm:ss.SSSZ ZZ k kk hh a',
      '2026-07-10T22:00:00.007-02:30 -0230 22 22 10 pm',
    ],
    ['2026-03-29T00:59:59Z', 'Europe/Berlin', 'HH:mm Z', '01:59 +01:00'],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', 'HH:mm Z', '03:00 +02:00'],
    ['2026-12-22T12:05:00Z', 'Asia/Kathmandu', 'Do Mo hmm Hmmss LT LTS', '22nd 12th 550 175000 5:50 PM 5:50:00 PM'],
    [
      '2026-02-13T00:00:00Z',
      'UTC',
      'Do DDDo h k H A [week] LLLL llll',
      '13th 44th 12 24 0 AM week Friday, February 13, 2026 12:00 AM Fri, Feb 13, 2026 12:00 AM',
    ],
  ])('%s %s %s', (time, zone, format, text) => {
    expect(formatDate(Date.parse(time), format, zone)).toBe(text)
  })
})
