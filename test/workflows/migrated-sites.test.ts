/** Migrated workflows of static sites and Elastic Beanstalk: what is in the bucket, at the edge and on the instances. */
import { describe, expect, test } from '@jest/globals'
import { keys } from '../actions/scene.ts'
import { bucketsOf } from '../simulator/s3/store.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { region } from './migrated-actions.ts'
import { type Left, type MigratedWorld, runMigrated } from './migrated-scene.ts'

const failedSteps = ({ run }: Left) =>
  run.jobs.flatMap(({ steps }) => steps.filter(({ outcome }) => outcome !== 'success'))

async function succeeds(name: string, world: MigratedWorld): Promise<Left> {
  const left = await runMigrated(name, world)
  expect(failedSteps(left)).toEqual([])
  expect(left.run).toMatchObject({ result: 'success', problems: [] })
  return left
}

/** A bucket behind a distribution, with the page that an earlier `aws s3 sync` has sent. */
function seedSite(sim: Simulator, bucket: string, { at = region, originPath = '' } = {}) {
  const { cloudfront } = sim.world.region('us-east-1')
  const distribution = cloudfront.createDistribution({
    bucket,
    bucketRegion: at,
    originPath,
    defaultRootObject: 'index.html',
  })
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: ['s3:GetObject', 's3:ListBucket'],
      Condition: { StringEquals: { 'AWS:SourceArn': distribution.arn } },
    },
  ]
  const { s3 } = sim.world.region(at)
  s3.createBucket(bucket, { policy: JSON.stringify({ Statement }) })
  const Key = `${originPath.slice(1)}/index.html`.replace(/^\//, '')
  s3.handlers.PutObject?.({ Bucket: bucket, Key, Body: Buffer.from('earlier') }, {} as never)
  return distribution
}

/** Objects that visitors can get: key, Cache-Control and Content-Type. */
function objectsIn(sim: Simulator, bucket: string) {
  const stored = [...(bucketsOf(sim.world).get(bucket)?.objects ?? [])]
  return Object.fromEntries(
    stored
      .filter(([key]) => !key.includes('.slipway/'))
      .map(([key, versions]) => [key, versions.at(-1)] as const)
      .map(([key, object]) => [key, [object?.CacheControl, object?.ContentType]]),
  )
}

const invalidations = (sim: Simulator) =>
  sim.recorder
    .calls('cloudfront', 'CreateInvalidation')
    .map(({ input }) => Object(input).InvalidationBatch?.Paths?.Items)

describe('static sites', () => {
  test('site-script.yml: three commands are one release, each file with the header of its command', async () => {
    let distribution: ReturnType<typeof seedSite> | undefined
    const { sim } = await succeeds('site-script.yml', {
      seed(made) {
        distribution = seedSite(made, 'example-site', { originPath: '/app' })
        return { vars: { DISTRIBUTION: distribution.id } }
      },
      files: {
        'build.sh': `mkdir -p dist/drafts dist/a
echo page > dist/index.html; echo page > dist/a/page.html; echo code > dist/a/app.js
echo feed > dist/feed; echo draft > dist/drafts/d.html\n`,
      },
    })
    const immutable = 'public,max-age=31536000,immutable'
    expect(objectsIn(sim, 'example-site')).toEqual({
      'app/index.html': ['no-cache', expect.stringContaining('text/html')],
      'app/a/page.html': ['no-cache', expect.stringContaining('text/html')],
      'app/a/app.js': [immutable, expect.stringContaining('text/javascript')],
      'app/feed': ['no-cache', 'application/rss+xml'],
    })
    expect(distribution?.invalidations).toMatchObject([{ paths: ['/*'], status: 'Completed' }])
  })

  test('site-steps.yml: two steps are one, and the step before and after them run', async () => {
    const { sim, run } = await succeeds('site-steps.yml', {
      seed: (made) => ({ vars: { DISTRIBUTION: seedSite(made, 'example-site').id, SITE_BUCKET: 'example-site' } }),
      files: { 'web/build.sh': 'mkdir build; echo page > build/index.html; echo "{}" > build/data.json\n' },
    })
    expect(Object.keys(objectsIn(sim, 'example-site')).sort()).toEqual(['data.json', 'index.html'])
    expect(invalidations(sim)).toEqual([expect.arrayContaining(['/index.html'])])
    expect(run.jobs[0]?.steps.map(({ name }) => name)).toContain('Sync to S3')
    expect(run.jobs[0]?.steps.map(({ name }) => name)).not.toContain('Invalidate')
  })

  test('site-build.yml: the build stays a script, and what it made is sent', async () => {
    const { sim, run } = await succeeds('site-build.yml', {
      seed: (made) => ({ vars: { DISTRIBUTION: seedSite(made, 'example-site').id, SITE_BUCKET: 'example-site' } }),
      files: { 'build.sh': 'mkdir dist; echo "$1 VERSION" > dist/index.html\n' },
    })
    const page = sim.world.region(region).s3.object('example-site', 'index.html')
    expect(page?.body.toString()).toBe('production 42\n')
    expect(run.jobs[0]?.steps.map(({ name }) => name)).toContain('Build and deploy')
    expect(invalidations(sim)).toEqual([['/*']])
  })

  test('s3-sync-action.yml: the keys of the step are those of the new one', async () => {
    const secrets = { AWS_ACCESS_KEY_ID: keys.AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: keys.AWS_SECRET_ACCESS_KEY }
    const { sim } = await succeeds('s3-sync-action.yml', {
      seed: (made) => ({
        secrets: {
          ...secrets,
          AWS_S3_BUCKET: 'example-docs',
          DISTRIBUTION: seedSite(made, 'example-docs', { at: 'us-east-1', originPath: '/docs' }).id,
        },
      }),
      files: { 'public/index.html': 'page', 'public/.git/config': 'x', 'index.html': 'not this one' },
    })
    expect(Object.keys(objectsIn(sim, 'example-docs'))).toEqual(['docs/index.html'])
    expect(invalidations(sim)).toEqual([['/*']])
    const used = sim.recorder.all.filter(({ service }) => service === 's3').map(({ accessKeyId }) => accessKeyId)
    expect(new Set(used)).toEqual(new Set([keys.AWS_ACCESS_KEY_ID]))
  })
})

describe('Elastic Beanstalk', () => {
  function seedBeanstalk(sim: Simulator, ...environments: readonly string[]) {
    const { elasticbeanstalk } = sim.world.region(region)
    for (const environment of environments) elasticbeanstalk.seed({ application: 'shop', environment })
    Object.assign(elasticbeanstalk.quirks, { launch: 20, termination: 40, health: 15, healthLimit: 60 })
    return {}
  }
  const labels = (sim: Simulator, environment: string) =>
    sim.world
      .region(region)
      .elasticbeanstalk.environment(environment)
      .instances.map(({ label }) => label)
  const bundle = { 'bundle.sh': `printf 'PK\\003\\004' > deploy.zip; cp deploy.zip bundle.zip\n` }

  test('beanstalk-scripts.yml: three steps are one, and every instance has the version', async () => {
    const { sim } = await succeeds('beanstalk-scripts.yml', {
      seed: (made) => seedBeanstalk(made, 'shop-production'),
      files: bundle,
    })
    expect(labels(sim, 'shop-production')).toEqual(['build-42', 'build-42'])
    const [version] = sim.recorder.calls('elasticbeanstalk', 'CreateApplicationVersion')
    expect(version?.input).toMatchObject({
      ApplicationName: 'shop',
      Description: 'Build 42',
      SourceBundle: { S3Bucket: 'elasticbeanstalk-eu-west-1-111122223333' },
    })
  })

  test('beanstalk-actions.yml: both actions, each with its environment', async () => {
    const { sim, run } = await succeeds('beanstalk-actions.yml', {
      seed: (made) => seedBeanstalk(made, 'shop-staging', 'shop-production'),
      files: { ...bundle, 'server.js': '' },
    })
    expect(labels(sim, 'shop-staging')).toEqual(['v42', 'v42'])
    const [version = 'none', ...others] = new Set(labels(sim, 'shop-production'))
    expect(version).not.toBe('v1')
    expect([run.outputs.production?.version, others]).toEqual([version, []])
  })

  test('eb-deploy.yml: the folder of the step is the bundle', async () => {
    const { sim } = await succeeds('eb-deploy.yml', {
      seed: (made) => seedBeanstalk(made, 'shop-production'),
      files: { 'server/server.js': '', 'server/package.json': '{}' },
    })
    expect(labels(sim, 'shop-production')).toEqual(['v42', 'v42'])
  })
})
