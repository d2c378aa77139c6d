import { expect, test } from '@jest/globals'
import { jsonRequest } from './raw-request.ts'
import { createSimulator } from './simulator.ts'

const setUp = () => {
  const sim = createSimulator()
  const ask = async (operation: string, input: object) => {
    const reply = await sim.handle(jsonRequest(`AnyScaleFrontendService.${operation}`, input))
    return { status: reply.status, body: JSON.parse(String(reply.body)) as Record<string, unknown> }
  }
  return { sim, ask }
}

const target = {
  ServiceNamespace: 'ecs',
  ResourceId: 'service/shop/api',
  ScalableDimension: 'ecs:service:DesiredCount',
}

test('a service whose count is scaled is found by its resource id, others are not', async () => {
  const { sim, ask } = setUp()
  await ask('RegisterScalableTarget', { ...target, MinCapacity: 2, MaxCapacity: 10 })
  await ask('RegisterScalableTarget', { ...target, MaxCapacity: 20 })
  const find = async (id: string) =>
    (await ask('DescribeScalableTargets', { ServiceNamespace: 'ecs', ResourceIds: [id] })).body.ScalableTargets
  expect(await find('service/shop/api')).toEqual([
    expect.objectContaining({ ...target, MinCapacity: 2, MaxCapacity: 20, CreationTime: sim.clock.now() / 1000 }),
  ])
  expect(await find('service/shop/web')).toEqual([])
  expect(sim.iam.actionsUsed()).toContain('application-autoscaling:DescribeScalableTargets')
})

test('what is wrong is refused', async () => {
  const { ask } = setUp()
  expect((await ask('RegisterScalableTarget', { ...target, MinCapacity: 3, MaxCapacity: 2 })).status).toBe(400)
  expect((await ask('DescribeScalableTargets', { ServiceNamespace: 'shop' })).status).toBe(400)
  expect((await ask('DeregisterScalableTarget', target)).body.__type).toContain('ObjectNotFoundException')
})

test('activities are suspended one by one, and limits stay; tags are of a scalable target', async () => {
  const { ask } = setUp()
  const { ScalableTargetARN: ResourceARN } = (
    await ask('RegisterScalableTarget', { ...target, MinCapacity: 2, MaxCapacity: 10 })
  ).body
  await ask('RegisterScalableTarget', { ...target, SuspendedState: { DynamicScalingOutSuspended: true } })
  const found = (await ask('DescribeScalableTargets', { ServiceNamespace: 'ecs' })).body.ScalableTargets
  const SuspendedState = {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: true,
    ScheduledScalingSuspended: false,
  }
  expect(found).toEqual([expect.objectContaining({ MinCapacity: 2, MaxCapacity: 10, SuspendedState })])
  await ask('TagResource', { ResourceARN, Tags: { team: 'shop', stage: 'live' } })
  await ask('UntagResource', { ResourceARN, TagKeys: ['stage', 'other'] })
  expect((await ask('ListTagsForResource', { ResourceARN })).body.Tags).toEqual({ team: 'shop' })
  expect((await ask('TagResource', { ResourceARN, Tags: { 'aws:x': '1' } })).body.__type).toContain(
    'ValidationException',
  )
  const unknown = { ResourceARN: String(ResourceARN).replace(/.{4}$/, '0000') }
  expect((await ask('ListTagsForResource', unknown)).body.__type).toContain('ResourceNotFoundException')
})
