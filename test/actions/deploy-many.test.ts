/** As many services in one step as there may be, within what AWS lets a job ask: its token buckets. */
import { expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { oldImage } from '../deployment/scene.ts'
import { onlyLong, times } from '../often.ts'
import { limitsBrokenBy } from '../report/slack-rules.ts'
import { ecsTokenBuckets } from '../simulator/faults.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { slack } from './scene.ts'
import {
  cluster,
  deploySeveral,
  imageOf,
  type Ran,
  repository,
  serving,
  severalScene,
  updates,
} from './several-scene.ts'

const named = (count: number) => Array.from({ length: count }, (_, index) => `checkout-service-${index}`)
const many = named(times('MANY_SERVICES', 20, 500))
/** More than can begin before the first has failed. */
const more = named(times('MANY_SERVICES', 100, 500))
const inFlight = named(times('MANY_IN_FLIGHT', 15, 500))

function throttled(services: readonly string[]): Simulator {
  const sim = severalScene(services)
  for (const bucket of ecsTokenBuckets) sim.faults.add(bucket)
  // How often AWS lets a deployment be stopped is not written down: no more often than it is started.
  const effect = { kind: 'token-bucket', capacity: 50, refillPerSecond: 5 } as const
  sim.faults.add({ operation: 'StopServiceDeployment', effect })
  return sim
}

/** execve(2): 128 KiB for one variable, some 2 MB for all of them with those of the job. Bytes. */
function requireSavable({ runner }: Ran) {
  const sizes = Object.entries(runner.savedState).map(([name, value]) => name.length + value.length)
  expect(Math.max(...sizes)).toBeLessThan(32_000)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000)
}

/** One revision for all, so that only UpdateService is throttled. */
function sharedRevision(sim: Simulator, services: readonly string[]) {
  const { world } = sim
  const options = { service: 'checkout-service-0', image: imageOf('shop', 'v2'), taskDefinition: { family: 'shop' } }
  const files = { 'td.json': JSON.stringify(seededTaskDefinition(world, options)) }
  return { files, given: { ...slack, cluster, services: services.join(' '), 'task-definition': 'td.json' } }
}

test('many services of one revision are deployed side by side, and told in one message, one summary and one output', async () => {
  const sim = throttled(many)
  const { files, given } = sharedRevision(sim, many)
  const began = sim.clock.now()
  const ran = await deploySeveral(sim, given, { files })
  const seconds = (sim.clock.now() - began) / 1000
  expect(ran.runner.outputs.verdict).toBe('succeeded')
  expect(many.filter((service) => serving(sim, service) !== imageOf('shop', 'v2'))).toEqual([])
  expect(Object.keys(ran.services)).toEqual(many)
  expect(sim.recorder.calls('ecs', 'RegisterTaskDefinition').filter(({ outcome }) => !outcome)).toHaveLength(1)
  // What UpdateService lets through, and one deployment after the last of them.
  expect(seconds).toBeLessThan((many.length - 50) / 5 + 180)
  expect(ran.sent.flatMap((body) => limitsBrokenBy(body as never))).toEqual([])
  expect(new Set(ran.sent.map(({ ts }) => ts)).size).toBe(2)
  expect(ran.runner.summary.length).toBeLessThanOrEqual(65_536)
  expect(ran.runner.summary).toContain(`<code>${many[0]}</code>`)
  requireSavable(ran)
})

test('a cancel with many in flight takes every one of them back', async () => {
  const sim = throttled(inFlight)
  const { files, given } = sharedRevision(sim, inFlight)
  sim.world.scenarios.set(imageOf('shop', 'v2'), { kind: 'healthy', startSeconds: 900 })
  const main = await deploySeveral(sim, given, {
    files,
    onRunner: (runner) => void sim.clock.after((inFlight.length / 5 + 60) * 1000, () => runner.cancel()),
  })
  expect(main.runner.outputs.verdict).toBe('cancelled')
  expect(updates(sim).length).toBeGreaterThanOrEqual(inFlight.length)
  requireSavable(main)
  const began = sim.clock.now()
  const after = await deploySeveral(sim, given, { files, state: main.runner.savedState })
  // GitHub ends a cancelled job after five minutes.
  expect(sim.clock.now() - began).toBeLessThan(240_000)
  expect(after.log).toMatch(
    new RegExp(`${inFlight.length} deployments were in progress: .* and ${inFlight.length - 8} more`),
  )
  expect(after.log).not.toContain('may still be in progress')
  sim.clock.advance(30 * 60_000)
  expect(inFlight.filter((service) => serving(sim, service) !== oldImage)).toEqual([])
})

onlyLong(test)(
  'when one of many fails, those that have not begun never do, and the others are taken back',
  async () => {
    const sim = throttled(more)
    const files = repository(sim, `[[${more.join(', ')}]]`, more, { [more[3] ?? '']: { kind: 'crash', exitCode: 1 } })
    const ran = await deploySeveral(sim, { environment: 'production', 'fail-fast-after': '1' }, { files })
    expect(ran.runner.outputs.verdict).toBe('rolled-back')
    const verdicts = Object.values(ran.services).map(({ verdict }) => verdict)
    expect(new Set(verdicts)).toEqual(new Set(['rolled-back', '']))
    const untouched = verdicts.filter((verdict) => verdict === '').length
    expect(untouched).toBeGreaterThan(0)
    expect(new Set(updates(sim).map((update) => update.split(' ')[0])).size).toBe(more.length - untouched)
    expect(more.filter((service) => serving(sim, service) !== oldImage)).toEqual([])
    expect(ran.log).toMatch(/ services rolled back: .* and \d+ more\. Not started: /)
  },
)

test('more than 500 are refused with one error, before anything is asked', async () => {
  const sim = severalScene(['api'])
  const names = Array.from({ length: 501 }, (_, index) => `api-${index}`)
  const { error } = await deploySeveral(sim, { cluster, services: names.join(' '), image: imageOf('shop', 'v2') })
  expect(error instanceof Failure ? renderText(failureText(error), (theirs) => theirs) : error).toContain(
    'services must name at most 500 services, not 501',
  )
  expect(sim.recorder.count()).toBe(0)
})
