/** ARNs in the place of names, and messages that name a setting as it was set. */
import { describe, expect, test } from '@jest/globals'
import { newImage, region, rollingScene, run, servingImage } from '../deployment/scene.ts'
import { ask } from '../simulator/seeding.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { emptyScene, environment, here, keys, slack } from './scene.ts'
import { severalScene } from './several-scene.ts'
import { step } from './step-scene.ts'

const arn = (resource: string) => `arn:aws:ecs:eu-west-1:111122223333:${resource}`
const service = arn('service/shop/api')
const { AWS_REGION: _, ...noRegion } = { ...environment, ...keys }

describe('the ARN of a service says its cluster and region', () => {
  test.each([
    ['deploy', { image: newImage, 'dry-run': 'true' }],
    ['doctor', { image: newImage, 'fail-on': 'never' }],
    ['rollback', { to: 'api:1', 'dry-run': 'true' }],
    ['register-task-definition', { images: `api=${newImage}` }],
  ])('%s', async (name, given) => {
    const { message, isRed } = await step(rollingScene(), name, { service, ...given }, { environment: noRegion })
    expect([message, isRed]).toEqual(['', false])
  })

  test('continue', async () => {
    const { log } = await step(rollingScene(), 'continue', { service }, { environment: noRegion })
    // The service was found, and waits for nothing.
    expect(log).toMatch(/api \(shop\)/)
    expect(log).not.toMatch(/no service|no active ECS cluster/)
  })

  test('deploy deploys to it, and every message has its name', async () => {
    const sim = rollingScene()
    const { outputs, log } = await step(sim, 'deploy', { service, image: newImage })
    expect(outputs.verdict).toBe('succeeded')
    expect(servingImage(sim)).toBe(newImage)
    expect(log).not.toContain('service/shop/api')
  })

  test('the old form has no cluster, which is named beside it', async () => {
    const sim = rollingScene()
    const old = { service: arn('service/api'), image: newImage }
    expect(await step(sim, 'deploy', { ...old, cluster: arn('cluster/shop') })).toMatchObject({
      outputs: { verdict: 'succeeded' },
    })
    expect((await step(sim, 'deploy', old)).log).toMatch(/Correct the input cluster \(empty: the cluster default\)/)
  })

  test('services that are deployed together may have ARNs', async () => {
    const sim = severalScene(['api', 'web'])
    const services = `${service} ${arn('service/shop/web')}`
    const { outputs } = await step(sim, 'deploy', { services, image: newImage, 'container-name': 'api' })
    expect(outputs).toMatchObject({ verdict: 'succeeded', services: expect.stringContaining('"web"') })
  })

  test.each([
    [
      `${service} arn:aws:ecs:us-east-1:111122223333:service/shop/web`,
      /names api in eu-west-1, .* and web in us-east-1/,
    ],
    [`${service} arn:aws:ecs:eu-west-1:444455556666:service/shop/web`, /web in eu-west-1, account 444455556666/],
    [`${service} api`, /services names api more than once/],
  ])('%s is refused', async (services, expected) => {
    const { message, calls } = await step(rollingScene(), 'deploy', { services, image: newImage, cluster: 'shop' })
    expect(message).toMatch(expected)
    expect(calls).toBe(0)
  })

  test('also in slipway.yml, and a contradiction there is told with its line', async () => {
    const config = (cluster: string, at = region) => `version: 1
services: { web: {} }
environments:
  staging:
    region: ${at}
    account: "111122223333"
    services: { web: { cluster: ${cluster}, service: "${service}" } }
`
    const given = { environment: 'staging', image: newImage }
    const good = await step(rollingScene(), 'deploy', given, { files: { 'slipway.yml': config('shop') } })
    expect(good.outputs.verdict).toBe('succeeded')
    const bad = await step(rollingScene(), 'deploy', given, { files: { 'slipway.yml': config('web', 'us-east-1') } })
    expect(bad.message).toContain(
      'the cluster is web (environments.staging.services.web.cluster (slipway.yml:7)), but shop (environments.staging.services.web.service (slipway.yml:7): arn:',
    )
    expect(bad.message).toContain(
      'the region is us-east-1 (environments.staging.region (slipway.yml:5)), but eu-west-1',
    )
    expect(bad.calls).toBe(0)
  })

  test('credentials of another account are refused, and the ARN is named', async () => {
    const { log } = await step(rollingScene(), 'deploy', {
      service: 'arn:aws:ecs:eu-west-1:444455556666:service/shop/api',
      image: newImage,
    })
    expect(log).toMatch(/belong to account 111122223333, but the ARN in the input service is 444455556666/)
    expect(log).toMatch(/or correct the ARN in the input service/)
  })

  test('a cluster of another region: its ARN is named once, and the region in it', async () => {
    const { log } = await step(rollingScene(), 'deploy', {
      service: 'api',
      cluster: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      image: newImage,
    })
    expect(log).toMatch(/Correct the ARN in the input cluster, or the region of the ARN in the input cluster if/)
  })

  test.each([
    ['deploy', { ...here, cluster: 'staging', service, image: newImage }],
    ['doctor', { ...here, cluster: 'staging', service, image: newImage }],
    ['rollback', { cluster: 'staging', service }],
    ['rollback', { ...here, to: 'arn:aws:ecs:us-east-1:111122223333:task-definition/api:1', 'aws-region': region }],
    ['continue', { cluster: 'staging', service }],
    ['register-task-definition', { cluster: 'staging', service, image: newImage }],
    ['deploy', { ...here, service: 'web', 'deployment-id': 'service-deployment/shop/api/abcdef' }],
    ['doctor', { ...here, cluster: 'staging', 'deployment-id': `${arn('service-deployment/shop/api/abcdef')}` }],
  ])('%s %j: the contradiction is refused before AWS is asked', async (name, given) => {
    const { message, calls } = await step(rollingScene(), name, given)
    expect(message).toMatch(/The settings are inconsistent:\n- the (cluster|service|region) is/)
    expect(calls).toBe(0)
  })
})

describe('what is not there', () => {
  test('a service: region, account, AWS’s word, the nearest name and all others', async () => {
    const { log } = await step(severalScene(['api', 'web']), 'deploy', { ...here, service: 'apii', image: newImage })
    expect(log).toContain(
      'The cluster shop has no service apii (eu-west-1, account 111122223333): MISSING; did you mean api? (the cluster has api, web).',
    )
    expect(log).toContain('Correct the input service, the input cluster or the variable AWS_REGION.')
  })

  test('a cluster', async () => {
    const { log } = await step(rollingScene(), 'deploy', {
      ...here,
      cluster: 'shpo',
      image: newImage,
      'aws-region': region,
    })
    expect(log).toContain(
      'There is no active ECS cluster shpo in eu-west-1, account 111122223333: ClusterNotFoundException; did you mean shop? (this region has shop).',
    )
    expect(log).toContain('Correct the input cluster, or the input aws-region if the cluster is in another region.')
  })

  test('in another region there may be none at all', async () => {
    const { log } = await step(rollingScene(), 'deploy', { ...here, image: newImage, 'aws-region': 'us-east-1' })
    expect(log).toContain(
      'no active ECS cluster shop in us-east-1, account 111122223333: ClusterNotFoundException; this region has none',
    )
  })

  test('names are a help and no condition: whoever may not list them reads the rest', async () => {
    const sim = rollingScene()
    sim.iam.allow('ecs:DescribeServices')
    const { log, outputs } = await step(sim, 'deploy', { ...here, service: 'apii', image: newImage })
    expect(log).toContain('The cluster shop has no service apii (eu-west-1, account 111122223333): MISSING.')
    expect(outputs['cause-code']).toBe('service-not-found')
  })

  test('is named with the key of slipway.yml that says it', async () => {
    const config = `version: 1
services: { web: { container: app } }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services:
      web:
        cluster: shop
        service: SERVICE
`
    const play = (name: string) =>
      step(
        rollingScene(),
        'deploy',
        { environment: 'staging', image: newImage },
        { files: { 'slipway.yml': config.replace('SERVICE', name) } },
      )
    const { log } = await play('apii')
    expect(log).toContain(
      'Correct environments.staging.services.web.service (slipway.yml:10), environments.staging.services.web.cluster (slipway.yml:9) or environments.staging.region (slipway.yml:5).',
    )
    expect((await play('api')).log).toMatch(
      /no container "app": its container is "api"\..*\n.*Correct services\.web\.container \(slipway\.yml:2\)/,
    )
  })

  test('a deleted service and a deleted cluster are called so', async () => {
    const sim = rollingScene()
    ask(sim.world, region, 'DeleteService', { cluster: 'shop', service: 'api', force: true })
    sim.clock.advance(600_000)
    const { log } = await step(sim, 'deploy', { ...here, image: newImage })
    expect(log).toMatch(
      /has no service api \(eu-west-1, account 111122223333\): its status is INACTIVE: it was deleted/,
    )
    ask(sim.world, region, 'DeleteCluster', { cluster: 'shop' })
    ask(sim.world, region, 'CreateCluster', { clusterName: 'shop2' })
    const after = await step(sim, 'deploy', { ...here, image: newImage })
    expect(after.log).toContain('no active ECS cluster shop in eu-west-1, account 111122223333: its status is INACTIVE')
    // Nor is it suggested to anybody.
    const other = await step(sim, 'deploy', { ...here, cluster: 'shp', image: newImage })
    expect(other.log).toContain('ClusterNotFoundException; did you mean shop2? (this region has shop2)')
  })

  test('credentials: the key of slipway.yml that would give them, and the input where there is none', async () => {
    const config = `version: 1
services: { web: {} }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services: { web: { cluster: shop, service: api } }
`
    const bare = { RUNNER_ENVIRONMENT: 'github-hosted', HOME: '/nowhere' }
    const by = (given: Record<string, string>) =>
      step(
        rollingScene(),
        'deploy',
        { image: newImage, ...given },
        { files: { 'slipway.yml': config }, environment: bare },
      )
    const configured = await by({ environment: 'staging' })
    expect(configured.log).toContain('Set environments.staging.role (slipway.yml:4) and give the job')
    expect(configured.log).not.toContain('role-to-assume')
    expect((await by({ ...here, 'aws-region': region })).log).toContain('Set the input role-to-assume and give the job')
  })
})

describe('what is there and is not active', () => {
  const revision = { ...here, 'task-definition': 'api:1' }
  test.each([
    ['INACTIVE', 'it was deregistered (its status is INACTIVE)'],
    ['DELETE_IN_PROGRESS', 'it is being deleted (its status is DELETE_IN_PROGRESS)'],
  ])('a revision that is %s is not deployed', async (status, reason) => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    ask(sim.world, region, 'DeregisterTaskDefinition', { taskDefinition: 'api:1' })
    if (status !== 'INACTIVE') ask(sim.world, region, 'DeleteTaskDefinitions', { taskDefinitions: ['api:1'] })
    const { log, outputs } = await step(sim, 'deploy', revision)
    expect(log).toContain(`The revision api:1 can no longer be deployed: ${reason}`)
    expect(outputs['cause-code']).toBe('revision-gone')
    expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
    // An image can be put into it all the same: that makes a new one.
    expect((await step(sim, 'deploy', { ...revision, image: 'registry.example.com/api:v3' })).outputs.verdict).toBe(
      'succeeded',
    )
  })

  test('a deleted service is no source for a definition', async () => {
    const sim = rollingScene()
    ask(sim.world, region, 'DeleteService', { cluster: 'shop', service: 'api', force: true })
    sim.clock.advance(600_000)
    const { message } = await step(sim, 'register-task-definition', { ...here, images: `api=${newImage}` })
    expect(message).toMatch(/has no service api \(eu-west-1, account 111122223333\): its status is INACTIVE/)
  })
})

describe('plan', () => {
  const config = (role: string) => `version: 1
services: { web: {} }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
${role}    services: { web: { cluster: shop, service: api } }
`
  const plan = (role: string) =>
    step(createSimulator(), 'plan', { environments: 'staging' }, { files: { 'slipway.yml': config(role) } })

  test('warns of an environment without a role, with the line that it belongs to', async () => {
    const { log, isRed } = await plan('')
    expect(isRed).toBe(false)
    expect(log).toMatch(/^warning .*environments\.staging\.role \(slipway\.yml:4\) is missing/m)
    expect((await plan('    role: slipway-deploy\n')).log).not.toMatch(/^warning/m)
  })

  test('of several images none can be passed on to all services, where one has to be', async () => {
    const images = config('').replace(
      'services: { web: {} }',
      'images: { web: { repository: web } }\nservices: { web: {} }',
    )
    const planned = (more: Record<string, string>) =>
      step(createSimulator(), 'plan', { environments: 'staging', ...more }, { files: { 'slipway.yml': images } })
    const { message } = await planned({ 'single-image': 'true' })
    expect(message).toMatch(
      /has several images, and this step builds and deploys one[\s\S]*slipway\.yml:2:1: images is not deployed/,
    )
    expect((await planned({})).message).toContain('services.web has neither containers nor a task-definition')
    const placed = images.replace('web: {} }', 'web: { containers: { app: web } } }')
    const several = await step(
      createSimulator(),
      'plan',
      { environments: 'staging' },
      { files: { 'slipway.yml': placed } },
    )
    expect(several.outputs).toMatchObject({ repository: '', several: 'true', filtered: '' })
  })

  test('an environment whose name is empty is not left out of the order', async () => {
    const { message } = await step(createSimulator(), 'plan', { environments: ',production' })
    expect(message).toContain('environments has an empty item in ",production"')
  })
})

describe('a Slack channel by its name', () => {
  test.each([
    ['deploy', { image: newImage }],
    ['rollback', { to: 'api:1' }],
  ])('%s warns once, sends nothing there and goes on', async (name, given) => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    const { log, outputs } = await step(sim, name, { ...here, ...slack, 'slack-channel': '#deploys', ...given })
    expect(
      log.match(/warning Slack: No Slack message is sent: the input slack-channel must be a Slack channel ID/g),
    ).toHaveLength(1)
    expect(sim.slack.messages('deploys')).toEqual([])
    expect(['succeeded', 'unchanged']).toContain(outputs.verdict)
    expect(outputs['slack-message-ts']).toBe('')
  })

  test('no channel in slipway.yml is told by its key', async () => {
    const config = `version: 1
services: { web: {} }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services: { web: { cluster: shop, service: api } }
`
    const given = { environment: 'staging', image: newImage, 'slack-token': slack['slack-token'] }
    const { log } = await step(rollingScene(), 'deploy', given, { files: { 'slipway.yml': config } })
    expect(log).toContain('a token is set, but environments.staging.slack (slipway.yml:4) is empty')
  })
})

test('an empty cluster has no service at all', async () => {
  const { log } = await step(emptyScene(), 'deploy', { ...here, service: 'nothing', image: newImage })
  expect(log).toMatch(/MISSING; the cluster has (none|other)/)
})
