/** Deployments to Elastic Beanstalk whose end was reported otherwise than it was. */
import { describe, expect, test } from '@jest/globals'
import { deployBeanstalkInputs } from '../../src/actions/inputs/deploy-beanstalk-inputs.ts'
import { some } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { ask, crash } from './beanstalk-ends/end.ts'
import { beanstalkOf, beanstalkScene, deployBeanstalk, prepare, production, rolling } from './beanstalk-scene.ts'

const updates = (sim: Simulator) => sim.recorder.count('elasticbeanstalk', 'UpdateEnvironment')

test('a job that is repeated on an unhealthy environment is no green "unchanged"', async () => {
  const sim = beanstalkScene()
  beanstalkOf(sim).behave('v2', { kind: 'unhealthy', causes: ['100.0 % of the requests are failing with HTTP 5xx.'] })
  const soon = { 'wait-for-environment-recovery': '60' }
  const first = await deployBeanstalk(sim, soon)
  const second = await deployBeanstalk(sim, soon)
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

const timeout = 'aws:elasticbeanstalk:command Timeout'
const settingOf = (sim: Simulator, key: string) => beanstalkOf(sim).environment(production).settings.get(key)?.Value
const onlySettings = {
  'source-directory': '',
  'version-label': '',
  'option-settings': 'aws:elasticbeanstalk:command:Timeout=900',
}

describe('settings whose UpdateEnvironment has no reply', () => {
  test('do not follow the update of another user that began instead', async () => {
    const sim = beanstalkScene()
    const memory = { Namespace: 'aws:elasticbeanstalk:application:environment', OptionName: 'MEMORY', Value: '1' }
    const change = { EnvironmentName: production, OptionSettings: [memory] }
    sim.faults.add({
      operation: 'UpdateEnvironment',
      times: 1,
      effect: { kind: 'callback', run: () => void ask(sim, 'UpdateEnvironment', change) },
    })
    sim.faults.add({ operation: 'UpdateEnvironment', times: 1, effect: { kind: 'reset' } })
    const { outputs } = await deployBeanstalk(sim, onlySettings)
    expect([outputs.verdict, settingOf(sim, timeout)]).toEqual(['succeeded', '900'])
    expect(
      beanstalkOf(sim).environment(production).settings.has('aws:elasticbeanstalk:application:environment MEMORY'),
    ).toBe(true)
  })

  test('are found where they were accepted, and are sent once', async () => {
    const sim = beanstalkScene()
    sim.faults.add({ operation: 'UpdateEnvironment', effect: { kind: 'apply-then-drop' } })
    const { outputs } = await deployBeanstalk(sim, onlySettings)
    expect([outputs.verdict, settingOf(sim, timeout), updates(sim)]).toEqual(['succeeded', '900', 1])
  })
})

describe('a deployment that is watched by its id before any instance shows its version', () => {
  const watching = { 'source-directory': '', 'version-label': '' }
  const watched = [
    [{ policy: 'Immutable' }, 'healthy', 'succeeded', 'v2'],
    [{ policy: 'Immutable' }, 'fails', 'rolled-back', ''],
    [{ ...rolling, instances: 3 }, 'healthy', 'succeeded', 'v2'],
    [{ enhanced: false }, 'healthy', 'succeeded', 'v2'],
    [{ enhanced: false }, 'fails', 'failed', ''],
  ] as const
  test.each(some(watched, 4))('%j, %s: %s', async (seed, does, verdict, label) => {
    const sim = beanstalkScene(seed)
    if (does === 'fails') beanstalkOf(sim).behave('v2', crash)
    const begun = await deployBeanstalk(sim, { 'wait-for-deployment': 'false' })
    const id = begun.outputs['deployment-id'] ?? ''
    const { outputs, log } = await deployBeanstalk(sim, { ...watching, 'deployment-id': id })
    expect({ verdict: outputs.verdict, log }).toMatchObject({ verdict })
    if (label) expect(outputs['version-label']).toBe(label)
  })
})

describe('a run that is cancelled', () => {
  /** Cancelled so many seconds after its update number `skip`, counted from 0. */
  async function settled(sim: Simulator, given: Record<string, string>, skip: number) {
    const { runner, action } = await prepare(sim)
    sim.faults.add({
      operation: 'UpdateEnvironment',
      skip,
      times: 1,
      effect: { kind: 'callback', run: () => void sim.clock.after(60_000, () => runner.cancel()) },
    })
    const where = { 'application-name': 'shop', 'environment-name': production, 'aws-region': 'eu-west-1' }
    const content = { 'source-directory': 'app', 'version-label': 'v2' }
    const inputs = givenInputs(deployBeanstalkInputs, { ...where, ...content, ...given })
    await action.main(inputs, runner)
    const post = await prepare(sim, { state: runner.savedState })
    await post.action.post?.(inputs, post.runner)
    return post.runner.lines.join('\n')
  }

  test('and whose abort takes longer than the post step has time does not say that it rolls back', async () => {
    const sim = beanstalkScene({ ...rolling, instances: 3 })
    Object.assign(beanstalkOf(sim).quirks, { abort: 200 })
    const log = await settled(sim, {}, 0)
    expect(log).not.toMatch(/now rolls back/)
    expect(log).toMatch(/took longer than 25 s[\s\S]*version-label: v1/)
  })

  test('after settings were changed for its version says that they are', async () => {
    const sim = beanstalkScene({ ...rolling, instances: 3 })
    const log = await settled(sim, { 'option-settings': 'aws:elasticbeanstalk:command:Timeout=900' }, 1)
    expect(log).toMatch(/now rolls back to v1 \(on-cancel: stop-and-roll-back\); the option settings were changed/)
  })
})

describe('a version that fails after settings were changed for it', () => {
  const given = { 'option-settings': 'aws:elasticbeanstalk:command:Timeout=900\nenv:LOG_LEVEL=debug' }
  const level = 'aws:elasticbeanstalk:application:environment LOG_LEVEL'
  const scene = (policy: string) => {
    const sim = beanstalkScene({ policy, settings: { 'aws:elasticbeanstalk:command': { Timeout: '300' } } })
    beanstalkOf(sim).behave('v2', crash)
    return sim
  }

  test.each(some(['AllAtOnce', 'Immutable'], 2))('has them put back on request, by the policy %s', async (policy) => {
    const sim = scene(policy)
    const { outputs, labels } = await deployBeanstalk(sim, { ...given, 'roll-back-on-failure': 'true' })
    expect([outputs.verdict, labels]).toEqual(['rolled-back', ['v1', 'v1']])
    expect([settingOf(sim, timeout), settingOf(sim, level)]).toEqual(['300', undefined])
  })

  test('says that they are still changed where they are not put back', async () => {
    const sim = scene('Immutable')
    const { outputs, log } = await deployBeanstalk(sim, given)
    expect([outputs.verdict, settingOf(sim, timeout)]).toEqual(['rolled-back', '900'])
    expect(log).toMatch(
      /Option settings keep the values of this run: aws:elasticbeanstalk:command:Timeout, \S*LOG_LEVEL/,
    )
  })

  test('says so, too, where AWS refuses to put them back', async () => {
    const sim = scene('Immutable')
    sim.faults.add({
      operation: 'UpdateEnvironment',
      skip: 2,
      times: 1,
      effect: {
        kind: 'callback',
        run: () => beanstalkOf(sim).failConfiguration(production, 'Service:AmazonCloudFormation, Message:Quota'),
      },
    })
    const { outputs, log } = await deployBeanstalk(sim, { ...given, 'roll-back-on-failure': 'true' })
    expect([outputs.verdict, settingOf(sim, timeout)]).toEqual(['rollback-failed', '900'])
    expect(log).toMatch(/Option settings keep the values of this run/)
  })
})

const silent = [
  ['s3', 'GetObject', { kind: 'http', status: 503 }, 0],
  ['s3', 'GetObject', { kind: 'hang' }, 0],
  ['elasticbeanstalk', 'DescribeInstancesHealth', { kind: 'http', status: 503 }, 1],
  ['elasticbeanstalk', 'DescribePlatformVersion', { kind: 'http', status: 503 }, 0],
  ['elasticbeanstalk', 'DescribeAccountAttributes', { kind: 'hang' }, 0],
  ['elasticbeanstalk', 'UpdateTagsForResource', { kind: 'http', status: 503 }, 0],
] as const

test.each(some(silent, 4))(
  '%s:%s that never answers (%j) holds up no good deployment',
  async (service, operation, effect, skip) => {
    const sim = beanstalkScene()
    sim.faults.add({ service, operation, effect, skip, times: 1_000_000 })
    const start = sim.clock.now()
    const { outputs, labels } = await deployBeanstalk(sim)
    expect([outputs.verdict, labels]).toEqual(['succeeded', ['v2', 'v2']])
    expect((sim.clock.now() - start) / 1000).toBeLessThan(180)
  },
)
