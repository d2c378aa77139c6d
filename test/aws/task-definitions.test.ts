import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { JsonObject } from '../../src/ports.ts'
import { anyText, runs } from '../generated.ts'
import { connected, failure, simulated } from './simulated.ts'

const container = { name: 'api', image: 'api:1', memory: 128 }
const definition = (more: JsonObject, inContainer: JsonObject = {}) => ({
  family: 'api',
  ...more,
  containerDefinitions: [{ ...container, ...inContainer }],
})

const lossy: readonly [string, JsonObject, string][] = [
  ['a misspelt member', definition({ placementConstraint: [] }), 'placementConstraint'],
  ['letter case', definition({}, { Environment: [] }), 'containerDefinitions[0].Environment'],
  ['letter case of secrets', definition({}, { Secrets: [] }), 'containerDefinitions[0].Secrets'],
  [
    'the case of a value',
    definition({}, { environment: [{ name: 'A', Value: '1' }] }),
    'containerDefinitions[0].environment[0].Value',
  ],
  ['a member from the future', definition({ quantumPlacement: { qubits: 4 } }), 'quantumPlacement'],
  [
    'a log option beside its map',
    definition({}, { logConfiguration: { logDriver: 'awslogs', option: {} } }),
    'containerDefinitions[0].logConfiguration.option',
  ],
  [
    'what only AWS writes',
    definition({ taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:1' }),
    'taskDefinitionArn',
  ],
]

describe("peers' F1: nothing in a task definition is lost silently", () => {
  test.each(lossy)('%s', async (_, written, words) => {
    const { aws, simulator } = simulated()
    const { code, why } = await failure(aws.ecs.registerTaskDefinition(written))
    expect(code).toBe('task-definition-lossy')
    expect(why).toBe(`the SDK would not send ${words}`)
    expect(simulator.recorder.count()).toBe(0)
  })

  test('all of it is told at once', async () => {
    const { aws } = simulated()
    const { why } = await failure(aws.ecs.registerTaskDefinition(definition({ cpus: '256' }, { Image: 'api:1' })))
    expect(why.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(2)
  })

  test('everything that is written arrives, free text and all', async () => {
    const json = anyText()
    const written = fc.record({
      dockerLabels: fc.dictionary(json, json),
      environment: fc.array(fc.record({ name: json, value: json })),
      command: fc.array(json),
    })
    const { aws, simulator } = simulated({ minutes: 600 })
    simulator.world.region('eu-west-1').ecs.quirks.reordersDefinitions = false
    await fc.assert(
      fc.asyncProperty(written, async (members) => {
        const asked = definition({}, members)
        const { containerDefinitions } = await aws.ecs.registerTaskDefinition(asked)
        expect(containerDefinitions).toMatchObject([members])
      }),
      runs(20),
    )
  })

  test('null counts as absent, as it does in AWS', async () => {
    const { aws } = simulated()
    const stored = await aws.ecs.registerTaskDefinition(definition({ taskRoleArn: null }, { command: null }))
    expect(stored).not.toHaveProperty('taskRoleArn')
  })
})

test('a member that AWS knows and this version does not is there when a definition is described', async () => {
  const session = simulated()
  await session.aws.ecs.registerTaskDefinition(definition({}))
  const { requestHandler } = session.simulator
  const future = {
    ...requestHandler,
    async handle(...asked: Parameters<typeof requestHandler.handle>) {
      const { response } = await requestHandler.handle(...asked)
      const body = await text(response.body as Readable)
      const changed = body.replace('"family":', '"quantumPlacement":{"qubits":4},"family":')
      return { response: { ...response, body: Readable.from([Buffer.from(changed)]) } }
    },
  }
  const { aws } = connected(session.simulator, { requestHandler: future })
  expect(await aws.ecs.describeTaskDefinition('api')).toMatchObject({ quantumPlacement: { qubits: 4 } })
})

test('a definition is described with its tags, and a missing one is undefined', async () => {
  const { aws } = simulated()
  const tags = [{ key: 'commit', value: '5f0c3a9' }]
  await aws.ecs.registerTaskDefinition(definition({ tags }))
  expect(await aws.ecs.describeTaskDefinition('api')).toMatchObject({ family: 'api', revision: 1, tags })
  expect(await aws.ecs.describeTaskDefinition('api:2')).toBeUndefined()
  expect(await aws.ecs.describeTaskDefinition('other')).toBeUndefined()
})
