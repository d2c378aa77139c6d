import { describe, expect, test } from '@jest/globals'
import {
  codeDeployScene,
  newImage,
  oldImage,
  portsOf,
  runSeldom as run,
  servingImage,
} from '../../../deployment/scene.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`

/** A deployment during which an alarm goes off. */
async function runIntoAlarm(sim: Simulator) {
  const { cloudwatch } = sim.world.region('eu-west-1')
  cloudwatch.setState('api-5xx', 'OK')
  return await run(sim, {
    image: newImage,
    onEvent: ({ kind }) => kind === 'started' && sim.clock.after(60_000, () => cloudwatch.setState('api-5xx', 'ALARM')),
  })
}

describe('how a CodeDeploy deployment ends', () => {
  test('a healthy image is deployed; the eight lifecycle events and the traffic are told', async () => {
    const sim = codeDeployScene({ deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes' })
    const ended = await run(sim, { image: newImage, request: { failFastAfter: 3 } })
    expect(ended.outcome).toBe('succeeded')
    expect(servingImage(sim)).toBe(newImage)
    // Also while nothing is known of tasks that fail.
    const looks = sim.recorder.calls('codedeploy', 'GetDeploymentTarget').map(({ at }) => at)
    const gaps = looks.slice(1).map((at, index) => at - Number(looks[index]))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(66_000)
    expect(ended.state.phases.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'BeforeInstall succeeded',
      'Install succeeded',
      'AfterInstall succeeded',
      'AllowTestTraffic succeeded',
      'AfterAllowTestTraffic succeeded',
      'BeforeAllowTraffic succeeded',
      'AllowTraffic succeeded',
      'AfterAllowTraffic succeeded',
    ])
    const shares = ended.events.flatMap((event) => (event.kind === 'traffic' ? [event.percent] : []))
    expect(shares).toEqual([10, 100])
  })

  test("peers' F13: a failure is followed to the end of the rollback, and the verdict names what serves again", async () => {
    const sim = codeDeployScene({ alarms: ['api-5xx'] })
    const ended = await runIntoAlarm(sim)
    expect(ended.outcome).toBe('rolled-back')
    expect(ended.state.verdict?.serving?.id).toBe(revision(1))
    expect(ended.state.rollingBack?.deploymentId).toMatch(/^d-/)
    expect(ended.state.rollingBack?.deploymentId).not.toBe(ended.state.deployment?.id)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('a group that does not roll back leaves a failed deployment', async () => {
    const sim = codeDeployScene({ autoRollback: [], alarms: ['api-5xx'] })
    const ended = await runIntoAlarm(sim)
    expect(ended.outcome).toBe('failed')
  })

  test('somebody who stops it without a rollback is what the verdict says', async () => {
    const sim = codeDeployScene({ autoRollback: [] })
    const ended = await run(sim, {
      image: newImage,
      onKeep({ stage, deploymentId }) {
        if (stage === 'watching' && deploymentId)
          sim.clock.after(30_000, () => void portsOf(sim).codeDeploy.stopDeployment(deploymentId, false))
      },
    })
    expect(ended.outcome).toBe('stopped')
  })

  test.each([
    ['without a termination wait', { terminationWaitMinutes: undefined }],
    ['without any blue/green configuration', { withoutBlueGreenConfiguration: true }],
  ])("peers' F13: a group %s is waited for like any other", async (_, options) => {
    expect((await run(codeDeployScene(options), { image: newImage })).outcome).toBe('succeeded')
  })

  test("the group's own waits are added to the deadline", async () => {
    const sim = codeDeployScene({ terminationWaitMinutes: 20 })
    const ended = await run(sim, { image: newImage, request: { waitMinutes: 5 } })
    expect(ended.outcome).toBe('succeeded')
  })
})

describe('what is there already', () => {
  test('row F04: what runs already is left alone, in at most three calls', async () => {
    const sim = codeDeployScene()
    expect((await run(sim)).outcome).toBe('unchanged')
    expect(sim.recorder.all.length).toBeLessThanOrEqual(3)
  })

  test('row F03: a run after a lost one watches the deployment that is in flight', async () => {
    const sim = codeDeployScene()
    const lost = new AbortController()
    await run(sim, { image: newImage, signal: lost.signal, onEvent: ({ kind }) => kind === 'started' && lost.abort() })
    const ended = await run(sim, { image: newImage })
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.deployment?.adopted).toBe(true)
    expect(sim.recorder.count('codedeploy', 'CreateDeployment')).toBe(1)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  })

  test("peers' F13: another deployment that is active is named before anything is registered", async () => {
    const sim = codeDeployScene()
    const lost = new AbortController()
    const first = await run(sim, {
      image: newImage,
      signal: lost.signal,
      onEvent: ({ kind }) => kind === 'started' && lost.abort(),
    })
    sim.recorder.clear()
    const ended = await run(sim, { image: 'registry.example.com/api:v3' })
    expect(ended.error).toMatchObject({ message: 'deployment-conflict' })
    expect(ended.cause).toContain(first.state.deployment?.id)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  })

  test('a group that does not exist is named, with the inputs to correct', async () => {
    const sim = codeDeployScene({ application: 'other', group: 'other' })
    const wrong = { codeDeploy: { application: 'other', deploymentGroup: 'mine' } }
    const ended = await run(sim, { image: newImage, request: wrong })
    expect(ended.cause).toMatch(/no deployment group mine in an application other.*codedeploy-application/)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    const named = { codeDeploy: { application: 'other', deploymentGroup: 'other' } }
    expect((await run(sim, { image: newImage, request: named })).outcome).toBe('succeeded')
  })

  test('row F12: a lost reply of CreateDeployment starts no second deployment', async () => {
    const sim = codeDeployScene()
    sim.faults.add({ operation: 'CreateDeployment', effect: { kind: 'apply-then-drop' } })
    expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
    const made = sim.recorder
      .calls('codedeploy', 'CreateDeployment')
      .filter(({ outcome }) => outcome === undefined || outcome === 'apply-then-drop')
    expect(made).toHaveLength(1)
  })
})
