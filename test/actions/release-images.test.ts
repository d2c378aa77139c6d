/** One release of several images: each container of each service gets its own, and what did not change stays. */
import { describe, expect, test } from '@jest/globals'
import { region } from '../deployment/scene.ts'
import { said } from '../refusal.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { cluster, deploySeveral, type Running, updates } from './several-scene.ts'

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const names = ['api', 'envoy', 'logs'] as const
const versions = ['1', '2', '3', '4']
const live = 'a'.repeat(40)
const released = 'b'.repeat(40)

const config = `version: 1
images:
  api: { repository: shop/api, context: api, paths: ["api/**"] }
  envoy: { repository: shop/envoy, context: envoy, paths: ["envoy/**"] }
  logs: { repository: shop/logs, context: logs }
services:
  api: { containers: { api: api, proxy: envoy } }
  edge: { containers: { edge: envoy } }
  logs: { containers: { logs: logs } }
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
      api: { cluster: ${cluster}, service: api }
      edge: { cluster: ${cluster}, service: edge }
      logs: { cluster: ${cluster}, service: logs }
    waves: [[logs], [api], [edge]]
`

const containers = { api: { api: 'api', proxy: 'envoy' }, edge: { edge: 'envoy' }, logs: { logs: 'logs' } } as const

/** Services that run version 1 of their images, whose revisions are tagged with the live commit. */
function shop() {
  const sim = createSimulator()
  const { ecr } = sim.world.region(region)
  const digests = new Map<string, string>()
  for (const name of names) {
    ecr.createRepository(`shop/${name}`)
    for (const version of versions)
      digests.set(
        `${name}:${version}`,
        seedImage(sim.world, region, `shop/${name}`, version, { content: name + version }),
      )
  }
  const digest = (name: string, version: string) => digests.get(`${name}:${version}`) ?? ''
  const image = (name: string, version: string) => `${registry}/shop/${name}@${digest(name, version)}`
  for (const [service, images] of Object.entries(containers)) {
    const [base] = seededTaskDefinition(sim.world, { service }).containerDefinitions ?? []
    const containerDefinitions = Object.entries(images).map(([container, name], index) => ({
      ...base,
      name: container,
      image: image(name, '1'),
      portMappings: [{ containerPort: 8080 + index }],
    }))
    const tags = Object.entries({ commit: live, repository: 'acme/shop', run: '1/1', ref: 'refs/heads/main' })
    const taskDefinition = {
      containerDefinitions,
      tags: tags.map(([key, value]) => ({ key: `slipway:${key}`, value })),
    }
    seedRollingService(sim, { service, loadBalanced: false, waitUntilSteady: false, taskDefinition })
  }
  sim.clock.advance(180_000)
  sim.recorder.clear()
  return { sim, digest, image }
}

function running(sim: Simulator, service: string): readonly string[] {
  const { ecs } = sim.world.region(region)
  const definition = ecs.taskDefinition(ecs.service(cluster, service)?.taskDefinition ?? '')
  return (definition?.containerDefinitions ?? [])
    .toSorted((one, other) => String(one.name).localeCompare(String(other.name)))
    .map(({ image: one }) => String(one))
}

async function release(
  { sim }: ReturnType<typeof shop>,
  digests: object,
  more: Record<string, string> = {},
  running: Running & { readonly config?: string } = {},
) {
  const given = { environment: 'production', digests: JSON.stringify(digests), ...more }
  const ran = await deploySeveral(sim, given, { ...running, files: { 'slipway.yml': running.config ?? config } })
  return { ...ran, problem: ran.error === undefined ? '' : said(ran.error) }
}

const all = ({ digest }: ReturnType<typeof shop>) => ({
  api: digest('api', '2'),
  envoy: digest('envoy', '3'),
  logs: digest('logs', '4'),
})

describe('a release of several images', () => {
  test('puts each into the containers that name it, wave by wave, with one verdict', async () => {
    const scene = shop()
    const { sim, image } = scene
    const { runner, log } = await release(scene, all(scene))
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(running(sim, 'api')).toEqual([image('api', '2'), image('envoy', '3')])
    expect(running(sim, 'edge')).toEqual([image('envoy', '3')])
    expect(running(sim, 'logs')).toEqual([image('logs', '4')])
    expect(updates(sim)).toEqual(['logs logs:2', 'api api:2', 'edge edge:2'])
    expect(log).toContain('Wave 3 of 3')
  })

  test('is rolled back whole when one of its images fails', async () => {
    const scene = shop()
    const { sim, image } = scene
    sim.world.scenarios.set(image('envoy', '3'), { kind: 'crash', exitCode: 1 })
    const { runner } = await release(scene, all(scene))
    expect(runner.outputs.verdict).toBe('rolled-back')
    for (const [service, images] of Object.entries(containers))
      expect(running(sim, service)).toEqual(Object.values(images).map((name) => image(name, '1')))
  })

  test('of a dry run may have tags, which no deployment accepts', async () => {
    const scene = shop()
    const tags = { api: '2', envoy: '2', logs: '2' }
    const planned = await release(scene, tags, { 'dry-run': 'true' })
    expect(planned.problem).toBe('')
    expect(planned.log).toContain('shop/envoy:2')
    const { problem } = await release(scene, tags)
    expect(problem).toContain('digests has a tag and no digest of api, envoy, logs, which only a dry run accepts')
    expect(updates(scene.sim)).toEqual([])
  })
})

describe('an image that this run has not built', () => {
  const guarded = { guard: 'on', 'github-token': 'ghs_1', revision: released }
  const github = (files: readonly string[], status = 'ahead') => ({
    fetch: async () => Response.json({ status, files: files.map((filename) => ({ filename })) }),
  })

  test('stays as it is live, and a service of which nothing changed is left alone', async () => {
    const scene = shop()
    const { sim, digest, image } = scene
    const digests = { api: digest('api', '2'), logs: digest('logs', '1') }
    const { runner, services } = await release(scene, digests, guarded, github(['api/main.ts', 'README.md']))
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(running(sim, 'api')).toEqual([image('api', '2'), image('envoy', '1')])
    expect([services.edge?.verdict, services.logs?.verdict]).toEqual(['unchanged', 'unchanged'])
    expect(updates(sim)).toEqual(['api api:2'])
  })

  test.each([
    [
      'whose files changed since the commit that is live',
      github(['envoy/envoy.yaml']),
      /envoy\/envoy\.yaml changed since the live commit aaaaaaa/,
    ],
    [
      'where GitHub does not say which files changed',
      github(Array(300).fill('a')),
      /GitHub lists 300 changed files at most/,
    ],
    ['where the commits have diverged', github([], 'diverged'), /the commit of this run is diverged of it/],
  ])('is no longer the right one %s: nothing is deployed', async (_, running, why) => {
    const scene = shop()
    const digests = { api: scene.digest('api', '2'), logs: scene.digest('logs', '1') }
    const { problem, runner } = await release(scene, digests, guarded, running)
    expect(`${problem} ${runner.lines.join(' ')}`).toMatch(why)
    expect(`${problem} ${runner.lines.join(' ')}`).toContain('set build-all: true')
    expect(updates(scene.sim)).toEqual([])
  })

  test('and that no files name is lost, and so is one that slipway.yml does not have', async () => {
    const scene = shop()
    const { problem } = await release(scene, { ap: scene.digest('api', '2') })
    expect(problem).toContain('digests has no logs, which services.logs runs and which has no paths')
    const unknown = await release(scene, { logs: scene.digest('logs', '2'), ap: scene.digest('api', '2') })
    expect(unknown.problem).toContain(
      'digests names the image ap, which slipway.yml does not have under images; did you mean api?',
    )
  })

  test('goes into a container that the definition has: else the line of slipway.yml is named', async () => {
    const scene = shop()
    const strange = config.replace('proxy: envoy', 'prox: envoy')
    const { runner } = await release(scene, all(scene), {}, { config: strange })
    expect(runner.lines.join(' ')).toContain('has no container "prox"')
    expect(runner.lines.join(' ')).toContain('Correct services.api.containers (slipway.yml:7)')
  })

  test('is kept only from its own repository', async () => {
    const scene = shop()
    const moved = config.replace('shop/envoy', 'shop/proxy')
    const { problem, runner } = await release(scene, { logs: scene.digest('logs', '1') }, {}, { config: moved })
    expect(`${problem} ${runner.lines.join(' ')}`).toContain(
      'envoy (container edge): the live revision has another image there',
    )
  })
})

describe('inputs', () => {
  test.each([
    [{ digests: '' }, 'digests is empty, but slipway.yml names images of containers'],
    [{ digests: 'sha256:1' }, 'must be a JSON object of images and their digests'],
    [{ digests: '{"api":"sha256:1"}' }, 'has no digest (sha256: and 64 hexadecimal digits) of "api"'],
    [{ image: 'shop/api:v1' }, 'digests and image are mutually exclusive'],
    [{ environment: '', services: 'api' }, 'digests requires environment'],
  ])('%j', async (more: Record<string, string>, message) => {
    const scene = shop()
    const run = async () => (await release(scene, { logs: scene.digest('logs', '1') }, more)).problem
    expect(await run().catch(said)).toContain(message)
    expect(updates(scene.sim)).toEqual([])
  })

  test('services that would get no image are named by their lines, all at once', async () => {
    const scene = shop()
    const wrong = config
      .replace('edge: { containers: { edge: envoy } }', 'edge: { container: edge }')
      .replace('logs: { containers: { logs: logs } }', 'logs: {}')
    const { problem } = await release(scene, {}, {}, { config: wrong })
    expect(problem).toContain('services.edge.container is for the one image, and the file has images: use containers')
    expect(problem).toContain('services.logs has neither containers nor a task-definition')
    expect(problem).toContain('slipway.yml:8')
  })
})
