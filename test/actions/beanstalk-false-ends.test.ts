/** Deployments to Elastic Beanstalk whose end was reported otherwise than it was. */
import { expect, test } from '@jest/globals'
import type { Simulator } from '../simulator/simulator.ts'
import { beanstalkOf, beanstalkScene, deployBeanstalk, production } from './beanstalk-scene.ts'

const updates = (sim: Simulator) => sim.recorder.count('elasticbeanstalk', 'UpdateEnvironment')

test('a job that is repeated on an unhealthy environment is no green "unchanged"', async () => {
  const sim = beanstalkScene()
  beanstalkOf(sim).behave('v2', { kind: 'unhealthy', causes: ['100.0 % of the requests are failing with HTTP 5xx.'] })
  const first = await deployBeanstalk(sim)
  const second = await deployBeanstalk(sim)
  expect([first.isRed, second.isRed, updates(sim)]).toEqual([true, true, 2])
  expect(second.log).toMatch(
    /v2 is live already; this run deploys it again: the health of the environment is (Red|Grey)/,
  )
})

test('an update in progress without our option settings is waited for, and they are changed', async () => {
  const sim = beanstalkScene({ policy: 'Immutable' })
  await deployBeanstalk(sim, { 'wait-for-deployment': 'false' })
  sim.clock.advance(35_000)
  const { outputs } = await deployBeanstalk(sim, { 'option-settings': 'aws:elasticbeanstalk:command:Timeout=900' })
  expect(outputs.verdict).toBe('succeeded')
  expect(beanstalkOf(sim).environment(production).settings.get('aws:elasticbeanstalk:command Timeout')?.Value).toBe(
    '900',
  )
})

test('the watch of a deployment that another one has replaced is not green', async () => {
  const sim = beanstalkScene()
  const first = await deployBeanstalk(sim)
  const id = first.outputs['deployment-id'] ?? ''
  sim.clock.advance(60_000)
  await deployBeanstalk(sim, { 'version-label': 'v3' }, { files: { 'app/a': 'v3' } })
  const watched = await deployBeanstalk(sim, { 'source-directory': '', 'version-label': '', 'deployment-id': id })
  expect([watched.isRed, watched.outputs.verdict]).toEqual([true, 'superseded'])
})

test.each(['', 'P', 'PX'])('a package of the bytes "%s" is named, and nothing is changed', async (content) => {
  const sim = beanstalkScene()
  const given = { 'source-directory': '', 'deployment-package-path': 'app.zip' }
  const { log, isRed } = await deployBeanstalk(sim, given, { files: { 'app.zip': content } })
  expect([isRed, updates(sim)]).toEqual([true, 0])
  expect(log).toMatch(/does not start with the signature of a ZIP file/)
})
