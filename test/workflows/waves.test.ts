/** The reusable workflow where slipway.yml declares waves: one job of all services, with the shipped bundles. */
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { deploymentJobs, job, logOf } from './runner/record.ts'
import { inScene } from './scene.ts'
import { services, servingWaves, withWaves } from './waves-scene.ts'

test.concurrent(
  'an environment with waves is one job, one without them one job for each service',
  inScene(async (scene) => {
    withWaves(scene)
    scene.callWith({})
    const run = await scene.run()
    expect(deploymentJobs(run).slice(0, 4)).toEqual([
      'ship / plan: success',
      'ship / build / build in staging: success',
      'ship / deploy in staging: success',
      'ship / deploy in production: success',
    ])
    expect(run.outputs.ship).toMatchObject({ verdict: 'succeeded' })
    expect(servingWaves(scene)).toEqual(services.map(() => expect.stringContaining(scene.digest)))
    const deployments = run.jobs.filter(({ path }) => path === 'ship / deploy')
    expect(deployments.map(({ concurrency }) => concurrency?.group)).toEqual([
      'slipway-staging-all',
      'slipway-production-api',
    ])
    expect(scene.slack()).toMatchObject([
      { text: expect.stringContaining('3 services (staging): deployed in') },
      { text: expect.stringContaining('api (production): deployed in') },
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
