import { describe, expect, test } from '@jest/globals'
import type { JsonObject } from '../../src/ports.ts'
import { readDefinition } from '../../src/task-definition/definition-source.ts'
import { register } from '../../src/task-definition/register.ts'
import { failure, simulated } from '../aws/simulated.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'

const files = { readText: async () => Promise.reject(new Error('no file is read here')) }

function given() {
  const { aws, simulator } = simulated()
  const written = seededTaskDefinition(simulator.world) as unknown as JsonObject
  const revisions = () => simulator.recorder.count('ecs', 'RegisterTaskDefinition')
  return { ecs: aws.ecs, simulator, written, revisions }
}

describe('register', () => {
  test('row F04: the same content is registered once, however often a job runs', async () => {
    const { ecs, written, revisions } = given()
    const first = await register(written, { ecs })
    for (let run = 0; run < 4; run++) {
      const again = await register(structuredClone(written), { ecs })
      expect(again).toMatchObject({ taskDefinitionArn: first.taskDefinitionArn, reused: true })
    }
    expect(first.reused).toBe(false)
    expect(revisions()).toBe(1)
  })

  test('what AWS stores can be registered again as it is, and is the same revision', async () => {
    const { ecs, written } = given()
    const { definition, taskDefinitionArn } = await register(written, { ecs })
    expect(await register(definition, { ecs })).toMatchObject({ taskDefinitionArn, reused: true })
  })

  test('another content, and tags that are not there, make a new revision', async () => {
    const { ecs, written } = given()
    await register(written, { ecs })
    expect(await register({ ...written, memory: '1024' }, { ecs })).toMatchObject({
      reused: false,
      definition: { revision: 2 },
    })
    const tagged = { ...written, memory: '1024', tags: [{ key: 'team', value: 'shop' }] }
    expect(await register(tagged, { ecs })).toMatchObject({ reused: false, definition: { revision: 3 } })
    expect(await register(tagged, { ecs })).toMatchObject({ reused: true })
  })

  test("peers' F1: a member that ECS does not know is told, not dropped", async () => {
    const { ecs, written, revisions } = given()
    const [container] = written.containerDefinitions as [JsonObject]
    const misspelt = { ...written, containerDefinitions: [{ ...container, Environment: [{ name: 'A', value: '1' }] }] }
    await register(written, { ecs })
    expect(await failure(register(misspelt, { ecs }))).toMatchObject({
      code: 'task-definition-lossy',
      why: expect.stringContaining('containerDefinitions[0].Environment'),
    })
    expect(revisions()).toBe(1)
  })

  test('a definition without a family is refused before AWS is asked', async () => {
    const { ecs, simulator } = given()
    expect((await failure(register({ containerDefinitions: [] }, { ecs }))).what).toContain('no family')
    expect(simulator.recorder.calls()).toEqual([])
  })
})

describe('where a definition comes from', () => {
  test('family, revision, ARN and what a service runs', async () => {
    const { ecs, simulator, written } = given()
    const { taskDefinitionArn } = seedRollingService(simulator)
    await register({ ...written, memory: '1024' }, { ecs })
    const revision = async (reference: string) =>
      (await readDefinition({ kind: 'revision', reference }, { ecs, files })).definition.revision
    expect(await revision('api')).toBe(2)
    expect(await revision('api:1')).toBe(1)
    expect(await revision(taskDefinitionArn)).toBe(1)
    const running = await readDefinition({ kind: 'service', cluster: 'shop', service: 'api' }, { ecs, files })
    expect(running.definition.taskDefinitionArn).toBe(taskDefinitionArn)
  })

  test('what does not exist is named', async () => {
    const { ecs, simulator } = given()
    seedRollingService(simulator)
    const ports = { ecs, files }
    expect((await failure(readDefinition({ kind: 'revision', reference: 'nope:3' }, ports))).what).toContain('nope:3')
    const service = { kind: 'service', cluster: 'shop', service: 'nope' } as const
    expect(await failure(readDefinition(service, ports))).toMatchObject({ code: 'service-not-found' })
  })
})
