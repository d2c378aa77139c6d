/** One-off tasks through the shipped bundle: what the runner reads of their logs, and what a cancel leaves behind. */
import { expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import { commandsIn } from '../report/runner-parser.ts'
import { cancelAt } from '../simulator/cancel-at.ts'
import { hostile } from './canaries.ts'
import { inScene, newImage, region, type Scene, target } from './scene.ts'

const migrate = { ...target, 'aws-region': region, image: newImage, command: 'bin/migrate --all', preflight: 'off' }

const taskStates = ({ ecs }: Scene) => {
  const list = (desiredStatus: string) =>
    ecs<{ taskArns: string[] }>('ListTasks', { cluster: 'shop', desiredStatus, family: 'api' }).taskArns
  const { tasks } = ecs<{ tasks: { group: string; lastStatus: string }[] }>('DescribeTasks', {
    cluster: 'shop',
    tasks: [...list('RUNNING'), ...list('STOPPED')],
  })
  return tasks.filter(({ group }) => !group.startsWith('service:')).map(({ lastStatus }) => lastStatus)
}

test.concurrent(
  'a task to its end: its log is in the step and starts no command, its result is an output',
  inScene({}, async (scene) => {
    const log = [hostile.log, '::set-output name=a::b', '##[add-mask]shop', 'slipway-result: 42 rows']
    scene.sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0, log })
    const { exitCode, outputs, log: read, errors } = await scene.run('run-task', migrate)
    expect([exitCode, errors, outputs.verdict, outputs['exit-code'], outputs.result]).toEqual([
      0,
      [],
      'succeeded',
      '0',
      '42 rows',
    ])
    expect(read).toContain('│ slipway-result: 42 rows')
    expect(commandsIn(read).filter(({ name }) => name !== 'debug')).toEqual([])
    expect(scene.done('UpdateService')).toBe(0)
  }),
)

// In process: test/actions/run-task.test.ts.
onlyLong(test.concurrent)(
  'a task that fails: red, with exit code and last line in the annotation',
  inScene({}, async (scene) => {
    scene.sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, log: ['Error: no such column'] })
    const { exitCode, outputs, errors } = await scene.run('run-task', migrate)
    expect([exitCode, outputs['exit-code'], outputs['cause-code']]).toEqual([1, '3', 'container-crashed'])
    expect(errors.join('\n')).toMatch(/exit code 3\): .*no such column/)
  }),
)

onlyLong(test.concurrent)(
  'a cancel: the post step stops the task',
  inScene({}, async (scene) => {
    scene.sim.world.scenarios.set(newImage, { kind: 'healthy' })
    const signal = cancelAt(scene.sim, { operation: 'DescribeTasks', skip: 5 })
    const main = await scene.run('run-task', migrate, { signal })
    const post = await scene.run('run-task', migrate, { step: 'post', state: main.state })
    scene.sim.clock.advance(60_000)
    expect(taskStates(scene)).toEqual(['STOPPED'])
    expect(post.summary).toContain('half done')
  }),
)
