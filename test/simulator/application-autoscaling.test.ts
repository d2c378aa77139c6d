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
