/**
 * Random releases of services by every engine, of Elastic Beanstalk and of a site, with tasks and checks, and one thing that fails at any
 * place of them: what this run has changed is rolled back, what comes later is untouched, nothing runs twice, and one sentence names
 * what failed.
 */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../generated.ts'
import {
  arrange,
  changes,
  failures,
  filesOf,
  type Kind,
  members,
  type Release,
  releaseScene,
  tasksOf,
} from './release-scene.ts'
import { deploySeveral } from './several-scene.ts'

const names = Object.keys(members)

/** One to six members in one to three waves; the assets of the site in the wave before its pages, or with them. */
const release: fc.Arbitrary<Release> = fc
  .tuple(
    fc.subarray(names, { minLength: 1 }),
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: names.length, maxLength: names.length }),
    fc.nat(),
    fc.option(fc.nat(), { nil: undefined, freq: 7 }),
    fc.boolean(),
    fc.nat({ max: 29 }),
  )
  .map(([chosen, places, victim, failure, hasAssets, variant]) => {
    const waves = [0, 1, 2].map((wave) => chosen.filter((name) => places[names.indexOf(name)] === wave))
    const pages = waves.findIndex((wave) => wave.includes('shop'))
    if (hasAssets && pages > 0) waves[pages - 1] = [...(waves[pages - 1] ?? []), 'shop.assets']
    const member = chosen[victim % chosen.length] ?? ''
    const kinds: readonly Kind[] = failures[members[member] ?? 'rolling']
    return {
      variant,
      waves: waves.filter((wave) => wave.length > 0),
      fails: failure === undefined ? undefined : { member, kind: kinds[failure % kinds.length] ?? 'image' },
    }
  })

const told: Readonly<Record<Kind, RegExp>> = {
  before: /task before of .* failed, so the service was not changed: .*exit code 7/i,
  image: /exit code 9/,
  health: /ELB health is failing/,
  check: /verify failed: GET https:.* answered 500, not 200; body begins `no database`/i,
  'task check': /verify failed: the task inside of .* failed: .*exit code 7/i,
  after: /the task after of .* failed: .*exit code 7/i,
  stage: /task stage of .* failed: .*exit code 7/i,
  version: /exit code 9 is in a configuration file/,
  upload: /AccessDenied/,
  page: /index\.html|\/ /,
}

test('whatever fails at whatever place, all that was changed is rolled back and the rest is untouched', async () => {
  await fc.assert(
    fc.asyncProperty(release, async (made) => {
      const { waves, fails } = made
      const chosen = waves.flat().filter((name) => name in members)
      const scene = await releaseScene(made)
      const probe = arrange(scene, made)
      const files = filesOf(scene, made)
      const { runner, log } = await deploySeveral(scene.sim, { environment: 'production' }, { files, probe })
      const done = changes(scene)
      expect({ versions: chosen.map((name) => `${name} ${scene.live(name)}`), log }).toMatchObject({
        versions: chosen.map((name) => `${name} ${fails === undefined ? 'v2' : 'v1'}`),
      })
      const tasks = done
        .filter((change) => change.includes(' RunTask '))
        .map((change) => change.split(' RunTask ').toReversed().join(' '))
      expect(tasks).toEqual([...new Set(tasks)])
      const updates = done.filter((change) => /UpdateService|UpdateEnvironment/.test(change))
      expect(updates).toEqual([...new Set(updates)])
      if (fails === undefined) {
        expect([runner.failed, runner.outputs.verdict]).toEqual([false, 'succeeded'])
        expect(tasks.toSorted()).toEqual(chosen.flatMap(tasksOf).toSorted())
        return
      }
      const { member, kind } = fails
      const wave = waves.findIndex((each) => each.includes(member))
      const isBegun = (name: string) =>
        waves.slice(0, wave + 1).some((each) => each.includes(name) || each.includes(`${name}.assets`))
      const later = chosen.filter((name) => !isBegun(name))
      expect(done.filter((change) => later.some((name) => change.startsWith(`${name} `)))).toEqual([])
      if (kind === 'before')
        expect(done.filter((change) => change.startsWith(`${member} `))).toEqual([`${member} RunTask before`])
      expect(runner.failed).toBe(true)
      expect(runner.outputs.verdict).toMatch(/^(failed|rolled-back)$/)
      expect(runner.outputs.cause).toMatch(told[kind])
      expect(runner.outputs.cause).toMatch(chosen.length > 1 ? new RegExp(`\\b${member}\\b`, 'i') : /./)
      // What is rolled back after its tasks have run, be it by its own check or for another member, states that they stay.
      const hadTasks = waves
        .slice(0, wave)
        .flat()
        .some((name) => tasksOf(name).length > 0)
      if (hadTasks) expect(log).toContain('of this run changed, such as a database schema, was not rolled back')
    }),
    runs(2),
  )
})
