import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { createRegisterTaskDefinition } from '../../src/actions/register-task-definition/index.ts'
import type { JsonObject } from '../../src/ports.ts'
import { failure } from '../aws/simulated.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { keys } from './scene.ts'

const image = 'registry.example.com/api@sha256:4be1'

async function given(environment: Record<string, string> = {}) {
  const simulator = createSimulator()
  const runner = await fakeRunner({ clock: simulator.clock.forProgram, environment: { ...keys, ...environment } })
  const { workspace } = runner
  const action = createRegisterTaskDefinition({ requestHandler: simulator.requestHandler })
  const run = async (inputs: Record<string, string>) => {
    await action.main(givenInputs(action.inputs, inputs), runner)
    return runner.outputs
  }
  const write = (name: string, content: string | object) =>
    writeFile(join(workspace, name), typeof content === 'string' ? content : JSON.stringify(content))
  const rendered = async (): Promise<JsonObject> =>
    JSON.parse(await readFile(runner.outputs['task-definition'] ?? '', 'utf8'))
  const container = async (index = 0) => ((await rendered()).containerDefinitions as JsonObject[])[index]
  const registrations = () => simulator.recorder.count('ecs', 'RegisterTaskDefinition')
  return {
    simulator,
    runner,
    run,
    write,
    rendered,
    container,
    registrations,
    template: seededTaskDefinition(simulator.world),
  }
}

const arn = (revision: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${revision}`

describe('register-task-definition', () => {
  test('registers a file with a new image, says what changes, and registers nothing the second time', async () => {
    const { run, runner, write, container, registrations, template } = await given()
    await write('api.json', template)
    await run({ 'task-definition': 'api.json', 'container-name': 'api', image })
    expect(runner.outputs).toMatchObject({
      'task-definition-arn': arn(1),
      'previous-task-definition-arn': '',
      revision: '1',
      changed: 'true',
    })
    expect(await container()).toMatchObject({ image })
    await run({ 'task-definition': 'api.json', 'container-name': 'api', image })
    expect(runner.outputs).toMatchObject({ 'task-definition-arn': arn(1), revision: '1', changed: 'false', diff: '' })
    expect(runner.lines.at(-1)).toBe('info api:1 already has this content, nothing registered.')
    expect(registrations()).toBe(1)
  })

  test('starts from what the service runs, not from the newest revision', async () => {
    const { simulator, run, runner, write, container, template } = await given()
    seedRollingService(simulator)
    await write('other.json', { ...template, memory: '2048' })
    await run({ 'task-definition': 'other.json' })
    await run({ service: 'api', cluster: 'shop', images: `api=${image}` })
    expect(runner.outputs).toMatchObject({ 'previous-task-definition-arn': arn(1), revision: '3' })
    expect(runner.outputs.diff).toBe(`~ containerDefinitions[api].image: "registry.example.com/api:v1" → "${image}"`)
    expect(await container()).toMatchObject({ image })
  })

  test('a dry run shows the difference and registers nothing', async () => {
    const { simulator, run, runner, registrations } = await given()
    seedRollingService(simulator)
    const before = registrations()
    await run({
      'task-definition-family': 'api',
      'environment-variables': 'TOKEN=hunter2',
      'keep-image': 'true',
      'dry-run': 'true',
    })
    expect(runner.lines).toContain('  + containerDefinitions[api].environment[TOKEN]: ***')
    expect(runner.outputs).toMatchObject({ changed: 'true', 'task-definition-arn': '', revision: '' })
    expect(registrations()).toBe(before)
    expect(JSON.stringify([runner.lines, runner.outputs, runner.summary])).not.toContain('hunter2')
  })

  test('only writing a file needs neither AWS nor a region', async () => {
    const { simulator, run, write, rendered } = await given({ AWS_REGION: '', AWS_ACCESS_KEY_ID: '' })
    await write('api.yaml', 'family: api\ncontainerDefinitions: [{name: api, image: "api:v1"}]\n')
    await run({ 'task-definition': 'api.yaml', image, register: 'false' })
    expect(await rendered()).toEqual({ family: 'api', containerDefinitions: [{ name: 'api', image }] })
    expect(simulator.recorder.calls()).toEqual([])
  })

  test('who may only register can do so; each run then makes a revision', async () => {
    const { simulator, run, runner, write, template } = await given()
    simulator.iam.allow('ecs:RegisterTaskDefinition', 'iam:PassRole')
    await write('api.json', template)
    await run({ 'task-definition': 'api.json', image })
    await run({ 'task-definition': 'api.json', image })
    expect(runner.outputs).toMatchObject({ revision: '2', 'previous-task-definition-arn': '' })
  })

  test('declares the inputs that it reads and the outputs that it sets, and no others', async () => {
    const { run, runner, write, template } = await given()
    await write('api.json', template)
    await run({ 'task-definition': 'api.json', image })
    const declared = parse(
      await readFile(join(import.meta.dirname, '../../actions/register-task-definition/action.yml'), 'utf8'),
    )
    expect(Object.keys(declared.outputs).sort()).toEqual(Object.keys(runner.outputs).sort())
    expect(Object.keys(declared.inputs).sort()).toEqual(Object.keys(createRegisterTaskDefinition({}).inputs).sort())
  })
})

describe("peers' F15: what the peer gets wrong", () => {
  const two = {
    family: 'api',
    containerDefinitions: [
      { name: 'web', image: 'web:v1' },
      { name: 'log', image: 'log:v1' },
    ],
  }

  test('values with = stay whole, names are trimmed, commands keep their quotes, YAML is read', async () => {
    const { run, write, container } = await given()
    await write('api.yaml', JSON.stringify(two))
    await run({
      'task-definition': 'api.yaml',
      'container-name': 'web, log',
      image,
      'log-configuration-log-driver': 'splunk',
      'log-configuration-options': 'splunk-token=abc==\nsplunk-url=https://splunk.example.com?x=1',
      'docker-labels': 'rule=Query(`k=v`)',
      command: 'sh -c "echo hi"',
      register: 'false',
    })
    for (const index of [0, 1]) {
      expect(await container(index)).toMatchObject({
        image,
        command: ['sh', '-c', 'echo hi'],
        dockerLabels: { rule: 'Query(`k=v`)' },
        logConfiguration: {
          logDriver: 'splunk',
          options: { 'splunk-token': 'abc==', 'splunk-url': 'https://splunk.example.com?x=1' },
        },
      })
    }
  })

  test('an unknown container is told with the names that there are', async () => {
    const { run, write } = await given()
    await write('api.json', two)
    const told = failure(run({ 'task-definition': 'api.json', 'container-name': 'wbe', image, register: 'false' }))
    expect(await told).toMatchObject({ code: 'container-unknown', why: expect.stringContaining('"web", "log"') })
    expect((await failure(run({ 'task-definition': 'api.json', image, register: 'false' }))).why).toContain('web, log')
  })

  test('all that is wrong with the inputs is told at once', async () => {
    const { run } = await given()
    const told = await failure(
      run({ 'task-definition-revision': '7', 'environment-variables': 'A=1', secrets: 'A=arn:a' }),
    )
    expect(told).toMatchObject({ code: 'inputs-invalid' })
    expect(told.why).toContain('task-definition-revision requires task-definition-family')
    expect(told.why).toContain('environment-variables and secrets both set A')
  })
})
