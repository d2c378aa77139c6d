import { expect, test } from '@jest/globals'
import { secretPatterns } from '../../src/diagnosis/secret-patterns.ts'
import { known } from './secret-samples.ts'

const rest =
  'ASIAIOSFODNN7EXAMPLE FwoGZXIvYXdzAAAAAAAAAAAAAAAAAAAA SG.0123456789012345678901 &code=a Basic QWxhZGRpbjpv npm_abcdefghiJ'

test('a hint is in every text that its pattern finds', () => {
  const blind = [...known, ...rest.split(' '), 'Basic QWxhZGRpbjpv'].flatMap((text) =>
    secretPatterns.filter(
      ({ hints, pattern }) => text.search(pattern) >= 0 && !hints.some((hint) => text.toLowerCase().includes(hint)),
    ),
  )
  expect(blind.map(({ pattern }) => pattern.source)).toEqual([])
})

test('a hint says something: an empty one would have every pattern compiled for every text', () => {
  const hints = secretPatterns.flatMap((pattern) => pattern.hints)
  expect(hints.filter((hint) => hint === '' || hint !== hint.toLowerCase())).toEqual([])
  expect(secretPatterns.filter((pattern) => pattern.hints.length === 0)).toEqual([])
})

test('every pattern has a sample, which the bench repeats to see how its time grows', () => {
  const without = secretPatterns.filter(({ pattern }) => !known.some((sample) => sample.search(pattern) >= 0))
  expect(without.map(({ pattern }) => pattern.source)).toEqual([])
})
