/** Scheduled tasks of another family than that of the service: which get its revision, and what is said of the others. */
import { describe, expect, test } from '@jest/globals'
import { after, ask, before, deployed, filesOf, schedule, scheduled, scheduledScene, state } from './schedule-scene.ts'

type Files = Readonly<Record<string, string>>

/** The service gets a definition of another family. */
function renamed(files: Files, family: string): Record<string, string> {
  const definition = JSON.parse(files['deploy/api.json'] ?? '')
  return { ...files, 'deploy/api.json': JSON.stringify({ ...definition, family }) }
}

const withConfig = (files: Files, from: string, to: string): Record<string, string> => ({
  ...files,
  'slipway.yml': (files['slipway.yml'] ?? '').replace(from, to),
})

const changes = (sim: ReturnType<typeof scheduledScene>) =>
  ['RegisterTaskDefinition', 'UpdateService', 'PutTargets', 'UpdateSchedule'].filter((operation) =>
    sim.recorder.all.some((call) => call.operation === operation),
  )

/** A schedule of another family than that of the service, before the deployment. */
function mailScene(services?: readonly string[]) {
  const sim = scheduledScene(services)
  ask(sim, 'scheduler', 'CreateSchedule', { ...schedule(sim), Name: 'mail', Target: scheduled('mail:7') })
  const files = (family = '') => withConfig(filesOf(sim, services), 'schedule: cleanup,', `schedule: mail,${family}`)
  const mail = () =>
    ask<{ Target: { EcsParameters: { TaskDefinitionArn: string } } }>(sim, 'scheduler', 'GetSchedule', {
      Name: 'mail',
      GroupName: 'jobs',
    }).Target.EcsParameters.TaskDefinitionArn.replace(/^.*\//, '')
  return { sim, files, mail }
}

describe('a service that moves to another family', () => {
  test('takes its scheduled tasks with it, those without a revision, too', async () => {
    const sim = scheduledScene()
    const { runner } = await deployed(sim, {}, { files: renamed(filesOf(sim), 'shop-api') })
    expect([runner.outputs.verdict, state(sim).runs]).toEqual([
      'succeeded',
      ['shop-api:1', 'shop-api', 'mail:7', '-', 'shop-api:1'],
    ])
  })

  test('gets them back where a later wave fails', async () => {
    const services = ['api', 'web']
    const sim = scheduledScene(services)
    const files = renamed(filesOf(sim, services, '[[api], [web]]', { web: { kind: 'crash', exitCode: 1 } }), 'shop-api')
    const { runner } = await deployed(sim, {}, { files })
    expect([runner.outputs.verdict, state(sim).runs]).toEqual(['rolled-back', before])
  })
})

describe('a target of another family', () => {
  test('is an error before anything is changed, and the error names the key', async () => {
    const { sim, files } = mailScene()
    const { runner, log } = await deployed(sim, {}, { files: files() })
    expect(runner.outputs.verdict).toBe('failed')
    expect(log).toMatch(
      /cleanup \(schedule jobs\/mail\) runs mail, and the service runs api; to replace it by the revision of the service, set family: mail/,
    )
    expect(changes(sim)).toEqual([])
  })

  test('of a later wave is an error before the first wave is changed', async () => {
    const services = ['web', 'api']
    const { sim, files } = mailScene(services)
    const waves = withConfig(files(), '    url:', '    waves: [[web], [api]]\n    url:')
    const { log } = await deployed(sim, {}, { files: waves })
    expect(log).toMatch(/cleanup \(schedule jobs\/mail\) runs mail, and the service runs api/)
    expect(changes(sim)).toEqual([])
  })

  test('gets the revision where slipway.yml names its family, and the next ones', async () => {
    const { sim, files, mail } = mailScene()
    const first = await deployed(sim, {}, { files: files(' family: mail,') })
    expect([first.runner.outputs.verdict, mail(), state(sim).runs]).toEqual([
      'succeeded',
      'api:2',
      [...after.slice(0, 4), 'api:1'],
    ])
    const again = await deployed(sim, {}, { files: files(' family: mail,') })
    expect([again.runner.outputs.verdict, mail()]).toEqual(['unchanged', 'api:2'])
  })

  test('that slipway.yml does not name is an error as well', async () => {
    const { sim, files } = mailScene()
    const { log } = await deployed(sim, {}, { files: files(' family: letters,') })
    expect(log).toMatch(/runs mail, and the service runs api; its family in slipway.yml is letters/)
    expect([changes(sim), state(sim).runs]).toEqual([[], before])
  })
})
