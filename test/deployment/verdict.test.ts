import { expect, test } from '@jest/globals'
import {
  isBad,
  isEnded,
  isGood,
  isOpen,
  isUnwatched,
  notWatchedCode,
  type Outcome,
} from '../../src/deployment/verdict.ts'
import { text } from '../../src/text.ts'

const because = (code: string) => ({ code, what: text`x`, why: text`x`, fix: text`x`, confidence: 'certain' }) as const

/** What a step makes of an outcome: whether it is green, red, or neither, and whether the deployment itself is over. */
const table: readonly (readonly [Outcome, string | undefined, 'good' | 'bad' | 'open', boolean])[] = [
  ['succeeded', undefined, 'good', false],
  ['unchanged', undefined, 'good', false],
  ['failed', 'exit-code', 'bad', true],
  ['rolled-back', 'exit-code', 'bad', true],
  ['rollback-failed', 'exit-code', 'bad', true],
  ['stopped', 'stopped', 'bad', true],
  ['superseded', 'superseded', 'bad', true],
  ['timed-out', 'timed-out', 'bad', false],
  ['cancelled', 'cancelled', 'bad', false],
  ['paused', 'paused', 'open', false],
  // Nobody looked: on purpose, or because nobody could.
  ['detached', notWatchedCode, 'open', false],
  ['detached', 'credentials-expired', 'bad', false],
  ['detached', undefined, 'bad', false],
  // Only a deployment that is not watched is left open for that.
  ['failed', notWatchedCode, 'bad', true],
]

test.each(table)('%s (%s) is %s', (outcome, code, kind, over) => {
  const verdict = { outcome, cause: code === undefined ? undefined : because(code) }
  expect({ good: isGood(outcome), bad: isBad(verdict), open: isOpen(verdict), ended: isEnded(outcome) }).toEqual({
    good: kind === 'good',
    bad: kind === 'bad',
    open: kind === 'open',
    ended: over,
  })
  expect(isUnwatched(verdict)).toBe(outcome === 'detached' && kind === 'open')
})
