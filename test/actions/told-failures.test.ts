/**
 * Every scenario of `npm run bench -- failures`: what can go wrong in a deployment, in the words of AWS's documentation and of people
 * who met it, as people are told about it: the right cause comes first, and early.
 */
import { describe, expect, test } from '@jest/globals'
import { play } from '../bench/failures/play.ts'
import { failureScenarios } from '../bench/failures/scenarios.ts'
import { some } from '../often.ts'
import { expectGolden } from '../report/golden.ts'
import { toldPage } from './told.ts'

const fileOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

test('there are forty-eight, of every engine, each with its source', () => {
  expect(failureScenarios).toHaveLength(48)
  expect(new Set(failureScenarios.map(({ name }) => name)).size).toBe(48)
  expect(new Set(failureScenarios.map(({ engine }) => engine))).toEqual(
    new Set(['rolling', 'blue/green', 'linear', 'canary', 'CodeDeploy']),
  )
  for (const { source } of failureScenarios) expect(source).toMatch(/^https:\/\//)
})

describe('a failure is told in the same words as ever', () => {
  test.each(some(failureScenarios, 6).map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (name, scenario) => {
      const { cause, told, wrong, early } = await play(scenario)
      expect({ cause, wrong }).toEqual({ cause, wrong: [] })
      // Log, Slack and GitHub's page say it so far, and the end says the same.
      expect(early.seconds ?? 0).toBeLessThanOrEqual(30)
      expect(early.isReplaced).toBe(false)
      expectGolden(`failures/${fileOf(name)}.txt`, toldPage(told))
    },
  )
})
