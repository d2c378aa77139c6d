/** Which deployment group deploys a service, what it is set to, and what one deployment does otherwise. */

import { describe, expect, test } from '@jest/globals'
import {
  codeDeployScene,
  newImage,
  portsOf,
  region,
  runSeldom as run,
  servingImage,
} from '../../../deployment/scene.ts'
import { plain } from '../../../refusal.ts'
import { seedCodeDeploy } from '../../../simulator/codedeploy/fixtures.ts'
import type { Call } from '../../../simulator/contract.ts'
import { seedBlueGreenService } from '../../../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts'

const own = { application: 'shop', group: 'blue-green', terminationWaitMinutes: 0 }
const registrations = (sim: Simulator) => sim.recorder.count('ecs', 'RegisterTaskDefinition')

/** Groups of services that are nobody's business here, in applications of their own. */
function withOthers(sim: Simulator, count: number): Simulator {
  for (let index = 0; index < count; index++) {
    const service = seedBlueGreenService(sim, { service: `web-${index}` })
    seedCodeDeploy(sim, { service, application: `app-${index}` })
  }
  sim.recorder.clear()
  return sim
}

/** CodeDeploy refuses a second group of a service; a service that was moved and one that was made anew may have two. */
function secondGroup(sim: Simulator, application: string, deploymentGroupName: string): void {
  const { handlers } = sim.world.region(region).codedeploy
  const ask = (operation: string, input: object) => handlers[operation]?.(input, {} as Call) as Record<string, object>
  const { deploymentGroupInfo } = ask('GetDeploymentGroup', {
    applicationName: own.application,
    deploymentGroupName: own.group,
  })
  const others = [{ clusterName: 'shop', serviceName: 'web' }]
  seedBlueGreenService(sim, { service: 'web' })
  ask('CreateApplication', { applicationName: application, computePlatform: 'ECS' })
  const made = { ...deploymentGroupInfo, applicationName: application, deploymentGroupName }
  ask('CreateDeploymentGroup', { ...made, ecsServices: others })
  Object.assign(others[0] as object, { serviceName: 'api' })
  sim.recorder.clear()
}

describe('a group with a name of its own', () => {
  test('is found among all, without being named', async () => {
    const sim = withOthers(codeDeployScene(own), 7)
    const ended = await run(sim, { image: newImage })
    expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(ended.record.codeDeploy).toEqual({ application: 'shop', deploymentGroup: 'blue-green' })
    expect(plain(ended.state.plan?.facts[0]?.line)).toContain('blue-green of shop')
  })

  test('is looked for in the application that is named only', async () => {
    const sim = withOthers(codeDeployScene(own), 2)
    const right = await run(sim, { image: newImage, request: { codeDeploy: { application: 'shop' } } })
    expect([right.outcome, sim.recorder.count('codedeploy', 'ListApplications')]).toEqual(['succeeded', 0])
    const wrong = await run(sim, { image: 'api:v3', request: { codeDeploy: { application: 'app-1' } } })
    expect(wrong.cause).toMatch(/no deployment group DgpECS-shop-api in an application app-1, and no other/)
  })

  test('is not looked for where the usual one is there', async () => {
    const sim = codeDeployScene({ terminationWaitMinutes: 0 })
    expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
    expect(sim.iam.actionsUsed().filter((action) => /ListApp|BatchGet|ListDeploymentGroups/.test(action))).toEqual([])
  })

  test('is one of several: all of them are named, and nothing is changed', async () => {
    const sim = codeDeployScene(own)
    secondGroup(sim, 'older', 'forgotten')
    const { cause } = await run(sim, { image: newImage })
    expect(cause).toMatch(/Several CodeDeploy deployment groups deploy the service api/)
    expect(cause).toMatch(/blue-green \(application shop\), forgotten \(application older\)/)
    expect(registrations(sim)).toBe(0)
    const codeDeploy = { deploymentGroup: 'blue-green' }
    expect((await run(sim, { image: newImage, request: { codeDeploy } })).outcome).toBe('succeeded')
  })

  test('is that of a service of the same name in another cluster: nothing is changed', async () => {
    const sim = codeDeployScene(own)
    const service = seedBlueGreenService(sim, { cluster: 'staging' })
    seedCodeDeploy(sim, { service, application: 'staging', group: 'blue-green' })
    sim.recorder.clear()
    const codeDeploy = { application: 'staging', deploymentGroup: 'blue-green' }
    const { cause } = await run(sim, { image: newImage, request: { codeDeploy } })
    expect(cause).toMatch(/The deployment group blue-green deploys another service: staging\/api/)
    expect([registrations(sim), sim.recorder.count('codedeploy', 'CreateDeployment')]).toEqual([0, 0])
  })

  test('is nowhere: the names that were tried and the inputs are said', async () => {
    const sim = withOthers(createSimulator(), 1)
    seedBlueGreenService(sim)
    sim.recorder.clear()
    const { cause } = await run(sim, { image: newImage })
    expect(cause).toMatch(/no deployment group DgpECS-shop-api .* and no other group deploys shop\/api/)
    expect(cause).toMatch(/the input codedeploy-application and the input codedeploy-deployment-group/)
    expect(registrations(sim)).toBe(0)
  })

  test.each(['ListApplications', 'BatchGetApplications', 'ListDeploymentGroups', 'BatchGetDeploymentGroups'])(
    'and no permission for %s: it is named',
    async (operation) => {
      const sim = codeDeployScene(own)
      sim.faults.add({ operation, times: 99, effect: { kind: 'access-denied' } })
      const { cause } = await run(sim, { image: newImage })
      expect(cause).toMatch(new RegExp(`codedeploy:${operation}`))
      expect(registrations(sim)).toBe(0)
    },
  )
})

describe('the settings of the group', () => {
  const alarmed = { ...own, alarms: ['api-5xx'], deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes' }
  const fire = (sim: Simulator) => sim.world.region(region).cloudwatch.setState('api-5xx', 'ALARM')

  test('are in the plan, as they are and as they are overridden', async () => {
    const sim = codeDeployScene({ ...alarmed, readyWait: 10, terminationWaitMinutes: 60 })
    const group = async (codeDeploy: object) => {
      const { state } = await run(sim, { image: newImage, request: { dryRun: true, codeDeploy } })
      return plain(state.plan?.facts[0]?.value)
    }
    expect(await group({})).toBe(
      'ECSCanary10Percent5Minutes · auto-rollback on: deployment failure, alarm threshold, stop request · alarms: api-5xx · ready wait: 10 min · termination wait: 60 min',
    )
    expect(await group({ alarms: [], autoRollback: ['DEPLOYMENT_FAILURE'] })).toContain(
      'auto-rollback on: deployment failure · alarms: none',
    )
  })

  test('an alarm that is in the way can be left out for one deployment', async () => {
    const sim = codeDeployScene(alarmed)
    fire(sim)
    expect((await run(sim, { image: newImage, request: { codeDeploy: { alarms: [] } } })).outcome).toBe('succeeded')
  })

  test('another alarm stops one deployment, which the group does not know', async () => {
    const sim = codeDeployScene({ ...alarmed, alarms: [] })
    sim.world.region(region).cloudwatch.setState('api-5xx', 'OK')
    sim.clock.after(120_000, () => fire(sim))
    const { outcome, cause } = await run(sim, { image: newImage, request: { codeDeploy: { alarms: ['api-5xx'] } } })
    expect([outcome, servingImage(sim)]).toEqual(['rolled-back', 'registry.example.com/api:v1'])
    expect(cause).toMatch(/alarm/)
  })

  test('a rollback that is turned off for one deployment is not waited for', async () => {
    const sim = codeDeployScene(alarmed)
    sim.clock.after(120_000, () => fire(sim))
    const { outcome } = await run(sim, { image: newImage, request: { codeDeploy: { autoRollback: [] } } })
    expect(outcome).toBe('failed')
  })

  test('a rollback that the group does not do is followed where one deployment asks for it', async () => {
    const sim = codeDeployScene({ ...alarmed, autoRollback: [] })
    sim.clock.after(120_000, () => fire(sim))
    const codeDeploy = { autoRollback: ['DEPLOYMENT_STOP_ON_ALARM'] as const }
    expect((await run(sim, { image: newImage, request: { codeDeploy } })).outcome).toBe('rolled-back')
  })
})

test('an override of alarms names the permission that it needs', async () => {
  const sim = codeDeployScene(own)
  const message =
    'User: arn:aws:iam::111122223333:user/ci is not authorized to perform: codedeploy:UpdateDeploymentGroup on resource: x'
  sim.faults.add({ operation: 'CreateDeployment', effect: { kind: 'error', code: 'AccessDeniedException', message } })
  const { cause } = await run(sim, { image: newImage, request: { codeDeploy: { alarms: [] } } })
  expect(cause).toMatch(/codedeploy:UpdateDeploymentGroup/)
})

test('the search says whether it has seen all', async () => {
  const { codeDeploy } = portsOf(withOthers(codeDeployScene(own), 1))
  const { groups, isComplete } = await codeDeploy.findDeploymentGroups('shop', 'api')
  expect([groups.map(({ deploymentGroupName }) => deploymentGroupName), isComplete]).toEqual([['blue-green'], true])
})
