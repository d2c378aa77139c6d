/** Releases that a part of the visitors gets first, from a staging distribution of CloudFront. */
import { describe, expect, test } from '@jest/globals'
import { canary, denied, given, pathOf, pointed, policyOf, stagingOf, watch } from './site-canary-scene.ts'
import { bucket, buildOf, deploySite } from './site-scene.ts'

describe('a canary', () => {
  test('is checked by a header, then gets a part of the sessions, then all get the release', async () => {
    const { scene } = await given()
    const seen = watch(scene)
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([outputs.verdict, log]).toEqual(['succeeded', expect.stringContaining('10 % of the sessions for 2 minutes')])
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
    const given1 = { ...pointed, 'canary-header': 'aws-cf-cd-canary: yes', 'canary-minutes': '2' }
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
    expect(scene.s3.keys(bucket).filter((key) => key.includes(outputs.release ?? ''))).toEqual([])
    scene.sim.recorder.clear()
    const again = await deploySite(scene, { build: buildOf('two') }, canary)
    expect([again.isRed, scene.sim.recorder.count('s3', 'PutObject')]).toEqual([true, 0])
  })

  test('is warned of by a dry run, while the policy of the bucket names distributions', async () => {
    const { scene } = await given({ bucket: {} })
    const { log } = await deploySite(scene, { build: buildOf('two') }, { ...canary, 'dry-run': 'true' })
    expect(log).toContain('The policy of the bucket shop-site allows only distributions that it names')
    expect([stagingOf(scene), scene.sim.recorder.count('cloudfront', 'CopyDistribution')]).toEqual([[], 0])
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
