/** What doctor finds about the schedules of slipway.yml. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { doctorInputs } from '../../src/actions/doctor/doctor-inputs.ts'
import { createDoctor } from '../../src/actions/doctor/index.ts'
import { region } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { ask as askEcs } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { type Found, readOnly } from './doctor-scene.ts'
import { environment } from './scene.ts'
import { ask, filesOf, role, schedule, scheduled, scheduledScene, target } from './schedule-scene.ts'

/** With the roles of both targets. */
function soundScene(): Simulator {
  const sim = scheduledScene()
  ask(sim, 'scheduler', 'UpdateSchedule', schedule(sim, { State: 'ENABLED' }))
  ask(sim, 'events', 'PutTargets', { Rule: 'nightly', Targets: [target('latest', 'api:1')] })
  sim.iam.role({ name: 'nightly-events', trustedServices: ['events.amazonaws.com'] })
  sim.iam.role({ name: 'cleanup-scheduler', trustedServices: ['scheduler.amazonaws.com'] })
  return sim
}

const definitionOf = (sim: Simulator) => {
  const files: Readonly<Record<string, string>> = filesOf(sim)
  return files['deploy/api.json'] ?? ''
}

async function doctor(sim: Simulator, config = filesOf(sim)['slipway.yml'] ?? '') {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const files = { ...filesOf(sim), 'slipway.yml': config, 'td.json': definitionOf(sim) }
  for (const name of ['slipway.yml', 'td.json'] as const) await writeFile(join(runner.workspace, name), files[name])
  sim.recorder.clear()
  const action = createDoctor({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const given = { environment: 'production', service: 'api', 'task-definition': 'td.json' }
  await action.main(givenInputs(doctorInputs, given), runner)
  const findings: readonly Found[] = JSON.parse(runner.outputs.findings ?? '[]')
  expect(sim.recorder.all.map(({ operation }) => operation).filter((name) => !readOnly.test(name))).toEqual([])
  return findings.filter(({ code, what }) => code.startsWith('schedule-') || /schedule|rules/.test(what))
}

const words = (findings: readonly Found[]) =>
  findings.map(({ code, severity, what, why }) => `${code} ${severity}: ${what}: ${why}`)

test('nothing where all is well', async () => {
  expect(words(await doctor(soundScene()))).toEqual([])
})

type Row = readonly [name: string, change: (sim: Simulator) => unknown, expected: readonly RegExp[]]

const rows: readonly Row[] = [
  [
    'a rule and a schedule that are turned off',
    (sim) => [
      ask(sim, 'events', 'PutRule', { Name: 'nightly', ScheduleExpression: 'rate(1 day)', State: 'DISABLED' }),
      ask(sim, 'scheduler', 'UpdateSchedule', schedule(sim)),
    ],
    [
      /^schedule-disabled notes: nightly \(rule nightly\) is DISABLED/,
      /^schedule-disabled notes: cleanup \(schedule jobs\/cleanup\) is DISABLED/,
    ],
  ],
  [
    'a role that is missing, and one that EventBridge cannot assume',
    (sim) => {
      const targets = ['report', 'latest'].map((id) => ({ ...target(id, 'api:1'), RoleArn: role('gone') }))
      ask(sim, 'events', 'PutTargets', { Rule: 'nightly', Targets: targets.slice(0, 1) })
      sim.iam.role({ name: 'cleanup-scheduler', trustedServices: ['events.amazonaws.com'] })
    },
    [
      /^schedule-role warns: The role of nightly \(rule nightly\) does not exist \(NoSuchEntity\): IAM has no .*role\/gone/,
      /^schedule-role warns: EventBridge is unable to assume the role of cleanup .*: the trust policy of .* does not allow sts:AssumeRole to scheduler.amazonaws.com/,
    ],
  ],
  [
    'a revision that was deregistered',
    (sim) => {
      const definition = JSON.parse(definitionOf(sim))
      const { world } = sim
      askEcs(world, region, 'RegisterTaskDefinition', definition)
      ask(sim, 'events', 'PutTargets', { Rule: 'nightly', Targets: [target('report', 'api:2')] })
      askEcs(world, region, 'DeregisterTaskDefinition', { taskDefinition: 'api:2' })
    },
    [/^schedule-revision warns: nightly \(rule nightly\) runs api:2, which cannot start: it was deregistered/],
  ],
  [
    'another cluster',
    (sim) => {
      const other = { ...scheduled('api:1'), Arn: `arn:aws:ecs:${region}:111122223333:cluster/batch` }
      ask(sim, 'scheduler', 'UpdateSchedule', schedule(sim, { State: 'ENABLED', Target: other }))
    },
    [/^schedule-cluster warns: cleanup .* in another cluster: its cluster is batch, that of the service shop/],
  ],
  [
    'a policy without PutTargets and PassRole',
    (sim) => {
      const read = ['ec2', 'ecr', 'ecs', 'logs', 'elasticloadbalancing', 'cloudwatch'].map((name) => `${name}:*`)
      sim.iam.allow(...read, 'iam:GetRole', 'iam:Simulate*', 'events:Describe*', 'events:List*', 'scheduler:Get*')
    },
    [
      /^schedule-not-changed blocks: Not authorized to perform events:PutTargets on nightly \(rule nightly\): .* has no policy that allows it for .*:rule\/nightly/,
      /^schedule-role-not-passed blocks: .* iam:PassRole on the role of nightly .*, with iam:PassedToService events.amazonaws.com: .* for .*role\/nightly-events/,
      /^schedule-not-changed blocks: Not authorized to perform scheduler:UpdateSchedule on cleanup .* for .*:schedule\/jobs\/cleanup/,
      /^schedule-role-not-passed blocks: Not authorized to perform iam:PassRole on the role of cleanup .*, with iam:PassedToService scheduler.amazonaws.com/,
    ],
  ],
  [
    'reads that are not allowed',
    (sim) => {
      for (const operation of ['ListTargetsByRule', 'GetSchedule'])
        sim.faults.add({ operation, times: 9, effect: { kind: 'access-denied' } })
    },
    [
      /^permission-missing notes: Not checked: whether the schedules of slipway.yml run tasks of the service: not authorized to perform events:ListTargetsByRule/,
      /^permission-missing notes: .* not authorized to perform scheduler:GetSchedule/,
    ],
  ],
]

test.each(rows)('%s', async (_, change, expected) => {
  const sim = soundScene()
  change(sim)
  const found = words(await doctor(sim))
  expect(found).toEqual(expected.map((pattern) => expect.stringMatching(pattern)))
})

test('what is missing or runs another family, with the key that names one', async () => {
  const sim = soundScene()
  ask(sim, 'scheduler', 'CreateSchedule', { ...schedule(sim), Name: 'mail', Target: scheduled('mail:7') })
  const config = filesOf(sim)
    ['slipway.yml']?.replace('rule: nightly,', 'rule: nightli,')
    .replace('schedule: cleanup,', 'schedule: mail,')
  expect(words(await doctor(sim, config))).toEqual([
    expect.stringMatching(/^schedule-unfit blocks: .* nightly \(rule nightli\) .*: it does not exist in this account/),
    expect.stringMatching(/^schedule-unfit blocks: .*: it runs mail, and the service runs api; .* set family: mail/),
  ])
})
