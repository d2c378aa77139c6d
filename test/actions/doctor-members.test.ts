/** The action `doctor` for a site and for a service of Elastic Beanstalk: what deploy would find, and nothing is changed. */
import { describe, expect, test } from '@jest/globals'
import { doctorInputs } from '../../src/actions/doctor/doctor-inputs.ts'
import { createDoctor } from '../../src/actions/doctor/index.ts'
import { cliScene } from '../cli/cli-scene.ts'
import { policyOf, refusedBy } from '../cli/permissions-scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { production } from './beanstalk-scene.ts'
import { changesOf } from './doctor-scene.ts'
import { configOf, type MixedScene, withBeanstalk } from './mixed-scene.ts'
import { environment } from './scene.ts'
import { buildOf } from './site-scene.ts'
import { writeFiles } from './write-files.ts'

interface Asked {
  readonly config?: (written: string) => string
  readonly files?: Readonly<Record<string, string>>
  readonly given?: Record<string, string>
}

async function examined(
  scene: MixedScene,
  service: string,
  { config = (written) => written, files, given }: Asked = {},
) {
  const { sim } = scene
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const build = Object.entries(buildOf('one')).map(([path, content]) => [`dist/${path}`, content])
  writeFiles(runner.workspace, {
    'slipway.yml': config(configOf(scene, { waves: '[[api], [web], [shop]]', web: '' })),
    ...(files ?? { 'app/package.json': '{}', ...Object.fromEntries(build) }),
  })
  const action = createDoctor({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  await action.main(givenInputs(doctorInputs, { environment: 'production', service, ...given }), runner)
  const findings: readonly Record<string, string>[] = JSON.parse(runner.outputs.findings ?? '[]')
  return {
    isRed: runner.failed,
    codes: findings.map(({ severity, code }) => `${severity} ${code}`),
    text: findings.map(({ what, why, fix }) => `${what}: ${why}. ${fix}`).join('\n'),
    changes: changesOf(sim),
    summary: runner.summary,
  }
}

describe('a service of Elastic Beanstalk', () => {
  test.each<[string, Parameters<typeof withBeanstalk>[1], readonly string[]]>([
    ['a policy that cannot roll back', { policy: 'Rolling' }, ['notes policy-no-rollback']],
    ['one that can', { policy: 'Immutable' }, ['notes policy-rolls-back']],
    ['basic health', { policy: 'Immutable', enhanced: false }, ['warns health-basic', 'notes policy-rolls-back']],
    [
      'a policy without its load balancer',
      { policy: 'Rolling', settings: { 'aws:elasticbeanstalk:environment': { EnvironmentType: 'SingleInstance' } } },
      ['warns policy-needs-load-balancer', 'notes policy-no-rollback'],
    ],
  ])('%s', async (_, seed, codes) => {
    const { codes: found, isRed, changes, summary } = await examined(withBeanstalk({}, seed), 'web')
    expect([found, isRed, changes]).toEqual([codes, false, []])
    expect(summary).toContain('web (production) can be deployed')
  })

  test.each<[string, Asked, string, RegExp]>([
    [
      'an environment that is not there',
      { config: (written) => written.replace(`environment: ${production}`, 'environment: shop-staging') },
      'environment-not-found',
      /EnvironmentName = shop-staging/,
    ],
    ['a bundle without files', { files: { 'app/.gitignore': '*\n' } }, 'bundle-invalid', /app/],
  ])('%s blocks', async (_, asked, code, says) => {
    const { codes, isRed, text, changes } = await examined(withBeanstalk(), 'web', asked)
    expect([codes, isRed, changes]).toEqual([[`blocks ${code}`], true, []])
    expect(text).toMatch(says)
  })

  test('missing permissions are named', async () => {
    const scene = withBeanstalk()
    scene.sim.iam.allow('s3:*')
    const { codes, text } = await examined(scene, 'web')
    expect(codes).toEqual(['blocks permission-missing'])
    expect(text).toContain('elasticbeanstalk:DescribeEnvironments')
  })
})

describe('a site', () => {
  test.each<[string, Parameters<typeof withBeanstalk>[0], readonly string[]]>([
    ['as it should be', {}, []],
    ['a distribution that is disabled', { distribution: { enabled: false } }, ['warns distribution-disabled']],
    ['no default root object', { distribution: { defaultRootObject: undefined } }, ['warns default-root-object']],
  ])('%s', async (_, options, codes) => {
    const { codes: found, isRed, changes } = await examined(withBeanstalk(options), 'shop')
    expect([found, isRed, changes]).toEqual([codes, false, []])
  })

  test('an origin path elsewhere blocks', async () => {
    const { codes, isRed } = await examined(withBeanstalk({ distribution: { originPath: '/other' } }), 'shop')
    expect([codes, isRed]).toEqual([['blocks origin-path'], true])
  })

  test('a warning is red on request', async () => {
    const scene = withBeanstalk({ distribution: { enabled: false } })
    expect((await examined(scene, 'shop', { given: { 'fail-on': 'warns' } })).isRed).toBe(true)
  })

  test.each<[string, (scene: MixedScene) => Asked, RegExp]>([
    ['an empty folder', () => ({ files: { 'app/package.json': '{}' } }), /dist/],
    ['another bucket', () => ({ config: (one) => one.replace('bucket: shop-site', 'bucket: none-such') }), /none-such/],
    [
      'a bucket of another region',
      ({ sim }) => {
        sim.world.region('eu-central-1').s3.createBucket('far-site')
        return { config: (one) => one.replace('bucket: shop-site', 'bucket: far-site') }
      },
      /eu-central-1/,
    ],
    [
      'missing permissions',
      ({ sim }) => {
        sim.iam.allow('s3:*')
        return {}
      },
      /cloudfront:GetDistribution/,
    ],
  ])('%s blocks', async (_, asked, says) => {
    const scene = withBeanstalk()
    const { codes, isRed, text, changes } = await examined(scene, 'shop', asked(scene))
    expect([codes.length, codes[0], isRed, changes]).toEqual([1, expect.stringMatching(/^blocks /), true, []])
    expect(text).toMatch(says)
  })
})

test('asks IAM for nothing that slipway permissions --action doctor does not allow', async () => {
  const scene = withBeanstalk({}, { policy: 'Rolling' })
  const declared = { waves: '[[api], [web], [shop]]', web: ', option-settings: { env:COLOR: blue }' }
  const repository = cliScene({ 'slipway.yml': configOf(scene, declared), 'deploy/api.json': '{"family":"api"}' })
  const policy = await policyOf(repository, '--action', 'doctor')
  const config = () => configOf(scene, declared)
  for (const service of ['web', 'shop']) expect((await examined(scene, service, { config })).isRed).toBe(false)
  expect(refusedBy([policy], scene.sim)).toEqual([])
})

describe('the policy of the bucket of a site', () => {
  const arn = 'arn:aws:s3:::shop-site'
  const oac = (more: object = {}) => ({
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: 's3:GetObject',
    Resource: `${arn}/*`,
    ...more,
  })
  const listing = oac({ Action: 's3:ListBucket', Resource: arn })
  const other = { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/E0000000000OTHER' } }
  const ofAll = { StringLike: { 'aws:sourcearn': ['arn:aws:cloudfront::111122223333:distribution/*'] } }
  const identity = { AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1' }

  test.each<[string, readonly object[] | undefined, readonly string[]]>([
    ['that the console writes', [oac()], ['notes missing-is-403']],
    ['with the right to list', [oac(), listing], []],
    ['with patterns', [oac({ Action: ['s3:Get*'], Condition: ofAll }), listing], []],
    ['of an origin access identity', [oac({ Principal: identity }), listing], []],
    ['for everyone', [oac({ Principal: '*' }), listing], []],
    ['of another distribution', [oac({ Condition: other }), listing], ['warns bucket-policy']],
    ['of another folder', [oac({ Resource: `${arn}/other/*` }), listing], ['warns bucket-policy']],
    ['for other actions', [oac({ Action: 's3:PutObject' }), listing], ['warns bucket-policy']],
    ['that denies', [oac({ Effect: 'Deny' }), listing], ['warns bucket-policy']],
    ['for another service', [oac({ Principal: { Service: 'ecs.amazonaws.com' } })], ['warns bucket-policy']],
    ['that is not there', undefined, ['warns bucket-policy']],
  ])('%s', async (_, statements, codes) => {
    const policy = statements && JSON.stringify({ Statement: statements })
    const {
      codes: found,
      isRed,
      text,
    } = await examined(withBeanstalk({ bucket: { policy } as { policy: string } }), 'shop')
    expect([found, isRed]).toEqual([codes, false])
    if (codes[0] === 'warns bucket-policy') expect(text).toMatch(/403 AccessDenied/)
  })

  test('that may not be read is said to be unchecked', async () => {
    const scene = withBeanstalk()
    scene.sim.faults.add({ service: 's3', operation: 'GetBucketPolicy', effect: { kind: 'access-denied' } })
    const { codes, text } = await examined(scene, 'shop')
    expect(codes).toEqual(['notes bucket-policy-unread'])
    expect(text).toContain('s3:GetBucketPolicy is not allowed')
  })
})

describe('the roles of an environment of Elastic Beanstalk', () => {
  const named = {
    policy: 'Immutable',
    settings: {
      'aws:elasticbeanstalk:environment': { ServiceRole: 'arn:aws:iam::111122223333:role/service-role/eb-service' },
      'aws:autoscaling:launchconfiguration': { IamInstanceProfile: 'eb-ec2' },
    },
  }
  const usual = 'notes policy-rolls-back'
  const role = (service: string) => ({ trustedServices: [service], policies: {}, attachedPolicies: {} })

  test.each<[string, readonly (string | undefined)[], readonly string[], RegExp]>([
    ['that are as they should be', ['elasticbeanstalk', 'ec2'], [], /(?:)/],
    [
      'that are not there',
      [],
      ['warns service-role', 'warns instance-profile'],
      /eb-service does not exist[\s\S]*eb-ec2 does not exist/,
    ],
    [
      'that trust others',
      ['ec2', 'ecs'],
      ['warns service-role', 'warns instance-profile'],
      /does not trust elasticbeanstalk[\s\S]*not trust ec2/,
    ],
    [
      'without the role of the profile',
      ['elasticbeanstalk', undefined],
      ['warns instance-profile'],
      /eb-ec2 has no role/,
    ],
  ])('%s', async (_, [service, ec2], codes, says) => {
    const scene = withBeanstalk({}, named)
    const { iam } = scene.sim
    if (service) iam.role({ name: 'service-role/eb-service', ...role(`${service}.amazonaws.com`) })
    if (ec2) iam.role({ name: 'eb-ec2-role', ...role(`${ec2}.amazonaws.com`) })
    if (service) iam.instanceProfiles.set('eb-ec2', ec2 ? { role: 'eb-ec2-role' } : {})
    const { codes: found, text, isRed, changes } = await examined(scene, 'web')
    expect([found, isRed, changes]).toEqual([[...codes, usual], false, []])
    expect(text).toMatch(says)
  })

  test('that may not be read are said to be unchecked', async () => {
    const scene = withBeanstalk({}, named)
    scene.sim.faults.add({ service: 'iam', operation: /^Get/, times: 2, effect: { kind: 'access-denied' } })
    const { codes, text } = await examined(scene, 'web')
    expect(codes).toEqual(['notes roles-unread', 'notes roles-unread', usual])
    expect(text).toMatch(/iam:GetRole is not allowed[\s\S]*iam:GetInstanceProfile is not allowed/)
  })
})
