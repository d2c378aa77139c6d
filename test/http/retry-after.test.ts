import { expect, test } from '@jest/globals'
import { retryAfter } from '../../src/http/retry-after.ts'

test.each<[string | null | undefined, number | undefined]>([
  ['7', 7_000],
  ['07', 7_000],
  ['120', 120_000],
  ['999999', 999_999_000],
  ['1000000', undefined],
  ['0', undefined],
  ['00', undefined],
  ['', undefined],
  ['-1', undefined],
  ['0.001', undefined],
  ['1e-9', undefined],
  ['0x10', undefined],
  ['7 s', undefined],
  ['soon', undefined],
  ['Infinity', undefined],
  ['Fri, 31 Dec 1999 23:59:59 GMT', undefined],
  [null, undefined],
  [undefined, undefined],
])('Retry-After: %s', (header, milliseconds) => {
  expect(retryAfter(header)).toBe(milliseconds)
})
