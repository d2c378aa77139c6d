/** Tags move. A service that runs the wanted revision already is deployed anew where a tag of it leads to another image. */
import { describe, expect, test } from '@jest/globals'
import { codeDeployScene, portsOf, region, rollingScene, runSeldom as run } from '../../../deployment/scene.ts'
import { onlyLong } from '../../../often.ts'
import { seedImage } from '../../../simulator/ecr.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const repository = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api'
const image = `${repository}:latest`
type Ended = Awaited<ReturnType<typeof run>>

const push = (sim: Simulator, content: string) => seedImage(sim.world, region, 'api', 'latest', { content })
const again = (sim: Simulator, more: Parameters<typeof run>[1] = {}) =>
  run(sim, { image, ...more, request: { followTags: true, ...more.request } })
const warnings = ({ state }: Ended) => state.warnings.map(({ untrusted }) => untrusted).join('\n')
const isLook = /^(ListTasks|DescribeTasks|DescribeImages)$/
const looks = (sim: Simulator) => sim.recorder.all.filter(({ operation }) => isLook.test(operation)).length
const digests = async (sim: Simulator) => {
  const tasks = await portsOf(sim).ecs.listTasks('shop', { service: 'api', desiredStatus: 'RUNNING' })
  return new Set(tasks.flatMap(({ containers = [] }) => containers.map(({ imageDigest }) => imageDigest)))
}

describe.each([
  ['ECS', () => rollingScene()],
  ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 })],
])('what %s deployed from a tag', (engine, scene) => {
  /** Where tasks and Amazon ECR are read, the engine decides nothing. */
  const also = engine === 'ECS' ? test : onlyLong(test)

  async function deployed(): Promise<Simulator> {
    const sim = scene()
    sim.world.region(region).ecr.createRepository('api')
    push(sim, 'one')
    expect((await again(sim)).outcome).toBe('succeeded')
    sim.clock.advance(600_000)
    sim.recorder.clear()
    return sim
  }

  test('is unchanged while the tag stays', async () => {
    const sim = await deployed()
    const ended = await again(sim)
    expect([ended.outcome, warnings(ended)]).toEqual(['unchanged', ''])
    expect(looks(sim)).toBe(3)
  })

  test('is deployed anew when the tag was moved: the same revision, the new image', async () => {
    const sim = await deployed()
    const moved = push(sim, 'two')
    const ended = await again(sim)
    expect(ended.outcome).toBe('succeeded')
    expect(warnings(ended)).toMatch(/tag of \S*api:latest was moved \(sha256:\w{12} → sha256:\w{12}\)/)
    sim.clock.advance(600_000)
    expect(await digests(sim)).toEqual(new Set([moved]))
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    expect((await again(sim)).outcome).toBe('unchanged')
  })

  also('is not said to be the same while no task of it is shown', async () => {
    const sim = await deployed()
    push(sim, 'two')
    const { handlers } = sim.world.region(region).ecs
    Object.assign(handlers, { ListTasks: () => ({ taskArns: [] }) })
    const ended = await again(sim)
    expect(ended.outcome).toBe('unchanged')
    expect(warnings(ended)).toMatch(
      /ecs:ListTasks returned no running task of api:\d+, so a tag that was moved since the last deployment is not detected/,
    )
  })

  also('is deployed with its settings, where those change, too', async () => {
    const sim = await deployed()
    push(sim, 'two')
    const ended = await again(sim, { request: { propagateTags: 'SERVICE' } })
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.plan?.does).toBe('deploys')
    expect(ended.state.deployment).toBeDefined()
  })

  also('a dry run says it, and changes nothing', async () => {
    const sim = await deployed()
    push(sim, 'two')
    const ended = await again(sim, { request: { dryRun: true } })
    expect(ended.state.plan?.does).toBe('deploys')
    expect(warnings(ended)).toMatch(/tag of .* was moved/)
    const changes = sim.recorder.all.filter(({ operation }) => /^(Update|Create)/.test(operation))
    expect(changes).toEqual([])
  })

  test.each([
    ['ecr:DescribeImages', { operation: 'DescribeImages' }],
    ['ecs:ListTasks', { operation: 'ListTasks' }],
  ])('without %s it is unchanged, and that is said with what to do', async (action, rule) => {
    const sim = await deployed()
    push(sim, 'two')
    sim.faults.add({ ...rule, times: 9, effect: { kind: 'access-denied' } })
    const ended = await again(sim)
    expect(ended.outcome).toBe('unchanged')
    expect(warnings(ended)).toMatch(
      new RegExp(`Not authorized to perform ${action}.*is not detected.*force-new-deployment`),
    )
  })

  also('is unchanged, and that is said, when Amazon ECR does not answer for some seconds', async () => {
    const sim = await deployed()
    sim.faults.add({ operation: 'DescribeImages', times: 99, effect: { kind: 'http', status: 503 } })
    const before = sim.clock.now()
    const ended = await again(sim)
    expect([ended.outcome, sim.clock.now() - before < 30_000]).toEqual(['unchanged', true])
    expect(warnings(ended)).toMatch(/did not respond to ecr:DescribeImages in time, so a tag that was moved/)
  })

  also('is unchanged where a task shows the part for its platform of what the tag leads to', async () => {
    const sim = await deployed()
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    const manifests = [...(await digests(sim))].map((digest) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest,
      size: 1,
    }))
    const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests })
    const { handlers } = sim.world.region(region).ecr
    const input = { repositoryName: 'api', imageManifest: index, imageTag: 'latest' }
    handlers.PutImage?.(input, {} as never)
    const ports = portsOf(sim)
    const registry = {
      manifest: async (_: string, digest: string) => ({ digest, mediaType, content: Buffer.from(index) }),
      blob: async () => undefined,
    }
    const ended = await again(sim, { ports: { ...ports, images: { ecr: ports.ecr, registry } } })
    expect([ended.outcome, warnings(ended)]).toEqual(['unchanged', ''])
  })

  also('is unchanged when the tag is gone', async () => {
    const sim = await deployed()
    const { handlers } = sim.world.region(region).ecr
    const input = { repositoryName: 'api', imageIds: [{ imageTag: 'latest' }] }
    handlers.BatchDeleteImage?.(input, {} as never)
    expect((await again(sim)).outcome).toBe('unchanged')
  })

  also('an image of a digest, or a deployment that begins anyway, costs no look', async () => {
    const sim = await deployed()
    const digest = push(sim, 'two')
    await again(sim, { image: `${repository}@${digest}`, request: { wait: false } })
    expect(looks(sim)).toBe(0)
  })
})

test.each([
  ['registry.example.com/api:latest', /registry\.example\.com\/api:latest is not in this account's Amazon ECR/],
  ['registry.example.com/api', /is not in this account's Amazon ECR/],
  ['registry.example.com/api:v2', /^$/],
])('%s of another registry is not looked up', async (other, said) => {
  const sim = rollingScene()
  await again(sim, { image: other })
  sim.recorder.clear()
  const ended = await again(sim, { image: other })
  expect(ended.outcome).toBe('unchanged')
  expect(warnings(ended)).toMatch(said)
  expect(looks(sim)).toBe(0)
})
