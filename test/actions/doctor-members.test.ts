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
