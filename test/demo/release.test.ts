/** Each scenario of examples/seed-003 through the shipped bundle, as `npm run demo` tells it. */
import { expect, test } from '@jest/globals'
import { some } from '../often.ts'
import { releaseScenarios } from './release-scenarios.ts'
import { tellRelease } from './release-story.ts'

test.each(some(Object.entries(releaseScenarios).toReversed(), 7))('%s', async (_, scenario) => {
  const lines: string[] = []
  const teller = {
    print: (line: string) => void lines.push(line),
    paint: (_: string, text: string) => text,
    docker: undefined,
  }
  const { surprises, summary } = await tellRelease(scenario, false, teller)
  expect({ surprises, log: lines.join('\n') }).toEqual({ surprises: [], log: expect.anything() })
  expect(summary).toMatch(/cdn\.assets[\s\S]*api[\s\S]*cdn/)
})
