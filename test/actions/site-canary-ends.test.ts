/** Canaries that are refused, that fail, and that are killed. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createDeploySite } from '../../src/actions/deploy-site/index.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { deploySite as permissions } from '../../src/cli/permissions/site-permissions.ts'
import { lost } from '../aws/simulated.ts'
import { onlyLong, some, times } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { setPolicy } from '../simulator/cloudfront/continuous-deployment.ts'
import type { Handler } from '../simulator/contract.ts'
import { canary, denied, given, pathOf, pointed, policyOf, stagingOf } from './site-canary-scene.ts'
import { type Build, bucket, buildOf, deploySite, type SiteScene, siteJob } from './site-scene.ts'

describe('a canary is refused before anything is sent', () => {
  test.each([
    ['http2and3', /HttpVersion of the distribution E\w+ is http2and3, and a canary was requested/],
    ['http3', /CloudFront has no continuous deployment for distributions that support HTTP\/3/],
  ])('with HttpVersion %s', async (httpVersion, words) => {
    const { scene } = await given({ distribution: { httpVersion } })
    const { isRed, log, message } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([isRed, log + message]).toEqual([true, expect.stringMatching(words)])
    expect(scene.sim.recorder.count('s3', 'PutObject')).toBe(0)
  })

  test('with a distribution that is disabled: a promotion would enable it', async () => {
    const { scene } = await given()
    const off = { ...scene.distribution.config, Enabled: false }
    Object.assign(scene.distribution, { config: off, live: off })
    const { isRed, log, message } = await deploySite(scene, { build: buildOf('two') }, { ...canary, check: 'off' })
    expect([isRed, log + message]).toEqual([
      true,
      expect.stringMatching(/E\w+ is disabled, and a canary was requested/),
    ])
    expect(scene.sim.recorder.count('s3', 'PutObject')).toBe(0)
  })

  test('with a staging distribution as the one of the site', async () => {
    const { scene } = await given()
    await deploySite(scene, { build: buildOf('two') }, canary)
    const id = stagingOf(scene)[0]?.id ?? ''
    scene.sim.recorder.clear()
    const { log, message } = await deploySite(scene, { build: buildOf('three') }, { ...canary, 'distribution-id': id })
    expect(log + message).toContain(`The distribution ${id} is a staging distribution`)
    expect(scene.sim.recorder.count('s3', 'PutObject')).toBe(0)
  })

  test('while the policy is enabled by another program, of which a release without a canary warns', async () => {
    const { scene } = await given()
    await deploySite(scene, { build: buildOf('two') }, canary)
    const [policy] = policyOf(scene)
    if (policy) setPolicy(scene.sim.world, policy, { ...policy.config, Enabled: true })
    scene.sim.clock.advance(600_000)
    scene.sim.recorder.clear()
    const { log, message, isRed } = await deploySite(scene, { build: buildOf('three') }, canary)
    expect(log + message).toContain(`The continuous deployment policy ${policy?.id} of`)
    expect([isRed, scene.sim.recorder.count('s3', 'PutObject'), policy?.config.Enabled]).toEqual([true, 0, true])
    const plain = await deploySite(scene, { build: buildOf('three') }, pointed)
    expect([plain.outputs.verdict, plain.log.includes('is enabled, and not by Slipway')]).toEqual(['succeeded', true])
  })

  test.each([
    [{ 'canary-weight': '16' }, 'at most 15'],
    [{ 'canary-weight': '0' }, 'more than 0'],
    [{ 'canary-weight': '1e1' }, 'not "1e1"'],
    [{ 'canary-minutes': '61' }, '60'],
    [{ 'canary-header': 'x-canary: yes' }, 'aws-cf-cd-'],
    [{ publish: 'in-place' }, 'canary-weight requires publish: origin-path'],
    [{ 'distribution-id': 'E1A2B3C4D5E6F7,E1A2B3C4D5E6F8' }, 'canary-weight requires one distribution-id, not 2'],
  ])('with %j', async (more, words) => {
    const { scene } = await given()
    const asked = deploySite(scene, { build: buildOf('two') }, { ...canary, ...more })
    const said = await asked.then(
      ({ log, message }) => log + message,
      (error: Error) => error.message,
    )
    expect(said).toContain(words)
    expect(scene.sim.recorder.calls().filter(({ operation }) => /^(Put|Copy|Update|Create)/.test(operation))).toEqual(
      [],
    )
  })
})

describe('a canary', () => {
  test.each(
    some(
      ['CopyDistribution', 'CreateContinuousDeploymentPolicy', 'UpdateContinuousDeploymentPolicy'].concat([
        'UpdateDistribution',
        'UpdateDistributionWithStagingConfig',
      ]),
      2,
    ).flatMap((operation) => some(lost, 2).map((effect) => [operation, effect] as const)),
  )('has one effect where the reply to %s is lost (%j)', async (operation, effect) => {
    const { scene } = await given()
    scene.sim.faults.add({ service: 'cloudfront', operation, effect, times: 1 })
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, log]).toEqual(['succeeded', expect.anything()])
    expect([stagingOf(scene).length, policyOf(scene).length]).toEqual([1, 1])
    expect(scene.visit('/').body).toContain('two')
  })

  test('needs the permissions of the table alone', async () => {
    const { scene } = await given()
    scene.sim.iam.allow(...permissions.flatMap(({ actions }) => actions))
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, log]).toEqual(['succeeded', expect.anything()])
  })

  test('whose distribution another program changes is not promoted over that', async () => {
    const { scene, first } = await given()
    const { handlers } = scene.cloudfront as { readonly handlers: Record<string, Handler> }
    const shift = handlers.UpdateContinuousDeploymentPolicy as Handler
    handlers.UpdateContinuousDeploymentPolicy = (input, call) => {
      const { id: Id, etag: IfMatch, config } = scene.distribution
      handlers.UpdateDistribution?.({ Id, IfMatch, DistributionConfig: { ...config, Comment: 'theirs' } }, call)
      return shift(input, call)
    }
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, outputs['cause-code']]).toEqual(['rolled-back', 'site-busy'])
    expect(log).toContain('they differ in Comment, which a promotion would overwrite')
    expect([scene.distribution.config.Comment, pathOf(scene.distribution)]).toEqual(['theirs', `/releases/${first}`])
    expect(policyOf(scene)[0]?.config.Enabled).toBe(false)
  })

  test('whose visitors get another page is rolled back', async () => {
    const { scene, first } = await given()
    const { handlers } = scene.cloudfront as { readonly handlers: Record<string, Handler> }
    const shift = handlers.UpdateContinuousDeploymentPolicy as Handler
    let isShifted = false
    Object.assign(scene.distribution.options, {
      rewrite: (uri: string) => (isShifted && uri === '/' ? '/about/index.html' : uri),
      ttl: { min: 0, default: 0, max: 0 },
    })
    handlers.UpdateContinuousDeploymentPolicy = (input, call) => {
      const output = shift(input, call)
      isShifted =
        policyOf(scene)[0]?.config.TrafficConfig?.Type === 'SingleWeight' && policyOf(scene)[0]?.config.Enabled === true
      return output
    }
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, outputs['cause-code']]).toEqual(['rolled-back', 'site-not-served'])
    expect([pathOf(scene.distribution), policyOf(scene)[0]?.config.Enabled]).toEqual([`/releases/${first}`, false])
  })

  test('over the quota is an error with its name, and changes nothing', async () => {
    const { scene, first } = await given()
    scene.sim.faults.add({
      ...{ service: 'cloudfront', operation: 'CopyDistribution' },
      effect: { kind: 'error', code: 'TooManyDistributions', message: 'maximum number of distributions', status: 400 },
    })
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, pathOf(scene.distribution)]).toEqual(['failed', `/releases/${first}`])
    expect(log).toContain('TooManyDistributions')
  })

  test('that cannot be ended says so, and the next run ends it', async () => {
    const { scene } = await given()
    const { handlers } = scene.cloudfront as { readonly handlers: Record<string, Handler> }
    const promote = { service: 'cloudfront', operation: 'UpdateDistributionWithStagingConfig' }
    scene.sim.faults.add({ ...promote, effect: denied('cloudfront:UpdateDistributionWithStagingConfig'), times: 1 })
    const shift = handlers.UpdateContinuousDeploymentPolicy as Handler
    handlers.UpdateContinuousDeploymentPolicy = (input, call) => {
      const { Enabled } = (input as { ContinuousDeploymentPolicyConfig: { Enabled: boolean } })
        .ContinuousDeploymentPolicyConfig
      if (!Enabled)
        scene.sim.faults.add({ service: 'cloudfront', operation: 'GetDistribution', effect: denied('x'), times: 1 })
      return shift(input, call)
    }
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, log]).toEqual([
      'rollback-failed',
      expect.stringContaining('The next run disables the policy'),
    ])
    handlers.UpdateContinuousDeploymentPolicy = shift
    scene.sim.faults.clear()
    const next = await deploySite(scene, { build: buildOf('three') }, pointed)
    expect([next.outputs.verdict, next.log]).toEqual(['succeeded', expect.stringContaining('was ended')])
    expect(policyOf(scene)[0]?.config.Enabled).toBe(false)
  })

  test('is none for a rollback', async () => {
    const { scene, first } = await given()
    await deploySite(scene, { build: buildOf('two') }, pointed)
    const { outputs } = await deploySite(scene, {}, { ...canary, release: 'previous' })
    expect([outputs.verdict, pathOf(scene.distribution), stagingOf(scene)]).toEqual([
      'succeeded',
      `/releases/${first}`,
      [],
    ])
  })
})

/** A run that is cancelled at one of its calls to CloudFront, or after it; with the post step where `settles`. */
async function cancelled(scene: SiteScene, build: Build, at: number, settles: boolean) {
  const { runner } = await siteJob(scene.sim, { build })
  const { handle } = scene.sim.requestHandler
  let calls = 0
  const requestHandler = {
    ...scene.sim.requestHandler,
    handle: async (...asked: Parameters<typeof handle>) => {
      const isCounted = /^(PUT|POST)$/.test(asked[0].method) && asked[0].path.startsWith('/2020-05-31/')
      if (isCounted && ++calls === at) runner.cancel()
      return await handle(...asked)
    },
  }
  const action = createDeploySite({ requestHandler, fetch: (url, init) => scene.sim.fetch(url, init) })
  const inputs = { bucket, folder: 'dist', 'distribution-id': scene.distribution.id, guard: 'off', ...canary }
  const typed = givenInputs(deploySiteInputs, inputs)
  await action.main(typed, runner)
  if (settles) {
    const after = await siteJob(scene.sim, { build, state: runner.savedState })
    await after.action.post?.(typed, after.runner)
  }
  return calls
}

/** Pages of both distributions, whose assets have to be found at both. */
function missed(scene: SiteScene): readonly string[] {
  const paths = [scene.distribution, ...stagingOf(scene)].flatMap(({ live, config }) =>
    [live, config].map(({ Origins }) => `${Origins.Items[0]?.OriginPath ?? ''}/`.slice(1)),
  )
  const textOf = (key: string) => scene.s3.object(bucket, key)?.body.toString()
  const pages = paths.flatMap((path) => textOf(`${path}index.html`) ?? [])
  const assets = pages.flatMap((page) => [...page.matchAll(/src=\/([^>\s]+)/g)].map(([, asset = '']) => asset))
  const served = `${scene.distribution.live.Origins.Items[0]?.OriginPath ?? ''}/`.slice(1)
  return assets.filter((asset) => textOf(`${served}${asset}`) === undefined)
}

describe.each([true, false])('after a cancel at any change, with the post step: %j', (settles) => {
  test.each(some([1, 2, 3, 4, 5, 6, 7, 8], settles ? 4 : 6))('at %j', async (at) => {
    const { scene } = await given()
    await cancelled(scene, buildOf('two'), at, settles)
    scene.sim.clock.advance(600_000)
    expect(missed(scene)).toEqual([])
    if (settles && at < 7) {
      expect(policyOf(scene).map(({ config }) => config.Enabled)).not.toContain(true)
      const seen = Array.from({ length: 60 }, () => /(one|two)$/.exec(scene.visit('/').body)?.[1])
      expect(new Set(seen).size).toBe(1)
    }
    const { outputs, log } = await deploySite(scene, { build: buildOf('three') }, pointed)
    expect([outputs.verdict, log]).toEqual(['succeeded', expect.anything()])
    expect(policyOf(scene).map(({ config }) => config.Enabled)).not.toContain(true)
    expect(JSON.parse(scene.s3.object(bucket, '.slipway/site.json')?.body.toString() ?? '').canary).toBeUndefined()
    expect(new Set(Array.from({ length: 60 }, () => scene.visit('/').body)).size).toBe(1)
  })
})

/** Visitors with cookies, after every call of CloudFront: what each of them has got, in order. */
function sessions(scene: SiteScene, count: number) {
  const all = Array.from({ length: count }, () => ({ cookie: '', got: [] as string[] }))
  const { handlers } = scene.cloudfront as { readonly handlers: Record<string, Handler> }
  const read = handlers.GetDistribution as Handler
  handlers.GetDistribution = (input, call) => {
    for (const one of all) {
      const { body = '', headers } = scene.cloudfront.view(scene.distribution.domain, '/', { cookie: one.cookie })
      one.cookie = headers['set-cookie'] ?? one.cookie
      one.got.push(/(one|two)$/.exec(Buffer.from(body as string).toString())?.[1] ?? 'none')
    }
    return read(input, call)
  }
  return all
}

test('a session changes to the release once, and never back', async () => {
  const { scene } = await given()
  const all = sessions(scene, 40)
  await deploySite(scene, { build: buildOf('two') }, canary)
  const changes = all.map(({ got }) => got.filter((word, index) => index === 0 || word !== got[index - 1]))
  expect(new Set(changes.map((one) => one.join()))).toEqual(new Set(['one,two']))
  expect(new Set(all.map(({ got }) => got.indexOf('two'))).size).toBe(2)
})

/** What of the pages that a visitor can get now is found at no distribution that may be asked for it; after every call. */
function watchAssets(scene: SiteScene) {
  const missing = new Set<string>()
  const look = () => {
    const { livePolicy } = scene.distribution
    const isShared = livePolicy?.Enabled === true || policyOf(scene).some(({ config }) => config.Enabled)
    const serving = [scene.distribution, ...(isShared ? stagingOf(scene) : [])]
    const paths = serving.flatMap(({ live, config }) =>
      [live, config].map(({ Origins }) => `${Origins.Items[0]?.OriginPath ?? ''}/`.slice(1)),
    )
    const textOf = (key: string) => scene.s3.object(bucket, key)?.body.toString()
    const pages = paths.flatMap((path) => textOf(`${path}index.html`) ?? [])
    const assets = pages.flatMap((page) => [...page.matchAll(/src=\/([^>\s]+)/g)].map(([, asset = '']) => asset))
    for (const path of paths)
      for (const asset of assets) if (textOf(`${path}${asset}`) === undefined) missing.add(`${path}${asset}`)
  }
  for (const handlers of [scene.s3.handlers, scene.cloudfront.handlers] as Record<string, Handler>[])
    for (const [operation, handler] of Object.entries(handlers))
      handlers[operation] = (input, call) => {
        const output = handler(input, call)
        look()
        return output
      }
  return missing
}

const build = fc.constantFrom('one', 'two', 'three', 'four')
const step = fc.oneof(
  fc.record({ kind: fc.constant('canary' as const), build }),
  fc.record({ kind: fc.constant('plain' as const), build }),
  fc.constant({ kind: 'roll-back' as const }),
  fc.record({ kind: fc.constant('killed' as const), build, at: fc.integer({ min: 1, max: 8 }), settles: fc.boolean() }),
)

onlyLong(test)(
  'no visitor misses an asset, whatever is deployed, rolled back or killed, with lost replies',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const { scene } = await given()
        const missing = watchAssets(scene)
        for (const effect of lost)
          scene.sim.faults.add({ operation: /Put|Copy|Create|Update|Delete/, probability: 0.02, effect })
        for (const one of steps) {
          if (one.kind === 'canary') await deploySite(scene, { build: buildOf(one.build) }, canary)
          if (one.kind === 'plain') await deploySite(scene, { build: buildOf(one.build) }, pointed)
          if (one.kind === 'roll-back') await deploySite(scene, {}, { ...pointed, release: 'previous' })
          if (one.kind === 'killed') await cancelled(scene, buildOf(one.build), one.at, one.settles)
        }
        scene.sim.faults.clear()
        const { outputs, log } = await deploySite(scene, { build: buildOf('last') }, canary)
        expect([outputs.verdict, log]).toEqual(['succeeded', expect.anything()])
        expect([policyOf(scene)[0]?.config.Enabled, stagingOf(scene).length, policyOf(scene).length]).toEqual([
          false,
          1,
          1,
        ])
        expect([...missing]).toEqual([])
      }),
      { numRuns: times('CANARIES', 1, 12), seed: 5 },
    )
  },
)
