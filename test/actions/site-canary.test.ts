/** Releases that a part of the visitors gets first, from a staging distribution of CloudFront. */
import { describe, expect, test } from '@jest/globals'
import { policiesOf } from '../simulator/cloudfront/continuous-deployment.ts'
import { distributionsOf } from '../simulator/cloudfront/distributions.ts'
import type { Handler } from '../simulator/contract.ts'
import { buildOf, deploySite, type SiteOptions, type SiteScene, siteScene } from './site-scene.ts'

const pointed = { publish: 'origin-path' }
const canary = { ...pointed, 'canary-weight': '10', 'canary-minutes': '5' }

const reading = (source: string) => ({
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: ['s3:GetObject', 's3:ListBucket'],
  Condition: { ArnLike: { 'AWS:SourceArn': source } },
})

/** A site with a release that is live. */
async function given(options: SiteOptions = {}) {
  const policy = JSON.stringify({ Statement: [reading('arn:aws:cloudfront::111122223333:distribution/*')] })
  const scene = siteScene({ bucket: { policy }, ...options })
  const { outputs } = await deploySite(scene, { build: buildOf('one') }, pointed)
  scene.sim.recorder.clear()
  return { scene, first: outputs.release ?? '' }
}

const stagingOf = ({ sim }: SiteScene) =>
  [...distributionsOf(sim.world).values()].filter(({ config }) => config.Staging === true)
const policyOf = ({ sim }: SiteScene) => [...policiesOf(sim.world).values()]
const pathOf = ({ config }: SiteScene['distribution']) => config.Origins.Items[0]?.OriginPath

/** What visitors get at each call of CloudFront, without the caches of the primary distribution. */
function watch(scene: SiteScene) {
  const seen: { readonly operation: string; readonly fresh: ReadonlySet<string>; readonly header: string }[] = []
  const { handlers } = scene.cloudfront as { readonly handlers: Record<string, Handler> }
  let at: readonly unknown[] = []
  for (const [operation, handler] of Object.entries(handlers))
    handlers[operation] = (input, call) => {
      const output = handler(input, call)
      const { live, livePolicy } = scene.distribution
      const now = [live, livePolicy, stagingOf(scene)[0]?.live, operation.replace(/^Get.*/, '')]
      if (now.every((one, index) => one === at[index])) return output
      at = now
      const bodies = Array.from({ length: 40 }, () => word(scene.visit('/').body))
      const header = scene.cloudfront.view(scene.distribution.domain, '/', { 'aws-cf-cd-canary': 'yes' }).body ?? ''
      seen.push({ operation, fresh: new Set(bodies), header: word(Buffer.from(header as string).toString()) })
      return output
    }
  return seen
}

const word = (body: string) => /(one|two|three)$/.exec(body)?.[1] ?? body

describe('a canary', () => {
  test('is checked by a header, then gets a part of the sessions, then all get the release', async () => {
    const { scene } = await given()
    const seen = watch(scene)
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, log]).toEqual(['succeeded', expect.stringContaining('10 % of the sessions for 5 minutes')])
    const [staging] = stagingOf(scene)
    const [policy] = policyOf(scene)
    expect([pathOf(scene.distribution), staging && pathOf(staging)]).toEqual(
      Array(2).fill(`/releases/${outputs.release}`),
    )
    expect([policy?.config.Enabled, scene.distribution.config.ContinuousDeploymentPolicyId]).toEqual([
      false,
      policy?.id,
    ])
    expect(scene.visit('/').body).toContain('two')
    const mixed = seen.findIndex(({ fresh }) => fresh.size === 2)
    const promoted = seen.findIndex(({ operation }) => operation === 'UpdateDistributionWithStagingConfig')
    // No visitor has the release before the policy has a weight, and some have it before the promotion.
    expect(mixed).toBeGreaterThan(seen.findIndex(({ operation }) => operation === 'UpdateContinuousDeploymentPolicy'))
    expect(mixed).toBeLessThan(promoted)
    expect(policy?.config.TrafficConfig).toEqual({
      Type: 'SingleWeight',
      SingleWeightConfig: { Weight: 0.1, SessionStickinessConfig: { IdleTTL: 3600, MaximumTTL: 3600 } },
    })
  })

  test('uses the staging distribution and the policy of before, whose cache is emptied', async () => {
    const { scene } = await given()
    await deploySite(scene, { build: buildOf('two') }, canary)
    const { outputs } = await deploySite(scene, { build: buildOf('three') }, canary)
    expect([outputs.verdict, scene.visit('/').body.includes('three')]).toEqual(['succeeded', true])
    expect([stagingOf(scene).length, policyOf(scene).length]).toEqual([1, 1])
    expect(stagingOf(scene)[0]?.invalidations.map(({ paths }) => paths)).toEqual([['/*']])
  })

  test('by a header alone has no other visitors', async () => {
    const { scene } = await given()
    const seen = watch(scene)
    const given1 = { ...pointed, 'canary-header': 'aws-cf-cd-canary: yes', 'canary-minutes': '5' }
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, given1)
    expect(outputs.verdict).toBe('succeeded')
    const promoted = seen.findIndex(({ operation }) => operation === 'UpdateDistributionWithStagingConfig')
    const before = seen.slice(0, promoted)
    expect(before.every(({ fresh }) => fresh.size === 1 && fresh.has('one'))).toBe(true)
    expect(before.some(({ header }) => header === 'two')).toBe(true)
  })

  test('that cannot read the bucket is refused once the staging distribution is known, with its name', async () => {
    const { scene, first } = await given({ bucket: {} })
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    const [staging] = stagingOf(scene)
    expect([outputs.verdict, pathOf(scene.distribution)]).toEqual(['failed', `/releases/${first}`])
    expect(log).toContain(`does not allow the distribution ${staging?.id} to read the site`)
    scene.sim.recorder.clear()
    const again = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([again.isRed, scene.sim.recorder.count('s3', 'PutObject')]).toEqual([true, 0])
  })

  test('that does not serve the release is withdrawn before any visitor has it', async () => {
    const { scene, first } = await given({ bucket: {} })
    const seen = watch(scene)
    scene.sim.faults.add({ service: 's3', operation: 'GetBucketPolicy', effect: denied('s3:GetBucketPolicy') })
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, outputs['cause-code']]).toEqual(['failed', 'site-not-served'])
    expect(log).toMatch(/does not return the page of release \S+ to a request with aws-cf-cd-slipway: /)
    expect([pathOf(scene.distribution), policyOf(scene)[0]?.config.Enabled]).toEqual([`/releases/${first}`, false])
    expect(seen.every(({ fresh }) => fresh.size === 1 && fresh.has('one'))).toBe(true)
  })
})

const denied = (action: string) =>
  ({ kind: 'error', code: 'AccessDenied', message: `not authorized to perform: ${action}`, status: 403 }) as const
