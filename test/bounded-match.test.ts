/** Patterns of users meet texts of others: none may take longer than a while, whatever both are. */
import { describe, expect, test } from '@jest/globals'
import { matchInTime } from '../src/bounded-match.ts'
import { fitsWildcard } from '../src/wildcard.ts'

const long = `${'a'.repeat(60)}!`

describe('a regular expression', () => {
  test('has the groups that String.match has', () => {
    expect(matchInTime('v1.2', /v(\d)\.(\d)(x)?/)).toEqual(['v1.2', '1', '2', undefined])
    expect(matchInTime('a1b2', /\d/g)).toEqual(['1', '2'])
    expect(matchInTime('ÄB', /^ä/iu)).toEqual(['Ä'])
    expect(matchInTime('v1', /x/)).toBeUndefined()
  })

  test.each([/^(a+)+$/, /^(a|aa)+$/, /^(?:a*)*b/, /(.*)*\1x/])('%s is stopped', (pattern) => {
    expect(matchInTime(long, pattern, 20)).toBe('too-slow')
  })
})

describe('a wildcard', () => {
  test.each([
    ['*', '', true],
    ['*', 'a/b', true],
    ['', '', true],
    ['', 'a', false],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['*ab*ab', 'abxab', true],
    ['*abab', 'ababab', true],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    ['v*', 'V1', false],
  ])('%s and %s: %s', (pattern, text, fits) => {
    expect(fitsWildcard(pattern, text)).toBe(fits)
  })

  test('takes no longer for a text that nearly fits', () => {
    const compared = { count: 0 }
    const one = (wanted: string, found: string) => {
      compared.count++
      return wanted === found
    }
    expect(fitsWildcard(`${'*a'.repeat(30)}*b`, 'a'.repeat(250), one)).toBe(false)
    expect(compared.count).toBeLessThan(30 * 250)
  })
})
