import { describe, expect, test } from '@jest/globals'
import { appSpec, scene } from '../simulator/codedeploy/scene.ts'
import { connected, failure, lost, unanswered } from './simulated.ts'

async function withGroup() {
  const stage = await scene()
  const session = connected(stage.sim)
  const request = {
    applicationName: stage.names.application,
    deploymentGroupName: stage.names.group,
    description: 'acme/shop run 1000',
    appSpec: appSpec(stage.two),
  }
  return { ...stage, ...session, request }
}

describe('row F12: a CodeDeploy deployment is created once', () => {
  test.each([...lost, ...unanswered])('$kind $status', async (effect) => {
    const { aws, simulator, request } = await withGroup()
    simulator.faults.add({ operation: 'CreateDeployment', effect })
    const id = await aws.codeDeploy.createDeployment(request)
    const { applicationName, deploymentGroupName } = request
    expect(await aws.codeDeploy.listActiveDeployments(applicationName, deploymentGroupName)).toEqual([id])
    expect(await aws.codeDeploy.describeDeployment(id)).toMatchObject({ description: request.description })
  })

  test('one that has ended before AWS could be reached again is not created anew', async () => {
    const { aws, simulator, request } = await withGroup()
    const cutOff = () => {
      const outage = simulator.faults.add({ probability: 1, effect: { kind: 'reset' } })
      simulator.clock.after(20 * 60_000, outage.remove)
    }
    simulator.faults.add({ operation: 'CreateDeployment', effect: { kind: 'apply-then-drop' } })
    simulator.faults.add({ operation: 'CreateDeployment', times: 1, effect: { kind: 'callback', run: cutOff } })
    const id = await aws.codeDeploy.createDeployment(request)
    expect(await aws.codeDeploy.describeDeployment(id)).toMatchObject({ status: 'Succeeded' })
    expect(simulator.recorder.count('codedeploy', 'CreateDeployment')).toBe(1)
  })

  test('an equal one from before is not taken for it', async () => {
    const { aws, simulator, clock, request } = await withGroup()
    const before = await aws.codeDeploy.createDeployment(request)
    await clock.sleep(20 * 60_000)
    expect(await aws.codeDeploy.describeDeployment(before)).toMatchObject({ status: 'Succeeded' })
    simulator.faults.add({ operation: 'CreateDeployment', effect: { kind: 'reset' } })
    expect(await aws.codeDeploy.createDeployment(request)).not.toBe(before)
  })

  test('a deployment of somebody else is a conflict that names it, also when replies are lost', async () => {
    const { aws, simulator, request, deploy } = await withGroup()
    const theirs = await deploy({ description: 'by hand' })
    simulator.faults.add({ operation: 'CreateDeployment', times: 2, effect: { kind: 'reset' } })
    const { code, what, fix } = await failure(aws.codeDeploy.createDeployment(request))
    expect(code).toBe('deployment-conflict')
    expect(what).toContain(theirs)
    expect(fix).toContain(`--deployment-id ${theirs}`)
  })
})

test('a deployment is seen through its target and stopped, twice if need be', async () => {
  const { aws, clock, names, request } = await withGroup()
  const group = await aws.codeDeploy.describeDeploymentGroup(names.application, names.group)
  const { clusterName = '', serviceName = '' } = group?.ecsServices?.[0] ?? {}
  const id = await aws.codeDeploy.createDeployment(request)
  expect(await aws.codeDeploy.describeTarget(id, clusterName, serviceName)).toBeUndefined()
  await clock.sleep(60_000)
  expect((await aws.codeDeploy.describeTarget(id, clusterName, serviceName))?.lifecycleEvents).toHaveLength(8)
  await aws.codeDeploy.stopDeployment(id, true)
  await clock.sleep(60_000)
  await aws.codeDeploy.stopDeployment(id, true)
  expect(await aws.codeDeploy.describeDeployment(id)).toMatchObject({ status: 'Stopped' })
})

test('a deployment group is described, and a missing one is undefined', async () => {
  const { aws, names } = await withGroup()
  expect(await aws.codeDeploy.describeDeploymentGroup(names.application, names.group)).toMatchObject({
    computePlatform: 'ECS',
    ecsServices: [{ serviceName: 'api' }],
  })
  expect(await aws.codeDeploy.describeDeploymentGroup(names.application, 'other')).toBeUndefined()
})
