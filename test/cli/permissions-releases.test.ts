/** Policies for sites and services of Elastic Beanstalk, taken literally by the simulated IAM, against what a release calls. */
import { expect, test } from '@jest/globals'
import { rolling } from '../actions/beanstalk-scene.ts'
import { configOf, type Declared, labels, type MixedScene, release, withBeanstalk } from '../actions/mixed-scene.ts'
import { imageOf } from '../actions/several-scene.ts'
import { bucket, buildOf } from '../actions/site-scene.ts'
import { onlyLong, some } from '../often.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import { type CliScene, cliScene } from './cli-scene.ts'
import { accountsOf, actionsIn, ids, policyOf } from './permissions-scene.ts'

const waves = '[[shop.assets], [api, web], [shop]]'

function repository({ sim }: MixedScene, config: string): CliScene {
  const definition = seededTaskDefinition(sim.world, { service: 'api', image: imageOf('api', 'v2') })
  return cliScene({ 'slipway.yml': config, 'deploy/api.json': JSON.stringify(definition) })
}

const refusedIn = ({ sim }: MixedScene) =>
  sim.recorder.all.flatMap((call) =>
    /AccessDenied|Unauthorized/.test(call.outcome ?? '') ? [[call.operation, JSON.stringify(call.input)]] : [],
  )

const after = (scene: MixedScene) =>
  `, after: { invalidate: { distribution: ${scene.distribution.id}, paths: ["/api/*"] } }`

const declared: readonly (readonly [string, (scene: MixedScene) => Declared])[] = [
  ['a release', () => ({ web: '' })],
  [
    'a release that changes settings, deletes versions and invalidates',
    (scene) => ({
      web: `, option-settings: { env:COLOR: blue }, keep-versions: 1${after(scene)}`,
      after: after(scene),
      site: ', prefix: app',
    }),
  ],
]

test.each(some(declared.toReversed(), 2))('%s is refused nothing', async (_, more) => {
  const scene = withBeanstalk({ distribution: { originPath: '/app' } }, rolling)
  const options = more(scene)
  const site = ', prefix: app'
  const config = configOf(scene, { waves, ...options, site })
  const { accounts } = await accountsOf(repository(scene, config), '--boundary')
  const [account] = accounts
  const policy = account?.roles[0]?.policy
  if (!policy || !account?.boundary) throw new Error('a policy and a boundary are expected')
  for (const [index, word] of ['one', 'two'].entries()) {
    scene.sim.iam.enforce(policy)
    const { outputs, log } = await release(scene, { build: buildOf(word), version: `v${index + 2}`, config })
    expect([outputs.verdict, refusedIn(scene), log]).toEqual([
      'succeeded',
      [],
      expect.not.stringContaining('AccessDenied'),
    ])
  }
  scene.sim.iam.enforce(account.boundary.policy)
  await release(scene, { build: buildOf('three'), version: 'v4', config })
  expect([refusedIn(scene), new Set(labels(scene)).size]).toEqual([[], 1])
})

const wildcard = (() => {
  const Condition = { ArnLike: { 'AWS:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/*' } }
  const Principal = { Service: 'cloudfront.amazonaws.com' }
  return JSON.stringify({
    Statement: [{ Effect: 'Allow', Principal, Action: ['s3:GetObject', 's3:ListBucket'], Condition }],
  })
})()

const pointed = ', prefix: app, publish: origin-path'
const canary = `${pointed}, canary-weight: 5, canary-minutes: 1`

const canaryScene = () =>
  withBeanstalk({ distribution: { originPath: '/app', deploySeconds: 15 }, bucket: { policy: wildcard } }, rolling)

async function policyFor(scene: MixedScene, site: string) {
  const { accounts } = await accountsOf(repository(scene, configOf(scene, { waves, web: '', site })))
  return accounts[0]?.roles[0]?.policy
}

test('only a site with a canary gets the rights for one', async () => {
  const scene = canaryScene()
  const words = /ContinuousDeployment|CopyDistribution|WithStagingConfig|distribution\/\*/
  expect(JSON.stringify(await policyFor(scene, canary))).toMatch(words)
  expect(JSON.stringify(await policyFor(scene, pointed))).not.toMatch(words)
})

onlyLong(test)('a release whose site has a canary is refused nothing', async () => {
  const scene = canaryScene()
  const policy = await policyFor(scene, canary)
  if (!policy) throw new Error('a policy is expected')
  for (const [index, word] of ['one', 'two'].entries()) {
    scene.sim.iam.enforce(policy)
    const config = configOf(scene, { waves, web: '', site: canary })
    const { outputs, log } = await release(scene, { build: buildOf(word), version: `v${index + 2}`, config })
    expect([outputs.verdict, refusedIn(scene), log]).toEqual(['succeeded', [], expect.anything()])
  }
  expect(scene.sim.recorder.count('cloudfront', 'UpdateDistributionWithStagingConfig')).toBe(1)
})

test.each([
  ['bucket', bucket, 'another-site'],
  ['application', 'application: shop', 'application: store'],
])('of another %s is refused, before anything is changed', async (_, own, other) => {
  const scene = withBeanstalk({}, rolling)
  const config = configOf(scene, { waves, web: '' })
  scene.sim.iam.enforce(await policyOf(repository(scene, config.replace(own, other))))
  const { outputs } = await release(scene, { build: buildOf('one'), config })
  expect(outputs.verdict).toBe('failed')
  expect(refusedIn(scene).length).toBeGreaterThan(0)
  expect(scene.sim.recorder.count('elasticbeanstalk', 'UpdateEnvironment')).toBe(0)
})

const only = (more = '') => `version: 1
services: { api: { beanstalk: { application: shop, source-directory: app } } }
sites: { cdn: { folder: site } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    role: deploy
    services: { api: { environment: shop-production } }
    sites: { cdn: { bucket: shop-cdn, prefix: app, distribution: [E1A2B3C4D5E6F7, E2A2B3C4D5E6F7]${more} } }
`

test('every action is restricted to the objects, distributions, application and environment of slipway.yml', async () => {
  const { Statement } = await policyOf(cliScene({ 'slipway.yml': only() }))
  const wide = Statement.filter(({ Resource }) => [Resource].flat().includes('*'))
  expect(wide.flatMap(({ Action = [] }) => Action)).toEqual([
    'autoscaling:*',
    'cloudformation:*',
    'ec2:*',
    'elasticbeanstalk:CreateStorageLocation',
    'elasticbeanstalk:DescribeAccountAttributes',
    'elasticloadbalancing:*',
  ])
  const on = (action: string) =>
    Statement.flatMap(({ Action = [], Resource = [] }) => (Action.includes(action) ? [Resource].flat() : []))
  const storage = 'arn:aws:s3:::elasticbeanstalk-eu-west-1-111122223333'
  expect(on('s3:ListBucket')).toEqual([storage, 'arn:aws:s3:::shop-cdn'])
  expect(on('s3:PutObject')).toEqual([`${storage}/slipway/*`, 'arn:aws:s3:::shop-cdn/app/*'])
  expect(on('s3:GetObject')).toContain(`${storage}/resources/environments/logs/*`)
  expect(on('s3:DeleteObject')).toEqual(['arn:aws:s3:::shop-cdn/app/*'])
  expect(on('cloudfront:CreateInvalidation')).toEqual([
    'arn:aws:cloudfront::111122223333:distribution/E1A2B3C4D5E6F7',
    'arn:aws:cloudfront::111122223333:distribution/E2A2B3C4D5E6F7',
  ])
  expect(on('elasticbeanstalk:AbortEnvironmentUpdate')).toEqual([
    'arn:aws:elasticbeanstalk:eu-west-1:111122223333:environment/shop/shop-production',
  ])
})

test('what slipway.yml or an option asks for is added, and what is not needed is left out', async () => {
  const more = async (...words: readonly string[]) =>
    actionsIn(await policyOf(cliScene({ 'slipway.yml': only(', kms-key-id: k-1') }), ...words))
  const usual = await more()
  expect(usual).toEqual(expect.arrayContaining(['ec2:*', 'kms:GenerateDataKey']))
  expect(usual.filter((action) => /Swap|PassRole|Validate|DeleteApplicationVersion/.test(action))).toEqual([])
  expect(await more('--without', 'environment-resources')).not.toContain('ec2:*')
  expect(await more('--with', 'swap-environment-name')).toContain('elasticbeanstalk:SwapEnvironmentCNAMEs')
  const { Statement } = await policyOf(cliScene({ 'slipway.yml': only() }), '--pass-role', 'shop-instances')
  expect(Statement).toContainEqual(
    expect.objectContaining({
      Resource: ['arn:aws:iam::111122223333:role/shop-instances'],
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    }),
  )
})

test('the rights of the caller, a bucket of another account and an alias of a key are noted', async () => {
  const { err } = await accountsOf(
    cliScene({ 'slipway.yml': only(', kms-key-id: alias/site, bucket-owner: "444455556666"') }),
  )
  expect(err).toContain('with the rights of the caller, so the role has ec2:* and others: api (production)')
  expect(err).toContain('The bucket shop-cdn of cdn is in account 444455556666')
  expect(err).toContain('aws kms describe-key --key-id alias/site')
})

test('an action that neither is for is an error', async () => {
  const { code, err } = await cliScene({ 'slipway.yml': only() }).run(['permissions', ...ids, '--action', 'continue'])
  expect([code, err]).toEqual([2, expect.stringContaining('--action continue needs no permissions')])
})
