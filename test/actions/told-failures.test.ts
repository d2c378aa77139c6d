/** Every scenario of `npm run bench -- failures`, as people are told about it. */
import { describe, expect, test } from '@jest/globals'
import { play } from '../bench/failures/play.ts'
import { failureScenarios } from '../bench/failures/scenarios.ts'
import { expectGolden } from '../report/golden.ts'
import { toldPage } from './told.ts'

const fileOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

describe('a failure is told in the same words as ever', () => {
  test.each(failureScenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
    const { told, wrong } = await play(scenario)
    expect(wrong).toEqual([])
    expectGolden(`failures/${fileOf(name)}.txt`, toldPage(told))
  })
})
