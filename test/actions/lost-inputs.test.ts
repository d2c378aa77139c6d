/** Values that should have arrived and are empty: what GitHub dropped, and variables that nobody set. */
import { describe, expect, test } from '@jest/globals'
import { lostInputs } from '../../src/actions/inputs/lost-inputs-table.ts'
import { newImage, rollingScene } from '../deployment/scene.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import { here } from './scene.ts'
import { step as stepIn } from './step-scene.ts'

const config = (more: string) => `version: 1
${more}
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services: { api: { cluster: shop, service: api } }
`
const builds = config('image: { repository: api }\nservices: { api: { task-definition: td.json, container: api } }')
const runs = config('services: { api: {} }')
/** What it says of the deployment is no sign of what this run is to change. */
const tuned = runs.replace('service: api }', 'service: api, deployment: { minimum-healthy-percent: 50 } }')

async function step(name: string, given: Record<string, string>, slipwayYml?: string) {
  const sim = rollingScene()
  const files = {
    'td.json': seededTaskDefinition(sim.world),
    ...(slipwayYml === undefined ? {} : { 'slipway.yml': slipwayYml, 'deploy/slipway.yml': slipwayYml }),
  }
  return await stepIn(sim, name, given, { files })
}

const file = { 'task-definition': 'td.json' }

const lost: readonly (readonly [name: string, given: Record<string, string>, expected: string, slipwayYml?: string])[] =
  [
    ['deploy', { ...here, 'container-name': 'api' }, 'image is empty, but container-name is set'],
    [
      'deploy',
      { ...here, ...file, 'environment-variables': 'A=1' },
      'image is empty, but environment-variables is set',
    ],
    ['deploy', { ...here, 'container-name': 'api', secrets: 'A=arn:a' }, 'but container-name and secrets are set'],
    ['doctor', { ...here, 'container-name': 'api' }, 'image is empty, but container-name is set'],
    [
      'deploy',
      { environment: 'staging' },
      'image is empty, but slipway.yml names an image and a task definition',
      builds,
    ],
    [
      'deploy',
      { environment: 'staging', 'desired-count': '4' },
      'the deployment would use the image in the file',
      builds,
    ],
    [
      'deploy',
      { environment: 'staging' },
      'image is empty, but slipway.yml names an image and a task definition',
      builds.replace('image: { repository: api }', 'images: { api: { repository: api } }'),
    ],
    [
      'deploy',
      { environment: 'staging' },
      'digests is empty, but slipway.yml names images of containers: the service would keep its images',
      builds
        .replace('image: { repository: api }', 'images: { api: { repository: api } }')
        .replace(
          /services: \{ api: \{[^}]*\} \}/,
          'services: { api: { task-definition: td.json, containers: { api: api } } }',
        ),
    ],
    ['deploy', { environment: 'staging', services: 'api' }, 'the deployment would use the image in the file', builds],
    ['deploy', here, 'image is empty, but service is set: the service would keep its image'],
    ['deploy', { ...here, 'desired-count': '4', 'propagate-tags': 'SERVICE' }, 'image is empty, but service is set'],
    ['deploy', { ...here, 'run-task': 'true' }, 'image is empty, but service is set'],
    ['deploy', { ...here, 'minimum-healthy-percent': '50' }, 'image is empty, but service is set'],
    ['deploy', { environment: 'staging' }, 'image is empty, but slipway.yml names the service', tuned],
    ['deploy', { ...here, 'dry-run': 'true' }, 'image is empty, but service is set'],
    ['deploy', { ...here, service: '', services: 'api' }, 'image is empty, but services is set'],
    ['deploy', { environment: 'staging' }, 'image is empty, but slipway.yml names the service', runs],
    ['register-task-definition', { ...file, 'container-name': 'api' }, 'image is empty, but container-name is set'],
    ['register-task-definition', { ...file, command: 'serve' }, 'image is empty, but command is set'],
    [
      'register-task-definition',
      { 'task-definition-family': 'api' },
      'image is empty, but task-definition-family is set',
    ],
    ['register-task-definition', here, 'image is empty, but service is set'],
    ['rollback', { ...here, 'container-name': 'api' }, 'image is empty, but container-name is set'],
    ['deploy', { image: newImage }, 'task-definition is empty, but image is set'],
    ['deploy', { 'run-task': 'true' }, 'task-definition is empty, but run-task is set'],
    ['doctor', { image: newImage }, 'task-definition is empty, but image is set'],
    ['deploy', { ...file, 'desired-count': '3' }, 'service is empty, but desired-count is set'],
    ['deploy', { ...file, strategy: 'CANARY' }, 'service is empty, but strategy is set'],
    ['deploy', { ...file, 'codedeploy-appspec': 'appspec.yaml' }, 'service is empty, but codedeploy-appspec is set'],
    ['deploy', { ...file, cluster: 'shop' }, 'service is empty, but cluster is set'],
    ['doctor', { ...file, cluster: 'shop' }, 'service is empty, but cluster is set'],
    [
      'deploy',
      { ...here, image: newImage, config: 'deploy/slipway.yml' },
      'environment is empty, but config is set',
      runs,
    ],
    ['rollback', { ...here, config: 'deploy/slipway.yml' }, 'environment is empty, but config is set', runs],
    ['deploy', { service: 'api', image: newImage }, 'environment is empty, but slipway.yml is in the workspace', runs],
    ['continue', { service: 'api' }, 'environment is empty, but slipway.yml is in the workspace', runs],
    [
      'deploy',
      { ...here, image: newImage, 'role-session-name': 'ci' },
      'role-to-assume is empty, but role-session-name is set',
    ],
    [
      'build-push',
      { repository: 'api', audience: 'sts.amazonaws.com.cn' },
      'role-to-assume is empty, but audience is set',
    ],
    ['build-push', { repository: 'api', 'scan-threshold': 'high' }, 'scan is empty, but scan-threshold is set'],
    ['promote', { repository: 'api', to: 'live' }, 'digest is empty, but repository is set'],
    [
      'promote',
      { image: 'api:v1', 'to-role-to-assume': 'arn:aws:iam::111122223333:role/w', tag: 'v1' },
      'to is empty, but to-role-to-assume is set',
    ],
    [
      'deploy',
      { ...here, 'force-desired-count': 'true', image: newImage },
      'desired-count is empty, but force-desired-count is set',
    ],
  ]

describe('an input that was lost ends the step red, before anything is asked of AWS', () => {
  test.each(lost)('%s %j', async (...[name, given, expected, slipwayYml]) => {
    const { message, calls } = await step(name, given, slipwayYml)
    expect(message).toContain(expected)
    expect(message).toMatch(/Likely cause: (GitHub drops a job output that contains a masked value|a variable, secret)/)
    expect(calls).toBe(0)
  })

  test('every rule of the table is one of these', async () => {
    const messages = await Promise.all(lost.map(([name, given, , slipwayYml]) => step(name, given, slipwayYml)))
    const untold = lostInputs.filter(
      ({ lost: name, otherwise }) =>
        !messages.some(({ message }) => message.includes(`${name} is empty`) && message.includes(otherwise)),
    )
    expect(untold).toEqual([])
  })
})

describe('an image with a part that was lost', () => {
  test.each<[string, Record<string, string>, string]>([
    ['deploy', { ...here, image: '@sha256:4be1' }, 'image "@sha256:4be1" has no repository before its tag or digest'],
    ['deploy', { ...here, image: '/api:v2' }, 'image "/api:v2" has no registry before its first /'],
    ['doctor', { ...here, image: 'api@' }, 'image "api@" has no digest behind its @'],
    ['rollback', { ...here, image: ':v2' }, 'image ":v2" has no repository'],
    ['register-task-definition', { ...file, image: 'registry.example.com/api:' }, 'has no tag behind its :'],
    ['register-task-definition', { ...file, images: 'api=' }, 'images of the container api is empty'],
    [
      'register-task-definition',
      { ...file, images: 'api=/api:v2' },
      'images of the container api "/api:v2" has no registry',
    ],
  ])('%s %j', async (name, given, expected) => {
    const { message, calls } = await step(name, given)
    expect(message).toContain(expected)
    expect(message).toContain('GitHub drops a job output that contains a masked value')
    expect(calls).toBe(0)
  })
})

describe('what is empty on purpose', () => {
  test.each<[string, Record<string, string>, string?]>([
    ['deploy', { ...here, 'force-new-deployment': 'true' }],
    ['deploy', { ...here, 'desired-count': '2', 'keep-image': 'true' }],
    ['deploy', { environment: 'staging', 'keep-image': 'true' }, tuned],
    ['deploy', { ...here, 'container-name': 'api', 'environment-variables': 'A=1', 'keep-image': 'true' }],
    ['deploy', { environment: 'staging', 'keep-image': 'true' }, builds],
    ['deploy', { ...here, preflight: 'only' }],
    ['deploy', file],
    ['register-task-definition', file],
    ['register-task-definition', { 'task-definition-family': 'api', register: 'false' }],
    ['register-task-definition', { 'task-definition-family': 'api', 'task-role-arn': 'other' }],
    ['doctor', here],
    // Another repository's service, although slipway.yml is there.
    ['doctor', here, runs],
  ])('%s %j', async (...[name, given, slipwayYml]) => {
    expect((await step(name, given, slipwayYml)).message).toBe('')
  })

  test('image and keep-image are mutually exclusive', async () => {
    const { message } = await step('deploy', { ...here, image: newImage, 'keep-image': 'true' })
    expect(message).toContain('image and keep-image are mutually exclusive')
  })
})

describe('parts of other inputs', () => {
  test.each<[string, Record<string, string>, string]>([
    ['deploy', { ...here, image: newImage, secrets: 'DB=' }, 'secrets has no ARN for DB'],
    [
      'register-task-definition',
      { ...file, image: newImage, 'container-name': 'web, ' },
      'container-name has an empty item in "web,"',
    ],
    ['deploy', { ...here, image: newImage, 'run-task-security-groups': 'sg-1,,sg-2' }, 'has an empty item'],
    ['deploy', { ...here, image: newImage, 'allowed-account-ids': ',' }, 'allowed-account-ids has an empty item'],
    ['deploy', { cluster: 'shop', image: newImage, services: 'api,,web' }, 'services has an empty item'],
    [
      'deploy',
      { ...here, image: newImage, 'role-to-assume': 'arn:aws:iam:::role/deploy' },
      'the input role-to-assume has no account, as if a variable in it were empty',
    ],
    [
      'deploy',
      { image: newImage, service: 'arn:aws:ecs:eu-west-1::service/shop/api' },
      'the input service has no account, as if a variable in it were empty',
    ],
    ['continue', { ...here, answer: '' }, 'answer is empty and must be one of continue, roll-back'],
  ])('%s %j', async (name, given, expected) => {
    const { message } = await step(name, given)
    expect(message).toContain(expected)
  })
})
