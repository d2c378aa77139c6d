import { describe, expect, test } from '@jest/globals'
import { originFrom } from '../../src/deployment/origin.ts'
import type { JsonObject } from '../../src/ports.ts'
import type { ServiceRequest } from '../../src/targets/ecs/request/service-request.ts'
import { registrable } from '../../src/task-definition/registrable.ts'
import { isLong, onlyLong, some } from '../often.ts'
import type { Simulator } from '../simulator/simulator.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  portsOf,
  type RunOptions,
  region,
  repository,
  rollingScene,
  runSeldom as run,
  servingImage,
  withImage,
} from './scene.ts'

const sha = (number: number) => String(number).padStart(40, 'c')
const main = 'refs/heads/main'
const imageOf = (number: number) => `registry.example.com/api:c${number}`

/** A service that Slipway deployed from commit 5 of ten. */
async function deployed(scene: () => Simulator): Promise<Simulator> {
  const sim = scene()
  sim.github.commits.add(...Array.from({ length: 10 }, (_, index) => sha(index)))
  const first = await at(sim, 5)
  expect(first.outcome).toBe('succeeded')
  sim.recorder.clear()
  return sim
}

const at = (sim: Simulator, commit: number, more: RunOptions = {}) =>
  run(sim, { image: imageOf(commit), commit: sha(commit), ...more })

const warnings = ({ state }: Awaited<ReturnType<typeof run>>) =>
  state.warnings.map(({ untrusted }) => untrusted).join('\n')

function tagsOf(sim: Simulator, revision: string): Record<string, string> {
  const { handlers } = sim.world.region(region).ecs
  const call = { service: 'ecs', operation: '', region, accessKeyId: '', at: 0, input: {} } as const
  const input = { resourceArn: `arn:aws:ecs:${region}:111122223333:task-definition/${revision}` }
  const list = handlers.ListTagsForResource
  if (!list) throw new Error('tags cannot be listed')
  const { tags } = list(input, { ...call, input }) as { tags: { key: string; value: string }[] }
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]))
}

const mutations = /^(RegisterTaskDefinition|UpdateService|CreateDeployment|TagResource|StopDeployment)$/
const changes = (sim: Simulator) => sim.recorder.all.filter(({ operation }) => mutations.test(operation)).length

describe.each([
  ['rolling', rollingScene],
  ['CodeDeploy', codeDeployScene],
])('row F05: the guard of a %s service', (_, scene) => {
  /** How the service is deployed decides none of these: some of them show that CodeDeploy's services are guarded. */
  const also = scene === rollingScene ? test : onlyLong(test)
  const step = scene === rollingScene ? 1 : 6

  also('lets a newer commit through, and tags what it registers', async () => {
    const sim = await deployed(scene)
    const ended = await at(sim, 6)
    expect(ended.outcome).toBe('succeeded')
    expect(warnings(ended)).toBe('')
    expect(tagsOf(sim, 'api:3')).toEqual({
      'slipway:commit': sha(6),
      'slipway:repository': repository,
      'slipway:run': '1/1',
      'slipway:ref': main,
    })
  })

  test('ends an older commit as superseded before anything is changed, and says how to go back on purpose', async () => {
    const sim = await deployed(scene)
    const ended = await at(sim, 4)
    expect(ended.outcome).toBe('superseded')
    expect(ended.error).toBeUndefined()
    expect(ended.cause).toMatch(
      /Commit ccccccc is older than the live commit ccccccc.*nothing was deployed.*allow-older: true/,
    )
    expect(changes(sim)).toBe(0)
    expect(servingImage(sim)).toBe(imageOf(5))
  })

  also('allow-older goes back, and the next newer commit may follow', async () => {
    const sim = await deployed(scene)
    expect((await at(sim, 3, { guard: { allowOlder: true } })).outcome).toBe('succeeded')
    expect(servingImage(sim)).toBe(imageOf(3))
    expect((await at(sim, 4)).outcome).toBe('succeeded')
  })

  test('moves the tags of what is taken again forward, never back', async () => {
    const sim = await deployed(scene)
    expect((await at(sim, 8, { image: imageOf(5) })).outcome).toBe('unchanged')
    expect(tagsOf(sim, 'api:2')['slipway:commit']).toBe(sha(8))
    expect((await at(sim, 6, { image: imageOf(5) })).outcome).toBe('unchanged')
    expect(tagsOf(sim, 'api:2')['slipway:commit']).toBe(sha(8))
    expect((await at(sim, 7)).outcome).toBe('superseded')
  })

  also('refuses a commit that does not contain what runs, unless branches take turns here', async () => {
    const sim = await deployed(scene)
    const branch = 'b'.repeat(40)
    sim.github.commits.branch(branch, sha(4))
    const refused = await run(sim, { image: newImage, commit: branch })
    expect(refused.error).toMatchObject({ message: 'commit-order-unproven' })
    expect(refused.cause).toMatch(/does not contain.*on-diverged to deploy/)
    expect(changes(sim)).toBe(0)
    const allowed = await run(sim, { image: newImage, commit: branch, guard: { onDiverged: 'deploy' } })
    expect(allowed.outcome).toBe('succeeded')
    expect(warnings(allowed)).toMatch(/bbbbbbb \(main\) does not contain the live commit ccccccc \(main\)/)
  })

  also('a commit of another repository goes on, and that is said', async () => {
    const sim = await deployed(scene)
    const origin = { commit: sha(1), repository: 'acme/other', run: '2/1', ref: main }
    const ended = await run(sim, { image: newImage, commit: sha(1), guard: { origin } })
    expect(ended.outcome).toBe('succeeded')
    expect(warnings(ended)).toMatch(/was deployed from acme\/api/)
  })

  const troubles: readonly (readonly [string, (sim: Simulator) => void])[] = [
    ['GitHub is down', (sim: Simulator) => sim.github.fail({ kind: 'http', status: 503 })],
    [
      'GitHub hangs',
      (sim: Simulator) =>
        sim.faults.add({ service: 'github', times: Number.POSITIVE_INFINITY, effect: { kind: 'hang' } }),
    ],
    ['GitHub is asked too often', (sim: Simulator) => sim.github.fail({ kind: 'rate-limit' })],
    ['the answer is none', (sim: Simulator) => sim.github.fail({ kind: 'not-json' })],
  ]

  test.each(some(troubles, 2 * step))(
    'row F16: when %s, nothing is changed, and it says what to do',
    async (_reason, trouble) => {
      const sim = await deployed(scene)
      trouble(sim)
      const before = sim.clock.now()
      for (const commit of [4, 6]) {
        const refused = await at(sim, commit)
        expect(refused.error).toMatchObject({ message: 'commit-order-unproven' })
        expect(refused.cause).toMatch(
          /Could not verify.*nothing was deployed.*GitHub.*Run this job again.*allow-older: true/,
        )
      }
      expect(changes(sim)).toBe(0)
      expect(servingImage(sim)).toBe(imageOf(5))
      expect(sim.clock.now() - before).toBeLessThan(80_000)
      expect((await at(sim, 6, { guard: { allowOlder: true } })).outcome).toBe('succeeded')
    },
  )

  const hide = (sim: Simulator) => sim.github.fail({ kind: 'http', status: 404 })
  const forbid = (sim: Simulator) => sim.github.grant({ contents: 'none' })
  const runs = [
    ['an older run', forbid, '0/2', 'superseded', /is of an older run than.*run 1\/1.*403.*contents: read/],
    ['a newer run', forbid, '2/1', 'succeeded', /Could not verify.*403.*permission contents: read/],
    ['the run itself, repeated', forbid, '1/2', 'succeeded', /permission contents: read/],
    ['an older run, of a hidden repository', hide, '0/1', 'superseded', /older run.*404.*contents: read/],
    ['a newer run, of a hidden repository', hide, '10/1', 'succeeded', /404.*contents: read/],
    ['a run without an id', forbid, '/1', 'failed', /Could not verify.*contents: read/],
  ] as const

  test.each(some(runs, step))(
    'without contents: read the order of runs decides: %s',
    async (_, trouble, by, outcome, said) => {
      const sim = await deployed(scene)
      trouble(sim)
      const origin = { commit: sha(6), repository, run: by, ref: main }
      const ended = await at(sim, 6, { guard: { origin } })
      expect(ended.outcome).toBe(outcome)
      expect(`${warnings(ended)} ${ended.cause}`).toMatch(said)
      expect(servingImage(sim)).toBe(imageOf(outcome === 'succeeded' ? 6 : 5))
      if (outcome !== 'succeeded') expect(changes(sim)).toBe(0)
    },
  )

  also('strict takes no order of runs for the order of commits', async () => {
    const sim = await deployed(scene)
    forbid(sim)
    const origin = { commit: sha(6), repository, run: '2/1', ref: main }
    const refused = await at(sim, 6, { guard: { mode: 'strict', origin } })
    expect(refused.error).toMatchObject({ message: 'commit-order-unproven' })
    expect(changes(sim)).toBe(0)
  })

  also('a commit that was pushed away counts as diverged', async () => {
    const sim = await deployed(scene)
    sim.github.commits.forget(sha(5))
    const refused = await at(sim, 6)
    expect(refused.error).toMatchObject({ message: 'commit-order-unproven' })
    expect(refused.cause).toMatch(/commit ccccccc no longer exists.*on-diverged/)
    expect(changes(sim)).toBe(0)
    const allowed = await at(sim, 6, { guard: { onDiverged: 'deploy' } })
    expect(allowed.outcome).toBe('succeeded')
    expect(warnings(allowed)).toMatch(/which it replaces: commit ccccccc no longer exists on GitHub/)
  })

  also('the tags of what is taken again stay where the order is not known', async () => {
    const sim = await deployed(scene)
    sim.github.fail({ kind: 'http', status: 503 })
    expect((await at(sim, 4, { image: imageOf(5) })).outcome).toBe('unchanged')
    expect(tagsOf(sim, 'api:2')['slipway:commit']).toBe(sha(5))
  })

  also('what was not deployed by Slipway is replaced with a warning; strict refuses', async () => {
    const sim = scene()
    const strict = await at(sim, 1, { guard: { mode: 'strict' } })
    expect(strict.error).toMatchObject({ message: 'commit-order-unproven' })
    expect(servingImage(sim)).toBe(oldImage)
    const ended = await at(sim, 1)
    expect(ended.outcome).toBe('succeeded')
    expect(warnings(ended)).toMatch(/has no tag slipway:commit/)
  })

  also('without ecs:TagResource it deploys, and says what it could not do', async () => {
    const sim = scene()
    const isTagged = (input: Readonly<Record<string, unknown>>) => Array.isArray(input.tags) && input.tags.length > 0
    sim.faults.add({
      operation: /^(RegisterTaskDefinition|TagResource)$/,
      match: isTagged,
      times: 99,
      effect: { kind: 'access-denied' },
    })
    const ended = await at(sim, 1)
    expect(ended.outcome).toBe('succeeded')
    expect(warnings(ended)).toMatch(/ecs:TagResource/)
    expect((await at(sim, 2, { image: imageOf(1) })).outcome).toBe('unchanged')
  })

  const delays = [
    ['costs no call where all goes quickly', 0, 0],
    ['costs one call where the registration took its time, for a last look before the change', 5_000, 1],
  ] as const

  test.each(some(delays, step))('%s', async (_, delay, more) => {
    const count = async (options: RunOptions) => {
      const sim = await deployed(scene)
      sim.faults.add({ operation: 'RegisterTaskDefinition', effect: { kind: 'slow', milliseconds: delay } })
      await run(sim, { image: imageOf(6), request: { wait: false }, ...options })
      return sim.recorder.all.filter(({ service }) => service !== 'github').length
    }
    expect(await count({ commit: sha(6) })).toBe((await count({})) + more)
  })

  also('somebody else who deploys during a one-off task is seen before the change', async () => {
    const sim = await deployed(scene)
    sim.world.scenarios.set(imageOf(6), { kind: 'crash', exitCode: 0, afterSeconds: 60 })
    let other: ReturnType<typeof at> | undefined
    const ended = await at(sim, 6, {
      onEvent({ kind }) {
        if (kind === 'versioned') other ??= at(sim, 7)
      },
      request: {
        runTask: {
          subnets: [],
          securityGroups: [],
          startedBy: 'test',
          awaitStop: true,
          waitMinutes: 10,
          idempotencyKey: 'one',
        },
      },
    })
    expect(ended.outcome).toBe('superseded')
    expect((await other)?.outcome).toBe('succeeded')
  })
})

test('an older commit is told which revision is newer: the one that is on its way', async () => {
  const sim = await deployed(rollingScene)
  sim.world.scenarios.set(imageOf(6), { kind: 'healthy', startSeconds: 600 })
  await at(sim, 6, { request: { wait: false } })
  const { outcome, state } = await at(sim, 4)
  expect(outcome).toBe('superseded')
  expect(state.plan?.from?.label).toBe('api:2')
  expect(state.verdict?.serving?.label).toBe('api:3')
})

test('the tags of the revision that a definition was rendered from do not come along', async () => {
  const sim = await deployed(rollingScene)
  await at(sim, 6)
  const definition = await portsOf(sim).ecs.describeTaskDefinition('api')
  const tags = definition?.tags as { key: string }[]
  expect(tags.map(({ key }) => key).sort()).toEqual([
    'slipway:commit',
    'slipway:ref',
    'slipway:repository',
    'slipway:run',
  ])
})

describe('a commit that has diverged', () => {
  const branchSha = 'b'.repeat(40)
  const from = (ref: string) => ({ origin: { commit: branchSha, repository, run: '2/1', ref } })
  const forked = async () => {
    const sim = await deployed(rollingScene)
    sim.github.commits.branch(branchSha, sha(4))
    return sim
  }

  test('of another branch takes its turn by default, with a warning that names both', async () => {
    const sim = await forked()
    const feature = await run(sim, { image: newImage, commit: branchSha, guard: from('refs/heads/feature') })
    expect(feature.outcome).toBe('succeeded')
    expect(warnings(feature)).toMatch(
      /Commit bbbbbbb \(feature\) does not contain the live commit ccccccc \(main\), which it replaces: the commits have diverged/,
    )
    const back = await at(sim, 6)
    expect(back.outcome).toBe('succeeded')
    expect(warnings(back)).toMatch(/ccccccc \(main\) does not contain the live commit bbbbbbb \(feature\)/)
  })

  test.each([
    ['of the same branch, as after a force push', main, /both are of branch main, as after a force push/],
    ['of a branch that is not known', '', /they may be of the same branch/],
  ])('%s is refused by default', async (_, ref, why) => {
    const sim = await forked()
    const refused = await run(sim, { image: newImage, commit: branchSha, guard: from(ref) })
    expect(refused.error).toMatchObject({ message: 'commit-order-unproven' })
    expect(refused.cause).toMatch(why)
    expect(changes(sim)).toBe(0)
  })

  test('from a revision that does not say its branch, as earlier versions made them, is refused by default', async () => {
    const sim = await forked()
    const { handlers } = sim.world.region(region).ecs
    const resourceArn = `arn:aws:ecs:${region}:111122223333:task-definition/api:2`
    const input = { resourceArn, tagKeys: ['slipway:ref'] }
    handlers.UntagResource?.(input, { service: 'ecs', operation: '', region, accessKeyId: '', at: 0, input })
    const refused = await run(sim, { image: newImage, commit: branchSha, guard: from('refs/heads/feature') })
    expect(refused.cause).toMatch(/they may be of the same branch/)
  })

  test.each([
    ['refuse', 'refs/heads/feature', 'failed'],
    ['deploy', main, 'succeeded'],
    ['deploy', '', 'succeeded'],
  ] as const)('with on-diverged: %s, of the branch %j, ends as %s', async (onDiverged, ref, outcome) => {
    const sim = await forked()
    const ended = await run(sim, { image: newImage, commit: branchSha, guard: { ...from(ref), onDiverged } })
    expect(ended.outcome).toBe(outcome)
  })

  test('is no reason to deploy an older commit of another branch', async () => {
    const sim = await deployed(rollingScene)
    const origin = { commit: sha(4), repository, run: '2/1', ref: 'refs/heads/feature' }
    expect((await at(sim, 4, { guard: { origin } })).outcome).toBe('superseded')
  })
})

describe('what Slipway adds', () => {
  const own = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `team-${index}`, value: 'shop' }))
  const tagged =
    (tags: readonly { key: string; value: string }[], image = imageOf(6)): ServiceRequest['wanted'] =>
    async (_, current) => ({ definition: { ...withImage(current, image), tags } })

  test.each([
    [46, 50],
    [47, 47],
    ...(isLong
      ? [
          [48, 48],
          [50, 50],
        ]
      : []),
  ])('leaves %i tags of a definition alone: it is registered with %i', async (count, total) => {
    const sim = await deployed(rollingScene)
    const ended = await at(sim, 6, { request: { wanted: tagged(own(count)) } })
    expect(ended.outcome).toBe('succeeded')
    expect(Object.keys(tagsOf(sim, 'api:3'))).toHaveLength(total)
    const said = `it has ${count} tags, and the four of Slipway would exceed the limit of 50`
    expect(warnings(ended).includes(said)).toBe(count > 46)
  })

  test('leaves a revision alone that is taken again and has no room', async () => {
    const sim = await deployed(rollingScene)
    await at(sim, 6, { request: { wanted: tagged(own(48)) } })
    const again = await at(sim, 7, { request: { wanted: tagged(own(48)), forceNewDeployment: true } })
    expect(again.outcome).toBe('succeeded')
    expect(warnings(again)).toMatch(/it has 48 tags/)
  })

  test('leaves room for the tags of a one-off task that gets those of its revision too', async () => {
    const runTask = {
      subnets: [],
      securityGroups: [],
      startedBy: 'test',
      tags: own(47),
      awaitStop: true,
      waitMinutes: 10,
      idempotencyKey: 'one',
    }
    for (const [propagateTags, isTagged] of [
      ['TASK_DEFINITION', false],
      [undefined, true],
    ] as const) {
      const sim = await deployed(rollingScene)
      sim.world.scenarios.set(imageOf(6), { kind: 'crash', exitCode: 0, afterSeconds: 5 })
      const ended = await at(sim, 6, { request: { runTask: { ...runTask, propagateTags }, waitMinutes: 1 } })
      expect(sim.recorder.all.map(({ operation }) => operation)).toContain('UpdateService')
      expect('slipway:commit' in tagsOf(sim, 'api:3')).toBe(isTagged)
      expect(warnings(ended).includes('with run-task-tags it has 47')).toBe(!isTagged)
    }
  })

  test('does not make a definition too long', async () => {
    const sim = await deployed(rollingScene)
    const wanted: ServiceRequest['wanted'] = async (_, current) => {
      const definition = withImage(current, imageOf(6))
      const [container = {}] = definition.containerDefinitions as readonly JsonObject[]
      const command = (words: number) => ({
        ...definition,
        containerDefinitions: [{ ...container, command: Array.from({ length: words }, () => 'x'.repeat(97)) }],
      })
      const room = 64 * 1024 - 10 - JSON.stringify(registrable(command(0))).length
      return { definition: command(Math.floor(room / 100)) }
    }
    const ended = await at(sim, 6, { request: { wanted } })
    expect(ended.outcome).toBe('succeeded')
    expect(warnings(ended)).toMatch(/Amazon ECS refuses these tags: ClientException: .*Max allowed length/)
  })

  test.each(some(['feature/#481 ✨ "quoted"', 'a=b%c', 'x'.repeat(300), '🚀'.repeat(60), 'Ünïcode'], 3))(
    'makes a tag of any branch that AWS takes, and the same one each time: %s',
    async (name) => {
      const sim = await deployed(rollingScene)
      const ref = `refs/heads/${name}`
      const commit = 'b'.repeat(40)
      const origin = originFrom({ commit, repository, run: '2/1', ref })
      sim.github.commits.branch(commit, sha(4))
      const ended = await run(sim, { image: newImage, commit, guard: { origin } })
      expect(ended.outcome).toBe('succeeded')
      expect(tagsOf(sim, 'api:3')['slipway:ref']).toBe(origin.ref)
      if (name.length < 100) expect(warnings(ended)).toContain(`bbbbbbb (${name})`)
      const pushed = 'd'.repeat(40)
      sim.github.commits.branch(pushed, sha(3))
      const again = { commit: pushed, guard: { origin: originFrom({ commit: pushed, repository, run: '3/1', ref }) } }
      expect((await run(sim, { image: imageOf(9), ...again })).cause).toMatch(/both are of branch/)
    },
  )

  test('keeps tags of the user that only begin like those of Slipway', async () => {
    const sim = await deployed(rollingScene)
    const mine = { key: 'slipway:team', value: 'shop' }
    await at(sim, 6, { request: { wanted: tagged([mine]) } })
    await at(sim, 7)
    expect(tagsOf(sim, 'api:4')).toMatchObject({ 'slipway:team': 'shop', 'slipway:commit': sha(7) })
  })
})
