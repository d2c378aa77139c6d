/** Scheduled tasks get the revision of a deployment that succeeded, and the earlier one after a rollback. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { cliScene } from '../cli/cli-scene.ts'
import { policyOf } from '../cli/permissions-scene.ts'
import { region } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Effect } from '../simulator/faults.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment } from './scene.ts'
import {
  after,
  ask,
  before,
  deployed,
  filesOf,
  schedule,
  scheduled,
  scheduledScene,
  schedules,
  state,
  target,
} from './schedule-scene.ts'
import { severalScene } from './several-scene.ts'

describe('scheduled tasks of a service', () => {
  test('get the new revision after success, and nothing else of them changes', async () => {
    const sim = scheduledScene()
    const { targets, cleanup } = state(sim)
    const { runner, log } = await deployed(sim)
    expect(runner.outputs.verdict).toBe('succeeded')
    const now = state(sim)
    expect(now.runs).toEqual(after)
    const undone = JSON.stringify([now.targets, now.cleanup]).replaceAll('api:2', 'api:1')
    expect(JSON.parse(undone)).toEqual(JSON.parse(JSON.stringify([targets, cleanup])))
    expect(log).toContain('nightly (rule nightly) runs api:2.')
    expect(log).toContain('nightly (rule nightly) runs the latest revision of its family')
    expect(log).toContain('cleanup (schedule jobs/cleanup) runs api:2.')
  })

  test.each([
    ['is rolled back', { kind: 'crash', exitCode: 1 } as const, 'rolled-back'],
    ['times out', { kind: 'healthy', startSeconds: 600 } as const, 'timed-out'],
  ])('keep their revision where the deployment %s', async (_, behaviour, verdict) => {
    const sim = scheduledScene()
    const files = filesOf(sim, ['api'], '', { api: behaviour })
    const { runner } = await deployed(sim, { 'wait-for-minutes': verdict === 'timed-out' ? '1' : '30' }, { files })
    expect(runner.outputs.verdict).toBe(verdict)
    expect(state(sim).runs).toEqual(before)
    expect(sim.recorder.count('events', 'PutTargets')).toBe(0)
  })

  test.each<Record<string, string>>([{ 'wait-for-service-stability': 'false' }, { 'wait-for': 'traffic-shifted' }])(
    'keep their revision where the deployment is not watched to its end: %j',
    async (more) => {
      const sim = scheduledScene()
      const { log } = await deployed(sim, more)
      expect(log).toContain('schedules are left out')
      expect(state(sim).runs).toEqual(before)
    },
  )

  test('go back where a later wave fails', async () => {
    const services = ['api', 'web']
    const sim = scheduledScene(services)
    const seen: string[][] = []
    sim.faults.add({
      operation: 'UpdateService',
      times: 9,
      effect: { kind: 'callback', run: () => void seen.push(state(sim).runs.slice()) },
    })
    const files = filesOf(sim, services, '[[api], [web]]', { web: { kind: 'crash', exitCode: 1 } })
    const { runner } = await deployed(sim, {}, { files })
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(seen).toEqual([before, after, after])
    expect(state(sim).runs).toEqual(before)
  })

  test('are set by a later job that watches the deployment, and not by one that watches an old deployment', async () => {
    const sim = scheduledScene()
    const { runner } = await deployed(sim, { service: 'api', 'wait-for-service-stability': 'false' })
    expect(state(sim).runs).toEqual(before)
    const id = runner.outputs['deployment-id'] ?? ''
    expect((await deployed(sim, { service: 'api', 'deployment-id': id })).runner.outputs.verdict).toBe('succeeded')
    expect(state(sim).runs).toEqual(after)
    ask(sim, 'events', 'PutTargets', { Rule: 'nightly', Targets: [target('report', 'api:9')] })
    const { log } = await deployed(sim, { service: 'api', 'deployment-id': id })
    expect(state(sim).runs).toEqual(['api:9', ...after.slice(1)])
    expect(log).toContain('nightly (rule nightly) runs neither api:1 nor api:2, and stays.')
  })

  test('go back with the action rollback', async () => {
    const sim = scheduledScene()
    await deployed(sim)
    const runner = await fakeRunner({
      clock: sim.clock.forProgram,
      environment: { ...environment, GITHUB_REPOSITORY: 'acme/shop' },
    })
    await writeFile(join(runner.workspace, 'slipway.yml'), filesOf(sim)['slipway.yml'] ?? '')
    const action = createRollback({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
    await action.main(givenInputs(rollbackInputs, { environment: 'production', service: 'api' }), runner)
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(state(sim).runs).toEqual(before)
  })

  test('go back in the post step, where a cancel turns waves round', async () => {
    const services = ['api', 'web']
    const sim = scheduledScene(services)
    const files = filesOf(sim, services, '[[api], [web]]', { web: { kind: 'healthy', startSeconds: 120 } })
    const given = { 'on-cancel': 'stop-and-roll-back' }
    const main = await deployed(sim, given, {
      files,
      onRunner: (runner) =>
        void sim.faults.add({
          operation: 'UpdateService',
          skip: 1,
          effect: { kind: 'callback', run: () => void sim.clock.after(20_000, () => runner.cancel()) },
        }),
    })
    expect([main.runner.outputs.verdict, state(sim).runs]).toEqual(['cancelled', after])
    await deployed(sim, given, { files, state: main.runner.savedState })
    expect(state(sim).runs).toEqual(before)
  })

  test('that a cancel leaves behind are named, and set by the next run', async () => {
    const sim = scheduledScene()
    const { runner, log } = await deployed(
      sim,
      {},
      {
        onRunner: (runner) =>
          void sim.faults.add({
            operation: 'GetSchedule',
            skip: 2,
            effect: { kind: 'callback', run: () => runner.cancel() },
          }),
      },
    )
    expect([runner.outputs.verdict, state(sim).runs]).toEqual(['cancelled', [...after.slice(0, 4), 'api:1']])
    expect(log).toContain(
      'Not set to api:2, as the run was cancelled: cleanup (schedule jobs/cleanup). The first of them',
    )
    await deployed(sim)
    expect(state(sim).runs).toEqual(after)
  })

  test('are set by the next run where one was cancelled, also where it changes nothing', async () => {
    const sim = scheduledScene()
    await deployed(sim)
    ask(sim, 'events', 'PutTargets', { Rule: 'nightly', Targets: [target('report', 'api:1')] })
    const { runner } = await deployed(sim)
    expect([runner.outputs.verdict, state(sim).runs]).toEqual(['unchanged', after])
  })

  const lost: readonly Effect[] = [
    { kind: 'apply-then-drop' },
    { kind: 'reset' },
    { kind: 'throttle' },
    { kind: 'http', status: 503 },
  ]
  test.each(some(lost, 2))('are set once whatever reply is lost: %j', async (effect) => {
    const sim = scheduledScene()
    for (const operation of ['PutTargets', 'UpdateSchedule', 'ListTargetsByRule', 'GetSchedule'])
      sim.faults.add({ operation, times: 2, effect })
    const { runner } = await deployed(sim)
    expect([runner.outputs.verdict, state(sim).runs]).toEqual(['succeeded', after])
  })

  test('that others change at the same time are read again: no change is lost', async () => {
    const sim = scheduledScene()
    const conflict = (code: string): Effect => ({
      kind: 'error',
      code,
      message: 'changed by another request',
      status: 409,
    })
    sim.faults.add({
      operation: 'PutTargets',
      effect: {
        kind: 'callback',
        run: () =>
          void ask(sim, 'events', 'PutTargets', {
            Rule: 'nightly',
            Targets: [{ ...target('report', 'api:1'), Input: '{}' }],
          }),
      },
    })
    sim.faults.add({ operation: 'PutTargets', effect: conflict('ConcurrentModificationException') })
    sim.faults.add({ operation: 'UpdateSchedule', times: 2, effect: conflict('ConflictException') })
    const { runner } = await deployed(sim)
    expect([runner.outputs.verdict, state(sim).runs]).toEqual(['succeeded', after])
    expect(state(sim).targets[0]).toMatchObject({ Input: '{}' })
  })

  test('of a start that is over keep all else, and rate() that counts from it is an error', async () => {
    const started = (sim: Simulator, more: object) => {
      ask(sim, 'scheduler', 'UpdateSchedule', schedule(sim, { StartDate: new Date(sim.clock.now()), ...more }))
      sim.clock.advance(3_600_000)
    }
    const cron = scheduledScene()
    started(cron, {})
    expect((await deployed(cron)).runner.outputs.verdict).toBe('succeeded')
    expect(state(cron).runs).toEqual(after)
    expect(state(cron).cleanup).toMatchObject({
      State: 'DISABLED',
      Description: 'deletes what is old',
      EndDate: expect.any(Date),
    })
    const rate = scheduledScene()
    started(rate, { ScheduleExpression: 'rate(2 days)' })
    const { runner, log } = await deployed(rate)
    expect(runner.outputs).toMatchObject({
      verdict: 'failed',
      cause: expect.stringContaining('UpdateSchedule did not change'),
    })
    expect(log).toContain('use cron()')
    expect(state(rate).runs).toEqual([...after.slice(0, 4), 'api:1'])
  })

  test('that cannot be set make the step red, each by its name', async () => {
    const sim = scheduledScene()
    sim.world.region(region).events.manage('nightly', 'states.amazonaws.com')
    const { runner, log } = await deployed(sim)
    expect(runner.outputs.verdict).toBe('failed')
    expect(log).toContain('Not set to api:2: nightly (rule nightly).')
    expect(state(sim).runs).toEqual([...before.slice(0, 4), 'api:2'])
  })

  test('that are missing or run another family are errors before anything is changed, all at once', async () => {
    const sim = scheduledScene()
    const files = filesOf(sim)
    const config = files['slipway.yml']
      ?.replace('rule: nightly,', 'rule: nightli,')
      .replace('schedule: cleanup,', 'schedule: mail,')
    ask(sim, 'scheduler', 'CreateSchedule', { ...schedule(sim), Name: 'mail', Target: scheduled('mail:7') })
    const { runner, log } = await deployed(sim, {}, { files: { ...files, 'slipway.yml': config ?? '' } })
    expect(runner.outputs.verdict).toBe('failed')
    expect(log).toMatch(/nightly \(rule nightli\) does not exist in this account and region/)
    expect(log).toMatch(/cleanup \(schedule jobs\/mail\) runs mail, and the service runs api/)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition') + sim.recorder.count('ecs', 'UpdateService')).toBe(0)
  })

  test('need no more than the policy that slipway permissions makes, and are planned in a dry run', async () => {
    const sim = scheduledScene()
    const named = filesOf(sim)
    // The default bus by its name is the same one.
    const config = named['slipway.yml'].replace('rule: nightly,', 'rule: nightly, event-bus: default,')
    const files = { ...named, 'slipway.yml': config }
    sim.iam.enforce(await policyOf(cliScene(files)))
    const { log } = await deployed(sim, { 'dry-run': 'true' }, { files })
    expect(log).toContain('set the revision of nightly (rule nightly), cleanup (schedule jobs/cleanup), afterwards')
    const { runner } = await deployed(sim, {}, { files })
    expect([runner.outputs.verdict, state(sim).runs]).toEqual(['succeeded', after])
    expect(sim.recorder.all.filter(({ outcome }) => /AccessDenied/.test(outcome ?? ''))).toEqual([])
    const without = files['slipway.yml'].replaceAll(/, role: [\w-]+(?= })/g, '')
    const other = scheduledScene()
    other.iam.enforce(await policyOf(cliScene({ ...files, 'slipway.yml': without })))
    expect((await deployed(other)).log).toContain('iam:PassRole')
  })
})

test.each([
  ['{ service: api }', 'must have either rule or schedule'],
  ['{ service: api, rule: a, schedule: b }', 'must have either rule or schedule'],
  ['{ service: api, rule: a, group: b }', 'has group, which is for a schedule'],
  ['{ service: api, schedule: a, event-bus: b }', 'has event-bus, which is for a rule'],
  ['{ service: ap, rule: a }', 'names ap, which is no service of the environment; did you mean api?'],
  ['{ service: api, rule: nightly }', 'is that of nightly'],
  ['{ service: api, rule: nightly, event-bus: default }', 'is that of nightly'],
  ['{ service: api, schedule: cleanup, group: jobs }', 'is that of cleanup'],
  ['{ service: api, rule: "a b" }', 'must be at most 64 letters'],
])('slipway.yml: %s', async (written, message) => {
  const sim = severalScene(['api'])
  const files = filesOf(sim)
  const config = files['slipway.yml'].replace(schedules, `${schedules}      other: ${written}\n`)
  const run = async () => (await deployed(sim, {}, { files: { ...files, 'slipway.yml': config } })).problem
  expect(await run().catch(said)).toContain(message)
})
