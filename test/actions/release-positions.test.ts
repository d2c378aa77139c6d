/**
 * Random releases of several services with tasks and checks, and one thing that fails at any place of them: what this run has changed is
 * rolled back, what comes later is untouched, nothing runs twice, and one sentence names what failed.
 */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { region } from '../deployment/scene.ts'
import { runs } from '../generated.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { cluster, deploySeveral, imageOf, serving, severalScene, updates } from './several-scene.ts'
import { probeOf, response } from './verify-scene.ts'

const kinds = ['before', 'image', 'check', 'task check', 'after'] as const
type Kind = (typeof kinds)[number]

interface Release {
  readonly waves: readonly (readonly string[])[]
  /** Undefined: nothing fails. */
  readonly fails: { readonly service: string; readonly kind: Kind } | undefined
}

const names = ['data', 'api', 'worker', 'edge']

/** One to four services in one to three waves. */
const release: fc.Arbitrary<Release> = fc
  .tuple(
    fc.integer({ min: 1, max: names.length }),
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: names.length, maxLength: names.length }),
    fc.integer({ min: 0, max: names.length - 1 }),
    fc.option(fc.constantFrom(...kinds), { nil: undefined, freq: 7 }),
  )
  .map(([count, places, victim, kind]) => {
    const services = names.slice(0, count)
    const waves = [0, 1, 2].map((wave) => services.filter((_, index) => places[index] === wave))
    const service = services[victim % count] ?? 'data'
    return {
      waves: waves.filter((wave) => wave.length > 0),
      fails: kind === undefined ? undefined : { service, kind },
    }
  })

const urlOf = (service: string) => `https://${service}.example.com/health`

function files({ world }: Simulator, { waves }: Release): Record<string, string> {
  const services = waves.flat()
  const own = services.map((service) => {
    const tasks = `before: { command: [before, ${service}] }, after: { command: [after, ${service}], when: after }`
    return `  ${service}:\n    task-definition: ${service}.json\n    tasks: { ${tasks} }`
  })
  const placed = services.map((service) => {
    const checks = `{ url: "${urlOf(service)}", within: 0 }, { task: inside, command: [inside, ${service}] }`
    return `      ${service}: { cluster: ${cluster}, service: ${service}, verify: [${checks}] }`
  })
  const config = `version: 1
services:
${own.join('\n')}
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
${placed.join('\n')}
    waves: ${JSON.stringify(waves)}
`
  const definitions = services.map((service) => [
    `${service}.json`,
    JSON.stringify(seededTaskDefinition(world, { service, image: imageOf(service, 'v2') })),
  ])
  return { 'slipway.yml': config, ...Object.fromEntries(definitions) }
}

function arrange({ world: { scenarios } }: Simulator, { waves, fails }: Release) {
  for (const service of waves.flat()) {
    const isBad = (kind: Kind) => fails?.service === service && fails.kind === kind
    if (isBad('image')) scenarios.set(imageOf(service, 'v2'), { kind: 'crash', exitCode: 9 })
    // A task of its own command is no task of the service.
    for (const [command, kind] of [
      ['before', 'before'],
      ['after', 'after'],
      ['inside', 'task check'],
    ] as const)
      scenarios.set(`$ ${command} ${service}`, { kind: 'crash', exitCode: isBad(kind) ? 7 : 0 })
  }
  return probeOf(({ url }) =>
    fails?.kind === 'check' && url === urlOf(fails.service) ? response(500, 'no database') : response(200),
  )
}

const told: Readonly<Record<Kind, RegExp>> = {
  before: /task before of .* failed, so the service was not changed: .*exit code 7/i,
  image: /exit code 9/,
  check: /verify failed: GET https:.* answered 500, not 200; body begins `no database`/i,
  'task check': /verify failed: the task inside of .* failed: .*exit code 7/i,
  after: /the task after of .* failed: .*exit code 7/i,
}

test('whatever fails at whatever place, all that was changed is rolled back and the rest is untouched', async () => {
  await fc.assert(
    fc.asyncProperty(release, async (made) => {
      const { waves, fails } = made
      const sim = severalScene(waves.flat())
      const probe = arrange(sim, made)
      const { runner, log } = await deploySeveral(
        sim,
        { environment: 'production' },
        { files: files(sim, made), probe },
      )
      const versions = waves.flat().map((service) => serving(sim, service).split(':').at(-1))
      const expected = fails === undefined ? 'v2' : 'v1'
      expect(versions).toEqual(waves.flat().map(() => expected))
      const commands = sim.recorder.calls('ecs', 'RunTask').map(({ input }) => commandOf(input))
      expect(commands).toEqual([...new Set(commands)])
      if (fails === undefined) {
        expect([runner.failed, runner.outputs.verdict]).toEqual([false, 'succeeded'])
        expect(commands.toSorted()).toEqual(
          waves
            .flat()
            .flatMap((service) => [`after ${service}`, `before ${service}`, `inside ${service}`])
            .toSorted(),
        )
        return
      }
      const wave = waves.findIndex((members) => members.includes(fails.service))
      const later = waves.slice(wave + 1).flat()
      expect(updates(sim).filter((update) => later.some((service) => update.startsWith(`${service} `)))).toEqual([])
      expect(commands.filter((command) => later.some((service) => command.endsWith(` ${service}`)))).toEqual([])
      if (fails.kind === 'before')
        expect(updates(sim).filter((update) => update.startsWith(`${fails.service} `))).toEqual([])
      expect(runner.failed).toBe(true)
      expect(runner.outputs.verdict).toMatch(/^(failed|rolled-back)$/)
      expect(runner.outputs.cause).toMatch(told[fails.kind])
      expect(runner.outputs.cause).toMatch(waves.flat().length > 1 ? new RegExp(`\\b${fails.service}\\b`, 'i') : /./)
      // What is rolled back after its tasks have run, be it by its own check or for another member, states that they stay.
      if (wave > 0) expect(log).toContain('of this run changed, such as a database schema, was not rolled back')
    }),
    runs(2),
  )
})

function commandOf(input: unknown): string {
  const { overrides } = input as { overrides?: { containerOverrides?: { command?: string[] }[] } }
  return overrides?.containerOverrides?.[0]?.command?.join(' ') ?? ''
}
