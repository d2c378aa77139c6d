/** The reusable workflow where slipway.yml declares waves: one job of all services, with the shipped bundles. */
import { expect, test } from '@jest/globals'
import { isLong, onlyLong } from '../often.ts'
import { deploymentJobs, job, logOf } from './runner/record.ts'
import { accounts, inScene } from './scene.ts'
import { services, servingWaves, withWaves } from './waves-scene.ts'

test.concurrent(
  'an environment with waves is one job, one without them one job for each service',
  inScene(async (scene) => {
    withWaves(scene)
    // The job of one service of production: test/workflows/deploy.
    const isBoth = isLong
    scene.callWith(isBoth ? {} : { environments: 'staging' })
    const run = await scene.run()
    expect(deploymentJobs(run).slice(0, isBoth ? 4 : 3)).toEqual([
      'ship / plan: success',
      'ship / build / build in staging: success',
      'ship / deploy in staging: success',
      ...(isBoth ? ['ship / deploy in production: success'] : []),
    ])
    expect(run.outputs.ship).toMatchObject({ verdict: 'succeeded' })
    expect(servingWaves(scene)).toEqual(services.map(() => expect.stringContaining(scene.digest)))
    const deployments = run.jobs.filter(({ path }) => path === 'ship / deploy')
    expect(deployments.map(({ concurrency }) => concurrency?.group)).toEqual([
      'slipway-staging-all',
      ...(isBoth ? ['slipway-production-api'] : []),
    ])
    expect(scene.slack()).toMatchObject([
      { text: expect.stringContaining('3 services (staging): deployed in') },
      ...(isBoth ? [{ text: expect.stringContaining('api (production): deployed in') }] : []),
    ])
    expect(scene.githubStates('staging').at(-1)).toBe('success')
  }),
)

onlyLong(test.concurrent)(
  'a wave that fails stops the run before production, with one cause',
  inScene(async (scene) => {
    withWaves(scene)
    scene.callWith({})
    scene.staging.world.scenarios.set(scene.digest, { kind: 'crash', exitCode: 1 })
    const run = await scene.run()
    expect(deploymentJobs(run).slice(2, 4)).toEqual(['ship / deploy in staging: failure', 'ship / deploy: cancelled'])
    expect(run.outputs.ship).toMatchObject({
      verdict: 'rolled-back',
      cause: expect.stringMatching(/^(api|worker): .* Not started: edge\.$/),
    })
    expect(scene.production()).toBeUndefined()
    expect(logOf(job(run, 'ship / deploy'))).toContain('Wave 1 of 2: api, worker')
  }),
)

onlyLong(test.concurrent)(
  'an environment of Elastic Beanstalk and a site needs no image: nothing is built, and one job releases both',
  inScene(async (scene) => {
    const { s3, elasticbeanstalk } = scene.staging.world.region('eu-west-1')
    elasticbeanstalk.seed({ environment: 'shop-staging' })
    s3.createBucket('shop-cdn')
    scene.write('app/package.json', '{}')
    scene.write('site/index.html', '<h1>Shop</h1>')
    scene.write(
      'slipway.yml',
      `version: 1
services: { web: { beanstalk: { application: shop, source-directory: app } } }
sites: { cdn: { folder: site } }
environments:
  staging:
    region: eu-west-1
    account: "${accounts.staging}"
    role: slipway-deploy
    services: { web: { environment: shop-staging } }
    sites: { cdn: { bucket: shop-cdn, check: false } }
    waves: [[cdn.assets], [web], [cdn]]
    slack: C0123456789
`,
    )
    scene.callWith({ environments: 'staging' })
    const run = await scene.run()
    expect(deploymentJobs(run)).toEqual(
      expect.arrayContaining(['ship / plan: success', 'ship / deploy in staging: success']),
    )
    expect(deploymentJobs(run).join()).not.toMatch(/build[^,]*success/)
    expect(run.outputs.ship).toMatchObject({ verdict: 'succeeded' })
    expect(s3.object('shop-cdn', 'index.html')?.body.toString()).toContain('Shop')
  }),
)
