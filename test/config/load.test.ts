import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { loadConfig } from '../../src/config/load.ts'
import { selectImage } from '../../src/config/select-images.ts'
import { selectImageTags, selectTarget, selectTargets, selectWaves } from '../../src/config/select-target.ts'
import { refusal } from '../refusal.ts'

const written = `version: 1
image: { repository: api }
services:
  api: { task-definition: deploy/api.json, container: api }
  worker: {}
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    role: slipway-deploy
    services:
      api: { cluster: shop, service: api-staging }
      worker: { cluster: shop, service: worker-staging, task-definition: deploy/worker.json }
    url: https://api.staging.example.com
    slack: C0123456789
  production:
    region: cn-north-1
    account: "444455556666"
    role: arn:aws-cn:iam::444455556666:role/deployer
    services:
      api: { cluster: shop, service: api }
`

const { config } = loadConfig(written, 'slipway.yml')

describe('a target', () => {
  test('gathers what the file says about one service in one environment', () => {
    expect(selectTarget(config, 'staging', 'api')).toEqual({
      environment: 'staging',
      region: 'eu-west-1',
      accountId: '111122223333',
      roleArn: 'arn:aws:iam::111122223333:role/slipway-deploy',
      name: 'api',
      cluster: 'shop',
      service: 'api-staging',
      taskDefinition: 'deploy/api.json',
      container: 'api',
      codeDeployApplication: undefined,
      codeDeployDeploymentGroup: undefined,
      url: 'https://api.staging.example.com',
      slackChannel: 'C0123456789',
    })
  })

  test('needs no service name where there is only one, and keeps an ARN of a role as it is', () => {
    expect(selectTarget(config, 'production', undefined)).toMatchObject({
      service: 'api',
      roleArn: 'arn:aws-cn:iam::444455556666:role/deployer',
    })
  })

  test('may override the task definition of the service', () => {
    expect(selectTarget(config, 'staging', 'worker').taskDefinition).toBe('deploy/worker.json')
  })

  test('comes in the order of the environments that were asked for, services in the order of the file', () => {
    expect(
      selectTargets(config, ['production', 'staging']).map(({ environment, name }) => `${environment} ${name}`),
    ).toEqual(['production api', 'staging api', 'staging worker'])
  })

  test.each([
    ['stagin', undefined, 'slipway.yml has no environment stagin: it has staging, production; did you mean staging?'],
    ['staging', undefined, 'has several services, and the input service does not say which: it has api, worker.'],
    ['staging', 'web', 'The environment staging of slipway.yml has no service web: it has api, worker.'],
    ['constructor', undefined, 'slipway.yml has no environment constructor'],
  ])('%s %s is refused', (environment, service, expected) => {
    expect(refusal(() => selectTarget(config, environment, service))).toContain(expected)
  })
})

describe('waves', () => {
  const waves = (declared: string) =>
    written.replace('    slack: C0123456789', `    waves: ${declared}\n    slack: C0123456789`)

  test('order the services of an environment; without them there is no order', () => {
    const { config: ordered } = loadConfig(waves('[[worker], [api]]'), 'slipway.yml')
    expect(selectWaves(ordered, 'staging')).toEqual([['worker'], ['api']])
    expect(selectWaves(ordered, 'production')).toBeUndefined()
  })

  test.each([
    ['[[wroker, api], [worker]]', 'waves.0.0 names wroker, which is not under services; did you mean worker?'],
    ['[[api], [worker, api]]', 'slipway.yml:15:29: environments.staging.waves.1.1 names api a second time'],
    ['[[api]]', 'waves must name every service of the environment; missing: worker'],
    ['[[api, worker], []]', 'waves.1 must have a service'],
    ['[api, worker]', 'waves.0 must be a list, not text'],
  ])('%s is refused', (declared, expected) => {
    expect(refusal(() => loadConfig(waves(declared), 'slipway.yml'))).toContain(expected)
  })
})

test.each([
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['us-gov-west-1', 'aws-us-gov'],
])('the region %s is taken, and a role by its name is one of %s', (region, partition) => {
  const { config: there } = loadConfig(written.replace('region: eu-west-1', `region: ${region}`), 'slipway.yml')
  const role = `arn:${partition}:iam::111122223333:role/slipway-deploy`
  expect(selectTarget(there, 'staging', 'api')).toMatchObject({ region, roleArn: role })
  expect(selectImage(there)).toMatchObject({ region, roleArn: role })
})

test('tags of an environment are tags, and those of an image', () => {
  const tagged = (tags: string) => written.replace(/^ {2}staging:\n/m, `  staging:\n    image-tags: ${tags}\n`)
  const messageOf = (content: string) => refusal(() => loadConfig(content, 'slipway.yml'))
  expect(selectImageTags(loadConfig(tagged('[live, staging]'), 'slipway.yml').config, 'staging')).toEqual([
    'live',
    'staging',
  ])
  expect(selectImageTags(config, 'staging')).toEqual([])
  expect(messageOf(tagged('[.live]'))).toContain('must be at most 128 letters')
  expect(messageOf(tagged('[]'))).toContain('must have a tag')
  const withoutImage = tagged('[live]').replace('image: { repository: api }\n', '')
  expect(messageOf(withoutImage)).toContain('image-tags requires "image" or "images"')
})

test('the image lives where the first environment of the file is', () => {
  expect(selectImage(config)).toMatchObject({
    environment: 'staging',
    repository: 'api',
    region: 'eu-west-1',
    accountId: '111122223333',
    context: '.',
    platforms: [],
  })
})

describe('the deployment settings of a service', () => {
  const withSettings = (block: string) =>
    written.replace(
      'cluster: shop, service: api-staging }',
      `cluster: shop, service: api-staging, deployment: ${block} }`,
    )

  test('are those of the inputs of the same names', () => {
    const block =
      '{ strategy: CANARY, canary-percent: 2.5, circuit-breaker: roll-back, circuit-breaker-threshold: 5, ' +
      'alarms: [api-5xx], lifecycle-hooks: [{ targetType: PAUSE, lifecycleStages: [POST_SCALE_UP] }], ' +
      'load-balancer-configuration: { roleArn: arn:x } }'
    expect(selectTarget(loadConfig(withSettings(block), 'slipway.yml').config, 'staging', 'api').settings).toEqual({
      strategy: 'CANARY',
      canaryPercent: 2.5,
      circuitBreaker: 'roll-back',
      circuitBreakerThreshold: { type: 'COUNT', value: 5 },
      alarms: ['api-5xx'],
      lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_SCALE_UP'] }],
      loadBalancerConfiguration: { roleArn: 'arn:x' },
    })
  })

  test.each([
    ['{ stratgy: CANARY }', 'has no key stratgy; did you mean strategy?'],
    ['{ strategy: canary }', 'strategy must be one of ROLLING, BLUE_GREEN, LINEAR, CANARY'],
    ['{ canary-percent: 0.05 }', 'canary-percent must be at least 0.1'],
    ['{ bake-minutes: 2000 }', 'bake-minutes must be at most 1440'],
    ['{ circuit-breaker-threshold: many }', 'circuit-breaker-threshold must be a percentage such as 50%'],
    ['{ lifecycle-hooks: [{ lifecycleStage: [] }] }', 'has no key lifecycleStage; did you mean lifecycleStages?'],
    ['{ lifecycle-hooks: [{ lifecycleStages: [BAKE_TIME] }] }', 'must be one of RECONCILE_SERVICE'],
    ['{ strategy: null }', 'strategy must be one of ROLLING, BLUE_GREEN, LINEAR, CANARY, not empty'],
    ['{ bake-minutes: 1.5 }', 'bake-minutes must be a whole number, not 1.5'],
    ['{ bake-minutes: 5m }', 'bake-minutes must be a number, not text'],
    ['{ alarms: [""] }', 'alarms.0 must not be empty'],
    ['{ alarms: api-5xx }', 'alarms must be a list, not text'],
    [
      '{ early-success: [75%] }',
      'early-success must be off, or a percentage such as 75%, 75% deferred or 75% blocking',
    ],
    [
      '{ lifecycle-hooks: [{ lifecycleStages: [], timeoutConfiguration: { action: ABORT } }] }',
      'lifecycle-hooks.0.timeoutConfiguration.action must be CONTINUE or ROLLBACK, not "ABORT"',
    ],
    ['{ load-balancer-configuration: arn }', 'load-balancer-configuration must be a mapping or a list, not "arn"'],
    ['{ load-balancer-configuration: { roleArm: arn } }', 'has no key roleArm; did you mean roleArn?'],
    [
      '{ load-balancer-configuration: [{ advancedConfiguration: { role: arn } }] }',
      'slipway.yml:12:95: environments.staging.services.api.deployment.load-balancer-configuration.0.targetGroupArn is missing',
    ],
    [
      '{ load-balancer-configuration: [{ advancedConfiguration: { roleArm: arn } }] }',
      'load-balancer-configuration.0.advancedConfiguration has no key roleArm; did you mean roleArn?',
    ],
  ])('%s is refused with its place', (block, expected) => {
    expect(refusal(() => loadConfig(withSettings(block), 'slipway.yml'))).toContain(expected)
  })
})

describe('mistakes in slipway.yml', () => {
  test('look as its page shows them', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/slipway-yml.md'), 'utf8')
    const [, sample = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
    const [, told = ''] = /```\n(The configuration is invalid:\n[\s\S]*?)```/.exec(page) ?? []
    expect(loadConfig(sample, 'slipway.yml').config.environments).toHaveProperty('production')
    const wrong = sample.replace('region:', 'regoin:').replace('"111122223333"', '111122223333')
    expect(`${refusal(() => loadConfig(wrong, 'slipway.yml'))}\n`).toBe(told)
  })

  test('are told all at once, each with its line and the nearest valid key', () => {
    const wrong = written
      .replace('region: eu-west-1', 'regoin: eu-west-1')
      .replace('account: "111122223333"', 'account: 111122223333')
      .replace('slack: C0123456789', 'slack: "#deploys"')
      .replace('cluster: shop, service: api }', 'cluster: shop }')
    expect(refusal(() => loadConfig(wrong, 'deploy/slipway.yml')).split('\n')).toEqual([
      'The configuration is invalid:',
      '- deploy/slipway.yml:8:5: environments.staging has no key regoin; did you mean region?',
      '- deploy/slipway.yml:9:5: environments.staging.account must be text, not a number; put it in quotes: "111122223333"',
      '- deploy/slipway.yml:15:5: environments.staging.slack must be a Slack channel ID such as C0123456789 (not a name), not "#deploys"',
      '- deploy/slipway.yml:21:7: environments.production.services.api.service is missing',
      'Correct the file; docs/slipway-yml.md lists all keys. Nothing has been changed on AWS.',
    ])
  })

  test.each([
    [
      'a region that is none',
      written.replace('region: eu-west-1', 'region: eu-west1'),
      'slipway.yml:8:5: environments.staging.region must be an AWS region such as eu-west-1, not "eu-west1"; did you mean eu-west-1?',
    ],
    [
      'a key of an input',
      written.replace('slack: C0123456789', 'slack-channel: C0123456789'),
      'has no key slack-channel; did you mean slack?',
    ],
    [
      'an account that begins with zeros',
      written.replace('"111122223333"', '001122223333'),
      'in quotes: "001122223333"',
    ],
    [
      'a service that is not one of the file',
      written.replace('worker: { cluster', 'wroker: { cluster'),
      'slipway.yml:13:7: environments.staging.services.wroker is not one of the services that the file names under "services"; did you mean worker?',
    ],
    [
      'a list for a mapping',
      'version: 1\nservices: []\nenvironments: {}',
      'slipway.yml:2:1: services must be a mapping, not a list',
    ],
    ['a Compose file', 'services:\n  api: { image: api }\n', 'slipway.yml: it is a Docker Compose file.'],
    ['an HTML page', '<!doctype html>\n<html></html>', 'slipway.yml:1:1: it is an HTML page.'],
    ['an empty file', '', 'it is empty'],
    [
      'a name with a space',
      written.replace('  worker: {}', '  my worker: {}'),
      'slipway.yml:5:3: services.my worker must consist of letters, digits, hyphens and underscores',
    ],
    ['an address that is none', written.replace('https://', '//'), 'url must be a URL such as https://'],
    [
      'a key in place of a misspelt one that is there and wrong, too',
      written.replace('    role: slipway-deploy', '    role: 5\n    rle: slipway-deploy'),
      'environments.staging.role must be text, not a number',
    ],
    ['a version that does not exist yet', written.replace('version: 1', 'version: 2'), 'version must be 1'],
    [
      'a duplicate environment',
      `${written}  staging: {}\n`,
      'slipway.yml:22:3: the key "staging" is given twice (first in line 7)',
    ],
  ])('%s', (_, content, expected) => {
    expect(refusal(() => loadConfig(content, 'slipway.yml'))).toContain(expected)
  })
})
