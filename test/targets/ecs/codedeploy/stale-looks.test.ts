/** CodeDeploy's success is green once ECS shows the task set with the traffic; what serves after a failure is what looks agree on. */
import type { DeploymentInfo } from '@aws-sdk/client-codedeploy'
import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../../../src/deployment/events.ts'
import { deny, lag } from '../../../deployment/lag.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  region,
  runSeldom as run,
  servingImage,
} from '../../../deployment/scene.ts'
import { truthOf } from '../../../deployment/truth.ts'
import type { Handler } from '../../../simulator/contract.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`

/** The service as it was stays what DescribeServices shows. */
function freeze(sim: Simulator): void {
  const { handlers } = sim.world.region(region).ecs
  const describeServices = handlers.DescribeServices as Handler
  let former: unknown
  const frozen: Handler = (input, call) => {
    former ??= describeServices(input, call)
    return former
  }
  Object.assign(handlers, { DescribeServices: frozen })
}

describe.each([undefined, 'traffic-shifted', 'baked'] as const)('waiting for %s', (waitFor) => {
  const request = { waitFor, waitMinutes: 20 }

  test('is green with the new task set as PRIMARY, and that costs one read', async () => {
    const sim = codeDeployScene()
    const reads = () => sim.recorder.count('ecs', 'DescribeServices')
    let before = Number.NaN
    const onEvent = (event: DeploymentEvent) => {
      if (event.kind === 'phase' && event.name === 'Install' && event.status === 'succeeded') before = reads()
    }
    const { outcome, state } = await run(sim, { image: newImage, request, onEvent })
    expect(outcome).toBe('succeeded')
    expect(state.verdict?.serving?.id).toBe(revision(2))
    expect(sim.recorder.all.at(-1)?.operation).toBe('DescribeServices')
    expect(reads() - before).toBe(1)
  })

  test('is green after looks that show the old one', async () => {
    const sim = codeDeployScene()
    sim.clock.advance(120_000)
    lag(sim, 4)
    expect((await run(sim, { image: newImage, request })).outcome).toBe('succeeded')
    expect(truthOf(sim).image).toBe(newImage)
  })

  test('is not green while the service shows the old one', async () => {
    const sim = codeDeployScene()
    freeze(sim)
    const { outcome, cause } = await run(sim, { image: newImage, request: { ...request, longestGap: 60_000 } })
    expect(outcome).toBe('timed-out')
    if (waitFor === undefined) expect(cause).toMatch(/its status is Succeeded, but DescribeServices does not show/)
  })
})

test('a deployment that is watched after a newer one is superseded by that, and not green', async () => {
  const sim = codeDeployScene({ terminationWaitMinutes: 0 })
  const first = await run(sim, { image: newImage })
  await run(sim, { image: 'registry.example.com/api:v3' })
  const wanted = () => Promise.reject(new Error('nothing is rendered'))
  const ended = await run(sim, { request: { deploymentId: first.state.deployment?.id, wanted } })
  expect(ended.outcome).toBe('superseded')
  expect(ended.cause).toMatch(
    /^the deployment completed and was then superseded \| .* of api:3 was started by another user or run/,
  )
})

test('a deployment whose service is deleted before its end is not green, whatever CodeDeploy reports', async () => {
  const sim = codeDeployScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 100 })
  const { handlers } = sim.world.region(region).ecs
  const remove = () => void handlers.DeleteService?.({ cluster: 'shop', service: 'api', force: true }, {} as never)
  const later = { kind: 'callback', run: () => void sim.clock.after(60_000, remove) } as const
  sim.faults.add({ operation: 'CreateDeployment', effect: later })
  const ended = await run(sim, { image: newImage })
  expect(ended.outcome).toBe('stopped')
  expect(ended.cause).toMatch(/the service was deleted/)
})

describe('after a failure', () => {
  /** Stopped without a rollback, right after all traffic has moved. */
  const stopLate = (sim: Simulator) => {
    const { ecs, codedeploy } = sim.world.region(region)
    const look = () => {
      const isMoved = ecs.service('shop', 'api')?.taskDefinition === revision(2)
      if (!isMoved) return void sim.clock.after(500, look)
      const listed = codedeploy.handlers.ListDeployments?.({}, {} as never) as { deployments: string[] } | undefined
      for (const deploymentId of listed?.deployments ?? [])
        codedeploy.handlers.StopDeployment?.({ deploymentId }, {} as never)
    }
    sim.clock.after(500, look)
  }

  test.each([0, 3, 5])('what serves is told as it is, and not as %d looks show it', async (looks) => {
    const sim = codeDeployScene({ autoRollback: [] })
    sim.clock.advance(120_000)
    lag(sim, looks)
    const ended = await run(sim, { image: newImage, onEvent: ({ kind }) => kind === 'started' && stopLate(sim) })
    expect(ended.outcome).toBe('stopped')
    expect(ended.state.verdict?.serving?.id).toBe(truthOf(sim).taskDefinition)
    expect(truthOf(sim).taskDefinition).toBe(revision(2))
  })

  test('the end of the rollback names what serves again, however late the service shows it', async () => {
    const sim = codeDeployScene({ alarms: ['api-5xx'], terminationWaitMinutes: 5 })
    sim.clock.advance(120_000)
    lag(sim, 5)
    const { cloudwatch } = sim.world.region(region)
    const alarm = () => sim.clock.after(200_000, () => cloudwatch.setState('api-5xx', 'ALARM'))
    const ended = await run(sim, { image: newImage, onEvent: ({ kind }) => kind === 'started' && alarm() })
    expect(ended.outcome).toBe('rolled-back')
    expect(ended.state.verdict?.serving?.id).toBe(revision(1))
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('a rollback that is named late is looked for, also where the group may not be read', async () => {
    const sim = codeDeployScene({ alarms: ['api-5xx'] })
    const { cloudwatch, codedeploy } = sim.world.region(region)
    const getDeployment = codedeploy.handlers.GetDeployment as Handler
    let ends = 0
    const late: Handler = (input, call) => {
      const { deploymentInfo } = getDeployment(input, call) as { deploymentInfo: DeploymentInfo }
      const { rollbackInfo: _, ...unnamed } = deploymentInfo
      const isOver = deploymentInfo.status === 'Stopped'
      return { deploymentInfo: isOver && ++ends <= 2 ? unnamed : deploymentInfo }
    }
    Object.assign(codedeploy.handlers, { GetDeployment: late })
    const started = await run(sim, { image: newImage, request: { wait: false } })
    deny(sim, 'GetDeploymentGroup')
    sim.clock.after(60_000, () => cloudwatch.setState('api-5xx', 'ALARM'))
    const wanted = () => Promise.reject(new Error('nothing is rendered'))
    const ended = await run(sim, { request: { deploymentId: started.state.deployment?.id, wanted } })
    expect(ended.outcome).toBe('rolled-back')
    expect(truthOf(sim).image).toBe(oldImage)
  })
})

describe('where deployments may not be listed', () => {
  test('a lost reply of CreateDeployment is found by the refusal of a second one', async () => {
    const sim = codeDeployScene()
    deny(sim, 'ListDeployments')
    sim.faults.add({ operation: 'CreateDeployment', effect: { kind: 'apply-then-drop' } })
    expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
    expect(truthOf(sim).deployments).toHaveLength(1)
  })

  test('a service whose traffic may be on its way is not "unchanged"', async () => {
    const sim = codeDeployScene({ terminationWaitMinutes: 60 })
    await run(sim, { image: newImage, request: { wait: false } })
    sim.clock.advance(60_000)
    deny(sim, 'ListDeployments')
    // The old image still is PRIMARY, beside the task set of the new one.
    const ended = await run(sim, { image: oldImage })
    expect(ended.outcome).toBe('failed')
    expect(ended.cause).toMatch(/already has an active deployment/)
    expect(truthOf(sim).deployments).toHaveLength(1)
  })
})
