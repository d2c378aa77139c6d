/** The actions of one kind of target, with what slipway.yml has of it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { deployBeanstalkInputs } from '../../src/actions/inputs/deploy-beanstalk-inputs.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { prepare } from './beanstalk-scene.ts'
import { configOf, labels, type MixedScene, release, withBeanstalk } from './mixed-scene.ts'
import { environment } from './scene.ts'
import { imageOf, serving } from './several-scene.ts'
import { bucket, buildOf, siteJob } from './site-scene.ts'

const ended = (work: Promise<void> | void) =>
  Promise.resolve(work).then(
    () => '',
    (error: unknown) => said(error),
  )

describe('deploy-site', () => {
  const run = async (scene: MixedScene, given: Record<string, string>) => {
    const { runner, action } = await siteJob(scene.sim, { build: buildOf('one') })
    writeFileSync(join(runner.workspace, 'slipway.yml'), configOf(scene))
    const message = await ended(action.main(givenInputs(deploySiteInputs, { guard: 'off', ...given }), runner))
    return { outputs: runner.outputs, message, log: runner.lines.join('\n') }
  }

  test('deploys the only site of the environment', async () => {
    const scene = withBeanstalk()
    const { outputs, log } = await run(scene, { environment: 'production' })
    expect([outputs.verdict, scene.visit('/').body]).toEqual(['succeeded', expect.stringContaining('one')])
    expect(log).toContain(`invalidate changed on ${scene.distribution.id}`)
  })

  test('an input has precedence, and a bucket alone reads no file', async () => {
    const scene = withBeanstalk()
    const { outputs } = await run(scene, { environment: 'production', site: 'shop', prefix: 'new', check: 'off' })
    expect([outputs.verdict, scene.s3.object(bucket, 'new/index.html')]).toEqual(['succeeded', expect.anything()])
    const alone = await run(scene, { environment: 'elsewhere', bucket, folder: 'dist', 'aws-region': 'eu-west-1' })
    expect(alone.outputs.verdict).toBe('succeeded')
  })

  test('names what there is', async () => {
    const { message } = await run(withBeanstalk(), { environment: 'production', site: 'shpo' })
    expect(message).toMatch(/has no site shpo: it has shop/)
  })
})

describe('deploy-beanstalk', () => {
  const run = async (scene: MixedScene, given: Record<string, string>) => {
    const { runner, action } = await prepare(scene.sim)
    const config = configOf(scene, { waves: '[[api, web], [shop]]', web: ', accepted-health: [Green]' })
    writeFileSync(join(runner.workspace, 'slipway.yml'), config)
    const message = await ended(action.main(givenInputs(deployBeanstalkInputs, { guard: 'off', ...given }), runner))
    return { outputs: runner.outputs, message }
  }

  test('deploys the only service of Elastic Beanstalk of the environment', async () => {
    const scene = withBeanstalk()
    const { outputs } = await run(scene, { environment: 'production' })
    expect([outputs.verdict, new Set(labels(scene))]).toEqual(['succeeded', new Set([outputs['version-label']])])
    const back = await run(scene, { environment: 'production', 'version-label': 'v1', 'roll-back': 'true' })
    expect([back.outputs.verdict, new Set(labels(scene))]).toEqual(['succeeded', new Set(['v1'])])
  })

  test('names what there is', async () => {
    const { message } = await run(withBeanstalk(), { environment: 'production', service: 'api' })
    expect(message).toMatch(/has no service api on Elastic Beanstalk: it has web/)
  })
})

test('rollback invalidates what the service has in front of it', async () => {
  const scene = withBeanstalk()
  const after = `, after: { invalidate: { distribution: ${scene.distribution.id}, paths: [/api/*] } }`
  const config = configOf(scene, { after })
  await release(scene, { build: buildOf('one'), config })
  const runner = await fakeRunner({
    clock: scene.sim.clock.forProgram,
    environment: { ...environment, GITHUB_RUN_ID: '8812345699' },
  })
  writeFileSync(join(runner.workspace, 'slipway.yml'), config)
  const action = createRollback({
    requestHandler: scene.sim.requestHandler,
    fetch: (url, init) => scene.sim.fetch(url, init),
  })
  const given = { environment: 'production', service: 'api' }
  expect(await ended(action.main(givenInputs(rollbackInputs, given), runner))).toBe('')
  expect([runner.outputs.verdict, serving(scene.sim, 'api')]).toEqual(['succeeded', imageOf('api', 'v1')])
  expect(scene.distribution.invalidations.filter(({ paths }) => paths.includes('/api/*'))).toHaveLength(2)
})
