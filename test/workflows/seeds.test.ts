/** The workflows of the seeds, which are ten lines each, with the shipped bundles: a good release of each, and one that is not. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { region, runningOf, type SeedAccount } from '../demo/seeds/account.ts'
import { type SeedScenario, seedScenarios } from '../demo/seeds/scenarios.ts'
import { onlyLong } from '../often.ts'
import { job, logOf } from './runner/record.ts'
import { shipSeed } from './seed-scene.ts'

const seeds = ['seed-000', 'seed-001', 'seed-002', 'seed-003', 'seed-004']
const scenarioOf = (name: string) => seedScenarios[name] as SeedScenario

test.each(seeds)('the workflow of %s has at most ten lines', (seed) => {
  const path = join(import.meta.dirname, '../../examples', seed, '.github/workflows/ship.yml')
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  expect(lines.length).toBeLessThanOrEqual(10)
})

const good = ['edge-and-sidecar', 'canary-verified', 'private-vpc', 'two-zones']

onlyLong(test.concurrent.each(good))('%s: one push builds and releases it, checks and tasks included', async (name) => {
  const scenario = scenarioOf(name)
  const { run, account } = await shipSeed(scenario)
  expect(run.problems).toEqual([])
  expect({ outputs: run.outputs.ship, log: run.jobs.map(logOf).join('\n') }).toMatchObject({
    outputs: { verdict: 'succeeded' },
  })
  expect(runningOf(account)).toEqual(scenario.running)
  expect(logOf(job(run, 'ship / deploy'))).toMatch(scenario.log)
  if (scenario.seed !== 'seed-004') return
  const built = [...account.images].map(([image, { new: digest }]) => [image, digest] as const)
  expect(JSON.parse(run.outputs.ship?.digests ?? '')).toEqual(Object.fromEntries(built))
  expect(tagged(account)).toEqual(built.map(([, digest]) => digest))
})

const broken = ['second-image-fails', 'canary-health-500', 'migration-fails', 'smoke-test-fails', 'circuit-breaker']

onlyLong(test.concurrent.each(broken))('%s: the run is red with the cause, and no image gets a tag', async (name) => {
  const scenario = scenarioOf(name)
  const { run, account } = await shipSeed(scenario)
  expect(run.result).toBe('failure')
  expect(run.outputs.ship).toMatchObject({
    verdict: scenario.verdict,
    cause: expect.stringMatching(scenario.cause ?? ''),
  })
  expect(runningOf(account)).toEqual(scenario.running)
  expect(tagged(account).filter((digest) => digest !== undefined)).toEqual([])
})

/** Digests that have the tag of the environment. */
function tagged({ simulator, file }: SeedAccount): readonly (string | undefined)[] {
  const { ecr } = simulator.world.region(region)
  return Object.values(file.images ?? {}).map(
    ({ repository }) => ecr.find(`127.0.0.1:1/${repository}:production`)?.digest,
  )
}
