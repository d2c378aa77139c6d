import { describe, expect, test } from '@jest/globals'
import { explain } from '../../src/diagnosis/explain.ts'
import { gather } from '../../src/diagnosis/gather.ts'
import type { JsonObject } from '../../src/ports.ts'
import { renderText } from '../../src/text.ts'
import { simulated } from '../aws/simulated.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { sentences } from './evidence.ts'

const image = 'registry.example.com/api:v2'

/** A service whose second revision runs, or does not, for some minutes; and the evidence of it. */
async function deployed(
  behaviour: Behaviour,
  change: { readonly allow?: readonly string[]; readonly more?: JsonObject } = {},
) {
  const { aws, simulator, clock } = simulated()
  seedRollingService(simulator, { circuitBreaker: 'off', desiredCount: 2 })
  simulator.world.scenarios.set(image, behaviour)
  const since = clock.now()
  const written = { ...seededTaskDefinition(simulator.world, { image }), ...change.more } as unknown as JsonObject
  const { taskDefinitionArn } = await aws.ecs.registerTaskDefinition(written)
  const taskDefinition = String(taskDefinitionArn)
  await aws.ecs.updateService({ cluster: 'shop', service: 'api', taskDefinition })
  simulator.clock.advance(120_000)
  if (change.allow) simulator.iam.allow(...change.allow)
  const subject = { cluster: 'shop', service: 'api', taskDefinition, since }
  const evidence = await gather(subject, { ...aws, aside: aws })
  return { evidence, cause: explain(evidence, { outcome: 'failed' }) }
}

describe('evidence of a service, from AWS', () => {
  test("peers' F10: a crash: one group of tasks, the exit code, and the last lines of its log", async () => {
    const log = ['starting', 'Error: no such table: users', 'password=hunter2secret']
    const { evidence, cause } = await deployed({ kind: 'crash', exitCode: 1, log })
    expect(evidence.stoppedTasks).toHaveLength(1)
    expect(evidence.stoppedTasks[0]).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ name: 'api', exitCode: 1, essential: true, memory: 512 }],
    })
    const lines = evidence.logs.flatMap((tail) => tail.lines.map((line) => line.untrusted))
    expect(lines).toEqual(['starting', 'Error: no such table: users', 'password=***'])
    expect(sentences(cause)).toContain('container "api" exited with code 1, saying “Error: no such table: users”')
    expect(evidence.missingPermissions).toEqual([])
  })

  test('out of memory', async () => {
    const { cause } = await deployed({ kind: 'out-of-memory' })
    expect(sentences(cause)).toContain('used up its memory of 512 MiB and was killed (exit code 137)')
  })

  test('an unhealthy target', async () => {
    const { cause } = await deployed({ kind: 'unhealthy', reason: 'Target.ResponseCodeMismatch', responseCode: 404 })
    expect(cause.code).toBe('health-check-code')
    expect(renderText(cause.why, (theirs) => theirs)).toContain('404')
  })

  test('tasks that never start', async () => {
    const stoppedReason = `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`
    const { evidence, cause } = await deployed({ kind: 'fails-to-start', stoppedReason })
    expect(evidence.stoppedTasks.map(({ stopCode }) => stopCode)).toEqual(['TaskFailedToStart'])
    expect(sentences(cause)).toMatch(
      new RegExp(`^(\\d+ of \\d+ new tasks|The new task) could not start: the image ${image} does not exist`),
    )
  })

  test('no capacity: only the events tell', async () => {
    const reason = 'Capacity is unavailable at this time. Please try again later or in a different availability zone'
    const { evidence, cause } = await deployed({ kind: 'no-capacity', reason })
    expect(evidence.stoppedTasks).toEqual([])
    expect(cause.code).toBe('capacity-unavailable')
  })

  test('tasks of the old revision and events from before are no evidence', async () => {
    const { evidence } = await deployed({ kind: 'healthy' })
    expect(evidence.stoppedTasks).toEqual([])
    expect(evidence.targetHealth).toEqual([])
    expect(evidence.serviceEvents.filter(({ message }) => message.untrusted.includes('unhealthy'))).toEqual([])
  })

  test('what may not be read is named, and the rest is read', async () => {
    const allow = ['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks']
    const { evidence, cause } = await deployed({ kind: 'crash', exitCode: 3, log: ['boom'] }, { allow })
    expect(evidence.missingPermissions.map(({ action }) => action).sort()).toEqual([
      'ecs:DescribeTaskDefinition',
      'elasticloadbalancing:DescribeTargetHealth',
    ])
    expect(sentences(cause)).toContain('exited with code 3')
  })

  test('with no permission at all there is still an answer', async () => {
    const { evidence, cause } = await deployed({ kind: 'crash', exitCode: 3 }, { allow: ['sts:GetCallerIdentity'] })
    expect(evidence.missingPermissions.map(({ action }) => action)).toContain('ecs:ListTasks and ecs:DescribeTasks')
    expect(sentences(cause)).toContain('Allow ecs:')
  })
})
