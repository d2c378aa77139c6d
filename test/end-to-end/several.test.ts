/** Services that belong together, with the shipped action and what `examples/shop` holds. */
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { inScene, oldImage, region, type Scene, slackInputs } from './scene.ts'

const services = ['data', 'api', 'worker', 'edge']

/** The example in the workspace, and the infrastructure that it expects. Returns the inputs of its deployment. */
function checkOutExample({ sim, copy }: Scene): Readonly<Record<string, string>> {
  copy('examples/shop')
  const { ecr, logs } = sim.world.region(region)
  sim.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:acme/shop:ref:refs/heads/main' } })
  ecr.createRepository('shop')
  const digest = seedImage(sim.world, region, 'shop', 'v2')
  for (const service of services) {
    seedRollingService(sim, { service, loadBalanced: false, waitUntilSteady: false })
    logs.createGroup(`/ecs/${service}`)
  }
  sim.clock.advance(180_000)
  sim.recorder.clear()
  return { ...slackInputs, environment: 'production', image: `shop@${digest}` }
}

/** Images that users of the services get, in the order of the waves. */
function serving({ sim }: Scene): readonly string[] {
  const { ecs } = sim.world.region(region)
  return services.map((service) => {
    const definition = ecs.taskDefinition(ecs.service('shop', service)?.taskDefinition ?? '')
    return String(definition?.containerDefinitions[0]?.image)
  })
}

test.concurrent(
  'examples/shop: one step deploys four services of one image in three waves, and tells it in one message',
  inScene({ service: 'none' }, async (scene) => {
    const inputs = checkOutExample(scene)
    const deployed = await scene.run('deploy', inputs)
    expect(deployed).toMatchObject({ exitCode: 0, errors: [], outputs: { verdict: 'succeeded', cause: '' } })
    expect(serving(scene)).toEqual(services.map(() => expect.stringContaining(`/${inputs.image}`)))
    expect(JSON.parse(deployed.outputs.services ?? '')).toMatchObject({
      data: { verdict: 'succeeded', 'task-definition-arn': expect.stringMatching(/shop-data:1$/) },
      edge: { verdict: 'succeeded', 'previous-task-definition-arn': expect.stringMatching(/edge:1$/) },
    })
    expect(deployed.summary).toContain('4 services (production): deployed in')
    expect(scene.sim.slack.messages()).toHaveLength(1)
    expect(scene.slack()).toMatch(/4 services \(production\): deployed in.*\*edge\* deployed/)

    const again = await scene.run('deploy', inputs)
    expect(again).toMatchObject({ exitCode: 0, outputs: { verdict: 'unchanged' } })
    expect(scene.done('RegisterTaskDefinition')).toBe(4)
  }),
)

onlyLong(test.concurrent)(
  'examples/shop: a cancel in the second wave is settled for both of its services by the post step',
  inScene({ service: 'none' }, async (scene) => {
    const inputs = checkOutExample(scene)
    const { scenarios } = scene.sim.world
    const slowDown = () => scenarios.set(inputs.image?.split('@')[1] ?? '', { kind: 'healthy', startSeconds: 3000 })
    scene.sim.faults.add({ operation: 'UpdateService', skip: 1, times: 1, effect: { kind: 'callback', run: slowDown } })
    const cancel = new AbortController()
    const run = () => {
      if (scene.done('UpdateService') === 3) cancel.abort()
    }
    scene.sim.faults.add({ operation: 'DescribeServiceDeployments', effect: { kind: 'callback', run } })
    const main = await scene.run('deploy', inputs, { signal: cancel.signal })
    expect(main.outputs.verdict).toBe('cancelled')
    const post = await scene.run('deploy', inputs, { step: 'post', state: main.state })
    expect(post.summary).toMatch(
      /2 deployments were in progress: api, worker.*Rollback in progress, continues after this job: data/,
    )
    expect(scene.slack()).toMatch(/\*api\* cancelled.*\*edge\* not started/)
    scene.sim.clock.advance(1_800_000)
    expect(serving(scene)).toEqual([oldImage, oldImage, oldImage, oldImage])
  }),
)
