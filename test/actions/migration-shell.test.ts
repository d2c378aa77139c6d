/** What docs/migrate.md puts in the place of shell steps: every `after` of that section, as it stands there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { region } from '../deployment/scene.ts'
import { writeLayout } from '../oci-layout.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { workspace } from './migration-scene.ts'

interface Step {
  readonly id?: string
  readonly uses: string
  readonly with: Readonly<Record<string, unknown>>
}

const guide = readFileSync(join(import.meta.dirname, '../../docs/migrate.md'), 'utf8')
const section = guide.slice(guide.indexOf('## Shell steps')).split('\n## ')[0] ?? ''
const afters = new Map(
  section
    .split('\n### ')
    .slice(1)
    .map((part) => {
      const [, written = ''] = /```yaml\n# after\n([\s\S]*?)```/.exec(part) ?? []
      return [part.split('\n')[0] ?? '', parse(written) as readonly Step[]] as const
    }),
)

const newImage = 'registry.example.com/api:v2'
const sha = '1a2b3c4d5e6f708192a3b4c5d6e7f80912345678'
const job = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: region,
  GITHUB_REPOSITORY: 'acme/api',
  GITHUB_SHA: sha,
}

/** Runs the steps of one `after`, one behind the other, and returns what each put out. */
async function play(
  heading: string,
  sim: Simulator,
  files: Record<string, object> = {},
  more: Record<string, string> = {},
  prepare: (folder: string) => Promise<void> = async () => {},
) {
  const { runner, build, deploy, rollBack, render } = await workspace(sim, files, job)
  await prepare(runner.workspace)
  const actions: Readonly<Record<string, (inputs: Record<string, string>) => Promise<Record<string, string>>>> = {
    'build-push': build,
    deploy,
    rollback: rollBack,
    'register-task-definition': render,
  }
  const outputs = new Map<string, Record<string, string>>()
  const evaluate = (given: string) =>
    given
      .replace(/\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}/g, (_, id, name) => outputs.get(id)?.[name] ?? '')
      .replace(/\$\{\{ github\.sha \}\}/, sha)
  const all: Record<string, string>[] = []
  for (const { id = '', uses, with: given } of afters.get(heading) ?? []) {
    const [, name = ''] = /^your-org\/slipway\/actions\/([\w-]+)@v1$/.exec(uses) ?? []
    const inputs = Object.entries(given).map(([input, value]) => [input, evaluate(String(value))])
    const ended = (await actions[name]?.({ ...Object.fromEntries(inputs), ...more })) ?? {}
    outputs.set(id, ended)
    all.push(ended)
  }
  return { all, last: all.at(-1) ?? {} }
}

function rolling(): Simulator {
  const sim = createSimulator()
  seedRollingService(sim, { cluster: 'shop', service: 'api' })
  sim.recorder.clear()
  return sim
}

function running(sim: Simulator) {
  const { ecs } = sim.world.region(region)
  const service = ecs.service('shop', 'api')
  const traffic = service?.taskSets.find(({ status }) => status === 'PRIMARY')?.taskDefinitionArn
  return ecs.taskDefinition(traffic ?? service?.taskDefinition ?? '')?.containerDefinitions[0]
}

const told: Readonly<Record<string, () => Promise<void>>> = {
  async 'docker build and push'() {
    const sim = rolling()
    const { ecr } = sim.world.region(region)
    ecr.createRepository('api')
    let digest = ''
    // No engine builds here, so a layout stands for the build.
    const layout = async (folder: string) => {
      const content = { files: { '/app': 'serve()' }, entrypoint: ['/app'] }
      digest = (await writeLayout(join(folder, 'image'), content)).digest
    }
    const { last } = await play('docker build and push', sim, {}, { 'oci-layout': 'image' }, layout)
    expect(last).toMatchObject({ digest, tag: sha, repository: 'api' })
  },
  async 'Restart the tasks'() {
    const sim = rolling()
    const { last } = await play('Restart the tasks', sim)
    expect(last).toMatchObject({ verdict: 'succeeded', 'task-definition-arn': expect.stringMatching(/api:1$/) })
    expect(sim.recorder.calls('ecs', 'UpdateService')[0]?.input).toMatchObject({ forceNewDeployment: true })
  },
  async 'A new image in the live revision'() {
    const sim = rolling()
    const { last } = await play('A new image in the live revision', sim)
    expect(last.verdict).toBe('succeeded')
    expect(running(sim)?.image).toBe(newImage)
  },
  async 'A definition with placeholders'() {
    const sim = rolling()
    const definition = seededTaskDefinition(sim.world)
    const containerDefinitions = definition.containerDefinitions?.map((one) => ({ ...one, image: '' }))
    const { last } = await play('A definition with placeholders', sim, {
      'deploy/api.json': { ...definition, containerDefinitions },
    })
    expect(last.verdict).toBe('succeeded')
    expect(running(sim)).toMatchObject({ image: newImage, environment: [{ name: 'VERSION', value: sha }] })
  },
  async 'Start a deployment, wait in another step'() {
    const sim = rolling()
    const { all } = await play('Start a deployment, wait in another step', sim)
    expect(all.map(({ verdict }) => verdict)).toEqual(['detached', 'succeeded'])
    expect(sim.recorder.count('ecs', 'UpdateService')).toBe(1)
  },
  async 'A migration before the deployment'() {
    const sim = rolling()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0 })
    sim.faults.add({
      operation: 'UpdateService',
      effect: { kind: 'callback', run: () => sim.world.scenarios.set(newImage, { kind: 'healthy' }) },
    })
    const { last } = await play('A migration before the deployment', sim)
    expect(last.verdict).toBe('succeeded')
    expect(sim.recorder.calls('ecs', 'RunTask')[0]?.input).toMatchObject({
      overrides: { containerOverrides: [{ name: 'api', command: ['npm', 'run', 'migrate'] }] },
    })
  },
  async CodeDeploy() {
    const sim = createSimulator()
    seedBlueGreen(sim, { cluster: 'shop', service: 'api', terminationWaitMinutes: 0 })
    const { last } = await play('CodeDeploy', sim)
    expect(last).toMatchObject({ verdict: 'succeeded', 'codedeploy-deployment-id': expect.stringMatching(/^d-/) })
    expect(running(sim)?.image).toBe(newImage)
  },
  async 'A manual rollback'() {
    const sim = rolling()
    await play('A new image in the live revision', sim)
    const { last } = await play('A manual rollback', sim)
    expect(last.verdict).toBe('succeeded')
    expect(running(sim)?.image).not.toBe(newImage)
  },
}

test.each([...afters.keys()])('%s', async (heading) => {
  await told[heading]?.()
  expect(Object.keys(told)).toContain(heading)
})

test('every story is told on the page, after what it replaces', () => {
  expect(Object.keys(told).filter((heading) => !afters.has(heading))).toEqual([])
  expect(section.match(/```yaml\n# before\n/g)).toHaveLength(afters.size)
})
