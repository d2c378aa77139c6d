/** Amazon EBS volumes of one-off tasks: what is sent, what is refused before anything is changed, and the role of the volume. */
import { describe, expect, test } from '@jest/globals'
import { newImage, rollingScene } from '../deployment/scene.ts'
import { said } from '../refusal.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { here } from './scene.ts'
import { runStep, taskScene } from './task-scene.ts'
import { deployWith } from './verify-scene.ts'
import { writeFiles } from './write-files.ts'

const role = 'arn:aws:iam::111122223333:role/ebs'
const volume = { name: 'data', managedEBSVolume: { roleArn: role, sizeInGiB: 20, filesystemType: 'ext4' } }
const given = { ...here, 'task-definition': 'job.json', image: newImage, command: 'bin/import', preflight: 'off' }

function scene() {
  const sim = taskScene()
  sim.iam.role({ name: 'ebs', trustedServices: ['ecs.amazonaws.com'], allows: [] })
  return sim
}

async function run(sim: Simulator, configuration: unknown, more: Record<string, string> = {}) {
  const definition = {
    ...seededTaskDefinition(sim.world),
    volumes: [{ name: 'data', configuredAtLaunch: true }, { name: 'tmp' }],
  }
  const inputs = { ...given, 'volume-configurations': JSON.stringify(configuration), ...more }
  const step = await runStep(sim, inputs, {
    onRunner: ({ workspace }) => writeFiles(workspace, { 'job.json': JSON.stringify(definition) }),
  })
  const words = `${step.error === undefined ? '' : said(step.error)} ${step.log}`
  return { ...step, words, sent: sim.recorder.calls('ecs', 'RunTask').map(({ input }) => input.volumeConfigurations) }
}

const changed = (sim: Simulator) =>
  sim.recorder.count('ecs', 'RegisterTaskDefinition') + sim.recorder.count('ecs', 'RunTask')

test.each([
  ['an object', volume],
  ['a list', [volume]],
])('%s is sent as Amazon ECS names it', async (_, configuration) => {
  const { sent, outputs } = await run(scene(), configuration)
  expect([sent, outputs['exit-code']]).toEqual([[[volume]], '0'])
})

describe('before anything is changed', () => {
  test.each<[string, unknown]>([
    ['the task definition has no volume daat; it has data, tmp', { ...volume, name: 'daat' }],
    ['the volume tmp of the task definition does not have configuredAtLaunch: true', { ...volume, name: 'tmp' }],
    ['a task has at most one volume that is configured at launch', [volume, volume]],
    ['name is required', { managedEBSVolume: volume.managedEBSVolume }],
    ['managedEBSVolume is required', { name: 'data' }],
    ['roleArn is required', { name: 'data', managedEBSVolume: { sizeInGiB: 20 } }],
    ['sizeInGiB or snapshotId is required', { name: 'data', managedEBSVolume: { roleArn: role } }],
    [
      'iops is required for volumeType io2',
      { name: 'data', managedEBSVolume: { ...volume.managedEBSVolume, volumeType: 'io2' } },
    ],
    [
      'throughput is only for volumeType gp3',
      { name: 'data', managedEBSVolume: { ...volume.managedEBSVolume, volumeType: 'st1', throughput: 1 } },
    ],
    [
      'volumeInitializationRate requires snapshotId',
      { name: 'data', managedEBSVolume: { ...volume.managedEBSVolume, volumeInitializationRate: 100 } },
    ],
    ['sizeInGib', { name: 'data', managedEBSVolume: { roleArn: role, sizeInGib: 20 } }],
  ])('%s', async (expected, configuration) => {
    const sim = scene()
    const { words, isRed } = await run(sim, configuration)
    expect([isRed, words]).toEqual([true, expect.stringContaining(expected)])
    expect(changed(sim)).toBe(0)
  })

  test('all mistakes of one volume are in one error', async () => {
    const { words } = await run(scene(), { name: 'daat', managedEBSVolume: {} })
    expect(words).toMatch(/no volume daat.*roleArn is required.*sizeInGiB or snapshotId is required/s)
  })

  test('the run-task volume of deploy has the same rules', async () => {
    const sim = rollingScene()
    const { log } = await deployWith(sim, {
      given: {
        'run-task': 'true',
        'run-task-managed-ebs-volume-name': 'data',
        'run-task-managed-ebs-volume': JSON.stringify({ roleArn: role }),
      },
    })
    expect(log).toMatch(
      /the task definition has no volume data; it has none; managedEBSVolume: sizeInGiB or snapshotId/,
    )
    expect(changed(sim)).toBe(0)
  })

  test.each([
    ['does not exist', 'The role of managedEBSVolume.roleArn does not exist (NoSuchEntity)', []],
    ['is of tasks', 'does not allow sts:AssumeRole to ecs.amazonaws.com', ['ecs-tasks.amazonaws.com']],
  ])('preflight: a role that %s', async (_, expected, trustedServices) => {
    const sim = taskScene()
    if (trustedServices.length > 0) sim.iam.role({ name: 'ebs', trustedServices, allows: [] })
    const { words } = await run(sim, volume, { preflight: 'on' })
    expect(words).toContain(expected)
    expect(sim.recorder.count('ecs', 'RunTask')).toBe(0)
  })
})
