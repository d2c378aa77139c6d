/** Each scenario of the seeds on Amazon ECS through the shipped bundle, as `npm run demo` tells it. */
import { expect, test } from '@jest/globals'
import { some } from '../../often.ts'
import { seedScenarios } from './scenarios.ts'
import { tellSeed } from './story.ts'

test.concurrent.each(some(Object.entries(seedScenarios), 12))('%s', async (_, scenario) => {
  const lines: string[] = []
  const teller = {
    print: (line: string) => void lines.push(line),
    paint: (_: string, text: string) => text,
    docker: undefined,
  }
  const { surprises } = await tellSeed(scenario, false, teller)
  expect({ surprises, log: lines.join('\n') }).toEqual({ surprises: [], log: expect.anything() })
})
