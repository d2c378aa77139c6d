/** `promote` for an environment of slipway.yml: its role, its tags, and the proof that all its services run the image. */
import { describe, expect, test } from '@jest/globals'
import { digestOfRelease } from '../../src/actions/targets/release-digest.ts'
import { cliScene } from '../cli/cli-scene.ts'
import { accountsOf, refusedBy } from '../cli/permissions-scene.ts'
import { near, promoteScene } from './promote-scene.ts'

const slipwayYml = `
version: 1
image: { repository: api }
services: { web: {}, worker: {} }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services: { web: { cluster: shop, service: web }, worker: { cluster: shop, service: worker } }
    image-tags: [staging, live]
  production:
    region: us-east-1
    account: "444455556666"
    role: write
    services: { web: { cluster: shop, service: web } }
`

async function scene() {
  const found = await promoteScene()
  const { image, source, run } = found
  const inputs = { environment: 'staging', image: `api@${image.digest}`, 'github-token': 'ghs_test' }
  const tags = () => [...source.stored.tags.keys()].filter((tag) => tag === 'staging' || tag === 'live')
  return { ...found, tags, promote: (more: Record<string, string> = {}) => run({ ...inputs, ...more }, slipwayYml) }
}

describe('promote for an environment', () => {
  test('sets its tags, with the registry of the file', async () => {
    const { promote, tags, image } = await scene()
    const { failure, outputs } = await promote()
    expect(failure).toBeUndefined()
    expect(tags()).toEqual(['staging', 'live'])
    expect(outputs.image).toBe(`${near}/api@${image.digest}`)
  })

  test('asks IAM for nothing that slipway permissions does not allow the role of the environment', async () => {
    const { promote, source } = await scene()
    const { simulator: home } = source
    home.recorder.clear()
    expect((await promote()).failure).toBeUndefined()
    const { accounts } = await accountsOf(
      cliScene({ 'slipway.yml': slipwayYml }),
      '--action',
      'doctor',
      '--without',
      'preflight',
    )
    const [policy, ...others] = accounts
      .filter(({ account }) => account === '111122223333')
      .flatMap(({ roles }) => roles)
    expect([others.length, home.iam.actionsUsed().includes('ecr:PutImage')]).toEqual([0, true])
    expect(refusedBy(policy ? [policy.policy] : [], home)).toEqual([])
  })

  test('takes repository and digest, and tags that are given instead', async () => {
    const { promote, source, image } = await scene()
    await promote({ image: '', repository: 'api', digest: image.digest, tags: 'other' })
    expect(source.stored.tags.get('other')).toBe(image.digest)
    expect(source.stored.tags.has('staging')).toBe(false)
  })

  test("tags nothing before every other service runs the image, by GitHub's page", async () => {
    const { promote, tags, image, deployed } = await scene()
    const early = await promote({ service: 'web' })
    expect(early.failure).toBeUndefined()
    expect(early.lines.at(-1)).toMatch(
      'info Not promoted yet: worker does not run the image in staging (GitHub has no successful deployment',
    )
    expect(early.outputs).toMatchObject({ digest: image.digest, image: '', tags: '' })
    await deployed('staging', 'worker', `sha256:${'e'.repeat(64)}`)
    expect((await promote({ service: 'web' })).outputs.tags).toBe('')
    await deployed('staging', 'worker', image.digest, 'failure')
    expect((await promote({ service: 'web' })).outputs.tags).toBe('')
    expect(tags()).toEqual([])
    await deployed('staging', 'worker', image.digest)
    expect((await promote({ service: 'web' })).outputs.tags).toBe('staging\nlive')
    expect(tags()).toEqual(['staging', 'live'])
  })

  test('is red where that page cannot be read', async () => {
    const { promote, tags, source } = await scene()
    source.simulator.github.grant({ deployments: 'none' })
    const { code, failure } = await promote({ service: 'web' })
    expect(code).toBe('environment-order-unproven')
    expect(failure).toMatch(
      /^Not promoted: could not verify that worker runs the image in staging \| .*deployments: read/,
    )
    expect(tags()).toEqual([])
  })

  test.each<readonly [Record<string, string>, string]>([
    [{ environment: 'production' }, 'to and tags are empty, so nothing would change'],
    [{ environment: 'prod' }, 'slipway.yml has no environment prod'],
    [{ service: 'wab' }, 'The environment staging of slipway.yml has no service wab'],
    [{ environment: '', service: 'web' }, 'service is set and environment is not'],
  ])('refuses what the file does not have: %j', async (inputs, expected) => {
    const { promote } = await scene()
    expect((await promote(inputs)).failure).toMatch(expected)
  })
})

describe('promote for a release of several images', () => {
  const several = slipwayYml.replace(
    'image: { repository: api }',
    'images: { web: { repository: api }, jobs: { repository: shop/api } }',
  )
  const revision = 'c'.repeat(40)

  async function release() {
    const found = await scene()
    const { image, run, deployed } = found
    const digests = { web: image.digest }
    const inputs = { environment: 'staging', digests: JSON.stringify(digests), revision, 'github-token': 'ghs_test' }
    const promote = (more: Record<string, string> = {}) => run({ ...inputs, ...more }, several)
    const mark = () => deployed('staging', 'worker', digestOfRelease(digests, revision))
    return { ...found, promote, mark }
  }

  test('tags each in its own repository', async () => {
    const { promote, tags, image } = await release()
    const { failure, outputs } = await promote()
    expect(failure).toBeUndefined()
    expect(tags()).toEqual(['staging', 'live'])
    expect(outputs).toMatchObject({ images: `${near}/api@${image.digest}`, image: '', tags: 'staging\nlive' })
  })

  test('waits for the other services to have had the same release', async () => {
    const { promote, tags, mark, deployed, image } = await release()
    await deployed('staging', 'worker', image.digest)
    expect((await promote({ service: 'web' })).outputs.tags).toBe('')
    await mark()
    expect((await promote({ service: 'web' })).outputs.tags).toBe('staging\nlive')
    expect(tags()).toEqual(['staging', 'live'])
  })

  test.each<readonly [Record<string, string>, string]>([
    [{ environment: '' }, 'digests requires environment'],
    [{ service: 'web', revision: '' }, 'digests and service require revision'],
    [{ to: 'other' }, 'digests and to are mutually exclusive'],
    [{ image: 'api:v1' }, 'digests and image are mutually exclusive'],
    [{ digests: '{"web":"v1"}' }, 'digests has a tag and no digest of web'],
    [{ digests: `{"job":"sha256:${'1'.repeat(64)}"}` }, 'slipway.yml has no image job under images'],
  ])('refuses %j', async (inputs, expected) => {
    const { promote } = await release()
    expect((await promote(inputs)).failure).toMatch(expected)
  })
})
