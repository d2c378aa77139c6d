/** What runs on instances may be of an update before the one that is asked about: a failed rolling deployment leaves two versions. */
import { describe, expect, test } from '@jest/globals'
import type { Simulator } from '../simulator/simulator.ts'
import { ask, crash } from './beanstalk-ends/end.ts'
import { beanstalkOf, beanstalkScene, deployBeanstalk, production, rolling } from './beanstalk-scene.ts'

const watching = { 'source-directory': '', 'version-label': '' }
const updates = ({ recorder }: Simulator) => recorder.count('elasticbeanstalk', 'UpdateEnvironment')
const labels = (sim: Simulator) =>
  beanstalkOf(sim)
    .environment(production)
    .instances.map(({ label }) => label)

/** `v2` is on the first of two instances, where it failed, and `v1` on the other; the environment has `v1`. */
async function mixed() {
  const sim = beanstalkScene(rolling)
  beanstalkOf(sim).behave('v2', crash)
  const { outputs } = await deployBeanstalk(sim)
  expect([outputs.verdict, labels(sim)]).toEqual(['failed', ['v2', 'v1']])
  return { sim, failed: outputs['deployment-id'] ?? '' }
}

/** Another user deploys a version of theirs; returns the id of the request. */
function begin(sim: Simulator, label: string, requestId = '0a1b2c3d-0000-4000-8000-000000000000') {
  beanstalkOf(sim).seed({ environment: 'shop-other', label })
  ask(sim, 'UpdateEnvironment', { EnvironmentName: production, VersionLabel: label }, requestId)
  return requestId
}

describe('a fleet with two versions', () => {
  test('is no proof of what an update deploys that another job watches by its id', async () => {
    const { sim } = await mixed()
    const id = begin(sim, 'v3')
    const { outputs, log } = await deployBeanstalk(sim, { ...watching, 'deployment-id': id })
    expect(outputs).toMatchObject({ verdict: 'succeeded', 'version-label': 'v3' })
    expect(log).not.toMatch(/\bv2\b/)
  })

  test('and an update that puts the former version on all instances', async () => {
    const { sim } = await mixed()
    const id = begin(sim, 'v1')
    const { outputs } = await deployBeanstalk(sim, { ...watching, 'deployment-id': id })
    expect(outputs).toMatchObject({ verdict: 'succeeded', 'version-label': 'v1' })
    expect(labels(sim)).toEqual(['v1', 'v1'])
  })

  test('is not watched instead of a deployment: the update in progress is of another version', async () => {
    const { sim } = await mixed()
    begin(sim, 'v3')
    beanstalkOf(sim).behave('v2', { kind: 'healthy' })
    const before = updates(sim)
    const { outputs } = await deployBeanstalk(sim)
    expect([outputs.verdict, outputs['version-label'], updates(sim) - before]).toEqual(['succeeded', 'v2', 1])
    expect(labels(sim)).toEqual(['v2', 'v2'])
  })

  test('after a failed update is told by its id', async () => {
    const { sim, failed } = await mixed()
    const { outputs, log } = await deployBeanstalk(sim, { ...watching, 'deployment-id': failed })
    expect(outputs.verdict).toBe('failed')
    expect(log).toMatch(/Mixed versions: v2 on i-\w+ \(Failed\); v1 on i-\w+/)
  })

  test('is that of a later update, where an earlier one is asked about', async () => {
    const { sim, failed } = await mixed()
    const id = begin(sim, 'v3')
    sim.clock.advance(600_000)
    expect(labels(sim)).toEqual(['v3', 'v3'])
    const first = await deployBeanstalk(sim, { ...watching, 'deployment-id': failed })
    expect(first.outputs.verdict).toBe('failed')
    expect(first.log).toMatch(/Another update began after it: v3 is live/)
    const later = await deployBeanstalk(sim, { ...watching, 'deployment-id': id })
    expect(later.outputs).toMatchObject({ verdict: 'succeeded', 'version-label': 'v3' })
  })

  test('and one that is running while an earlier one is asked about', async () => {
    const { sim, failed } = await mixed()
    begin(sim, 'v3')
    const { outputs, log } = await deployBeanstalk(sim, { ...watching, 'deployment-id': failed })
    expect(outputs.verdict).toBe('failed')
    expect(log).toMatch(/Another update began after it/)
  })
})

test('an immutable deployment that failed is told as rolled back by its id: its instances are gone', async () => {
  const sim = beanstalkScene({ policy: 'Immutable' })
  beanstalkOf(sim).behave('v2', crash)
  const { outputs } = await deployBeanstalk(sim)
  const again = await deployBeanstalk(sim, { ...watching, 'deployment-id': outputs['deployment-id'] ?? '' })
  expect([outputs.verdict, again.outputs.verdict]).toEqual(['rolled-back', 'rolled-back'])
  expect(again.log).not.toMatch(/Mixed versions/)
})
