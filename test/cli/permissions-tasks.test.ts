/** The policy of run-task, taken literally by the simulated IAM, in each of its modes; and what happens without a permission. */
import { expect, test } from '@jest/globals'
import { migrate, postStep, runStep, startedTasks, taskScene } from '../actions/task-scene.ts'
import { writeFiles } from '../actions/write-files.ts'
import { region } from '../deployment/scene.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import { actionsIn, policyOf, refusedBy, repositoryOf } from './permissions-scene.ts'

const ended: Behaviour = { kind: 'crash', exitCode: 0, log: ['done'] }

const modes: readonly (readonly [string, Behaviour, Record<string, string>])[] = [
  ['to its end, with its log', ended, { preflight: 'on' }],
  ['a failure, with evidence', { kind: 'crash', exitCode: 1, log: ['Error: no'] }, {}],
  ['until it runs', { kind: 'healthy' }, { 'wait-for': 'running' }],
  ['started only', ended, { 'wait-for': 'started' }],
  ['stopped when its time is up', { kind: 'healthy' }, { 'wait-for-minutes': '1' }],
  ['with a lock', ended, { lock: 'orders' }],
  ['of a revision that exists', ended, { image: '', 'task-definition': 'api:1' }],
]

test.each(modes)('a task %s needs no more than its policy', async (_, behaviour, more) => {
  const sim = taskScene(behaviour)
  sim.world.scenarios.set(`$ ${migrate.command}`, behaviour)
  const policy = await policyOf(repositoryOf(sim), '--action', 'run-task', '--without', 'evidence')
  sim.recorder.clear()
  sim.iam.enforce(policy)
  await runStep(sim, { ...migrate, ...more })
  expect(refusedBy([policy], sim)).toEqual([])
  expect(sim.recorder.all.filter(({ outcome }) => /AccessDenied/.test(outcome ?? ''))).toEqual([])
})

test('a cancelled run needs no more than its policy', async () => {
  const sim = taskScene({ kind: 'healthy' })
  const policy = await policyOf(repositoryOf(sim), '--action', 'run-task')
  sim.recorder.clear()
  sim.iam.enforce(policy)
  const { runner } = await runStep(sim, migrate, { onRunner: (one) => sim.clock.after(60_000, () => one.cancel()) })
  await postStep(sim, runner)
  expect(refusedBy([policy], sim)).toEqual([])
  sim.clock.advance(60_000)
  expect(startedTasks(sim).map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED'])
})

const without = async (action: string, behaviour: Behaviour = ended, given: Record<string, string> = {}) => {
  const sim = taskScene(behaviour)
  const policy = await policyOf(repositoryOf(sim), '--action', 'run-task')
  expect(actionsIn(policy)).toContain(action)
  const statements = policy.Statement.map((statement) => ({
    ...statement,
    Action: [statement.Action ?? []].flat().filter((one) => one !== action),
  }))
  sim.iam.enforce({ ...policy, Statement: statements.filter(({ Action }) => Action.length > 0) })
  return { sim, ...(await runStep(sim, { ...migrate, ...given })) }
}

test.each(['ecs:RunTask', 'iam:PassRole', 'ecs:DescribeTasks'])('without %s it is red and names it', async (action) => {
  const { isRed, log } = await without(action)
  expect([isRed, log]).toEqual([true, expect.stringContaining(action)])
})

test('without logs:GetLogEvents the exit code counts all the same, and the log says why it is not shown', async () => {
  const { isRed, log, outputs } = await without('logs:GetLogEvents')
  expect([isRed, outputs['exit-code']]).toEqual([false, '0'])
  expect(log).toMatch(/The log is not shown any further: .*logs:GetLogEvents/)
})

test('without ecs:StopTask a task whose time is up runs on, and that is said', async () => {
  const { sim, outputs } = await without('ecs:StopTask', { kind: 'healthy' }, { 'wait-for-minutes': '1' })
  expect(outputs.verdict).toBe('timed-out')
  expect(outputs.cause).toMatch(/could not be stopped: .*ecs:StopTask/)
  expect(startedTasks(sim).map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING'])
  expect(sim.world.region(region).ecs.service('shop', 'api')).toBeDefined()
})

test('tags and a volume need the permissions that are asked for, on the resources that they are about', async () => {
  const sim = taskScene(ended)
  const role = 'arn:aws:iam::111122223333:role/ebs'
  sim.iam.role({ name: 'ebs', trustedServices: ['ecs.amazonaws.com'], allows: [] })
  const volumes = [{ name: 'data', configuredAtLaunch: true }]
  const definition = JSON.stringify({ ...seededTaskDefinition(sim.world), volumes })
  const words = ['--action', 'run-task', '--with', 'task-tags', '--infrastructure-role', 'ebs']
  const policy = await policyOf(repositoryOf(sim, undefined, definition), ...words)
  const given = {
    'task-definition': 'td.json',
    tags: '[{"key":"team","value":"shop"}]',
    preflight: 'on',
    'volume-configurations': JSON.stringify({ name: 'data', managedEBSVolume: { roleArn: role, sizeInGiB: 1 } }),
  }
  sim.recorder.clear()
  sim.iam.enforce(policy)
  const step = await runStep(
    sim,
    { ...migrate, ...given },
    {
      onRunner: ({ workspace }) => writeFiles(workspace, { 'td.json': definition }),
    },
  )
  expect([step.isRed, refusedBy([policy], sim)]).toEqual([false, []])
  const asked = sim.iam.questions().filter(({ action }) => /TagResource|PassRole/.test(action))
  expect(asked).toContainEqual(
    expect.objectContaining({
      action: 'ecs:TagResource',
      resource: expect.stringContaining(':task/shop/'),
      context: expect.objectContaining({ 'ecs:CreateAction': 'RunTask' }),
    }),
  )
  expect(asked).toContainEqual(
    expect.objectContaining({
      action: 'iam:PassRole',
      resource: role,
      context: expect.objectContaining({ 'iam:PassedToService': 'ecs.amazonaws.com' }),
    }),
  )
  const plain = await policyOf(repositoryOf(sim, undefined, definition), '--action', 'run-task')
  expect(refusedBy([plain], sim)).toEqual([
    expect.stringMatching(/^iam:GetRole on .*role\/ebs$/),
    expect.stringMatching(/^iam:PassRole on .*role\/ebs$/),
    expect.stringMatching(/^ecs:TagResource on .*:task\/shop/),
  ])
})
