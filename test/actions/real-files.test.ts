/** Files as people have them, through the actions that read them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { createRegisterTaskDefinition } from '../../src/actions/register-task-definition/index.ts'
import { registerTaskDefinitionInputs } from '../../src/actions/register-task-definition/register-task-definition-inputs.ts'
import type { Json } from '../../src/ports.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { environment, keys } from './scene.ts'

/** A step with one file in its workspace, to its end. */
async function register(content: string | Json, file = 'td.json', given: Record<string, string> = {}) {
  const sim = createSimulator()
  seedRollingService(sim)
  sim.recorder.clear()
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment: keys })
  const path = join(runner.workspace, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  const action = createRegisterTaskDefinition({ requestHandler: sim.requestHandler })
  const inputs = givenInputs(action.inputs, { 'task-definition': file, ...given })
  const error = await action.main(inputs, runner).then(() => undefined, said)
  const sent = sim.recorder.all.findLast(({ operation }) => operation === 'RegisterTaskDefinition')?.input
  return { error, sent, runner }
}

/** What is wrong with inputs, before the action begins. */
function refusal(spec: InputSpec, given: Record<string, string>): string | undefined {
  try {
    return void givenInputs(spec, given)
  } catch (error) {
    return said(error)
  }
}

const container = { name: 'quay', image: 'registry.example.com/quay:1', memory: 128 }
const fargate = {
  family: 'quay',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
}

describe('what AWS itself has written is registered', () => {
  test('the answer of describe-task-definition, without what is read only and without empty lists', async () => {
    const { error, sent } = await register({
      taskDefinition: {
        taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/quay:7',
        family: 'quay',
        revision: 7,
        status: 'ACTIVE',
        containerDefinitions: [
          { ...container, cpu: 0, essential: true, environment: [], mountPoints: [], volumesFrom: [] },
        ],
        volumes: [],
        placementConstraints: [],
        compatibilities: ['EXTERNAL', 'EC2'],
        registeredBy: 'arn:aws:iam::111122223333:user/ann',
      },
      tags: [],
    })
    expect(error).toBeUndefined()
    expect(sent).toEqual({ family: 'quay', containerDefinitions: [{ ...container, cpu: 0, essential: true }] })
  })

  test('empty texts where only certain words are allowed mean "not given"', async () => {
    const ports = [{ containerPort: 80, protocol: 'tcp', appProtocol: '' }]
    const { error, sent } = await register({
      family: 'quay',
      ipcMode: '',
      pidMode: '',
      networkMode: 'bridge',
      containerDefinitions: [{ ...container, portMappings: ports }],
    })
    expect(error).toBeUndefined()
    expect(sent).toEqual({
      family: 'quay',
      networkMode: 'bridge',
      containerDefinitions: [{ ...container, portMappings: [{ containerPort: 80, protocol: 'tcp' }] }],
    })
  })
})

describe('what cannot be right ends red, with its line', () => {
  test.each<[string, string, string | Json, string]>([
    [
      'CloudFormation',
      'stack.yaml',
      'Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties: { Family: !Sub x }\n',
      'it is a CloudFormation template',
    ],
    ['Jsonnet', 'plain.jsonnet', "local env = std.extVar('env');\n{ family: 'kelp' }\n", 'it is Jsonnet'],
    [
      'a placeholder without quotes',
      'td.json',
      '{\n  "family": "dock",\n  "containerDefinitions": [\n    { "name": "dock" },\n    $SIDECAR_JSON\n  ]\n}',
      'td.json:5:5: the placeholder $SIDECAR_JSON was not replaced',
    ],
    [
      'a number in quotes',
      'deploy/td.json',
      '{ "family": "sluice",\n  "containerDefinitions": [{ "name": "a", "image": "a", "memory": "64" }] }',
      'deploy/td.json:2:57: containerDefinitions[0].memory must be a whole number, not text; write 64 without quotes',
    ],
    [
      'a role with a placeholder',
      'td.json',
      '{ "family": "crane",\n  "taskRoleArn": "arn:aws:iam::111122223333:role/app",\n  "executionRoleArn": "arn:aws:iam::<ACCOUNT>:role/start",\n  "containerDefinitions": [] }',
      'td.json:3:3: executionRoleArn still has the placeholder <ACCOUNT>',
    ],
    [
      'credentials in an image',
      'td.json',
      { family: 'a', containerDefinitions: [{ ...container, image: 'https://user:hunter2@host/x' }] },
      'td.json:6:7: the image of container "quay" has a user name or a password in it',
    ],
  ])('%s', async (_, file, content, says) => {
    for (const given of [{}, { register: 'false' }] as Record<string, string>[]) {
      const { error, sent } = await register(content, file, given)
      expect(error).toContain(says)
      expect(error).not.toContain('hunter2')
      expect(sent).toBeUndefined()
    }
  })

  test.each(['user:hunter2@host/x', 'https://user:hunter2@host/x', 'hunter2@host/x:v1'])(
    'credentials in the image %s are refused before a step keeps them',
    (image) => {
      for (const spec of [deployInputs, registerTaskDefinitionInputs]) {
        const refused = refusal(spec, { image })
        expect(refused).toContain('image has a user name or a password in it')
        expect(refused).not.toContain('hunter2')
      }
      expect(refusal(registerTaskDefinitionInputs, { images: `quay=${image}` })).toMatch(/quay has a user name or a/)
    },
  )

  test.each(['{"family": "a", "password": "hunter2"}', 'family: a\npassword: hunter2'])(
    'what is in a file is no name of one, and not shown',
    (content) => {
      for (const [spec, name] of [
        [deployInputs, 'task-definition'],
        [deployInputs, 'service-definition'],
        [registerTaskDefinitionInputs, 'task-definition'],
      ] as const) {
        const refused = refusal(spec, { [name]: content })
        expect(refused).toContain(`${name} must be a path or a name, not what is in the file`)
        expect(refused).not.toContain('hunter2')
      }
    },
  )

  test('what only AWS knows to be wrong is told with the member, its value and its line', async () => {
    const size = `{ "family": "a", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],\n"cpu": "256",\n"memory": "4096", "containerDefinitions": [{ "name": "a", "image": "a" }] }`
    const { error } = await register(size)
    expect(error).toContain(
      'AWS refused ecs:RegisterTaskDefinition for a: ClientException: No Fargate configuration exists for given values.',
    )
    expect(error).toContain('td.json:3:1: memory is "4096"; with cpu "256" it may be 512, 1024, 2048 MiB.')
  })
})

describe('placeholders in values', () => {
  const definition = {
    family: 'reef',
    containerDefinitions: [
      {
        ...container,
        environment: [
          { name: 'DB_HOST', value: '<DB_HOST>' },
          { name: 'TOKEN_URL', value: '${TOKEN_URL}' },
        ],
        secrets: [{ name: 'KEY', valueFrom: 'REPLACE_KEY_ARN' }],
      },
    ],
  }

  test('are warned of, each by its name and line, where an application may expand them itself', async () => {
    const { error, runner } = await register(definition)
    expect(error).toBeUndefined()
    expect(runner.lines.filter((line) => line.startsWith('warning'))).toEqual([
      'warning td.json:11:11: environment variable DB_HOST of container "quay" looks like the placeholder <DB_HOST>.',
      'warning td.json:15:11: environment variable TOKEN_URL of container "quay" looks like the placeholder ${TOKEN_URL}.',
      'warning td.json:21:11: secret KEY of container "quay" looks like the placeholder REPLACE_KEY_ARN.',
    ])
    expect(runner.marks).toEqual(['warning td.json:11:11', 'warning td.json:15:11', 'warning td.json:21:11'])
  })

  test('are all told where one of them is certain', async () => {
    const environment = [
      { name: 'MODE', value: '{{ must_env `MODE` }}' },
      { name: 'DB_HOST', value: '<DB_HOST>' },
    ]
    const { error, runner } = await register({ family: 'reef', containerDefinitions: [{ ...container, environment }] })
    expect(error).toContain(
      'environment variable MODE of container "quay" still has the placeholder {{ must_env `MODE` }}',
    )
    expect(runner.lines).toEqual([expect.stringMatching(/^warning .*DB_HOST/)])
  })

  test('that an input fills are none', async () => {
    const { error, runner } = await register(
      { family: 'reef', containerDefinitions: [{ ...container, image: '<IMAGE1_NAME>' }] },
      'td.json',
      { images: 'quay=registry.example.com/quay:2' },
    )
    expect([error, runner.lines.filter((line) => line.startsWith('warning'))]).toEqual([undefined, []])
  })
})

/** A deployment of the service `api` from a file. */
async function deploy(content: Json, { runs = 1, preflight = 'on' } = {}) {
  const sim = createSimulator()
  seedRollingService(sim)
  sim.recorder.clear()
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  let runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  for (let run = 0; run < runs; run++) {
    runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
    mkdirSync(runner.workspace, { recursive: true })
    writeFileSync(join(runner.workspace, 'td.json'), JSON.stringify(content, null, 1))
    const inputs = givenInputs(deployInputs, {
      cluster: 'shop',
      service: 'api',
      'task-definition': 'td.json',
      guard: 'off',
      preflight,
    })
    await action.main(inputs, runner).catch((error: unknown) => runner.lines.push(`error ${said(error)}`))
  }
  return { runner, sim }
}

describe('a deployment from a file', () => {
  const api = { name: 'api', image: 'registry.example.com/api:v2', portMappings: [{ containerPort: 8080 }] }

  test('of which AWS stores more than was written is unchanged the second time', async () => {
    const efsVolumeConfiguration = {
      fileSystemId: 'fs-1',
      transitEncryption: 'ENABLED',
      authorizationConfig: { iam: 'ENABLED' },
    }
    const volumes = [{ name: 'data', efsVolumeConfiguration }]
    const mountPoints = [{ sourceVolume: 'data', containerPath: '/data' }]
    const written = { ...fargate, family: 'api', volumes, containerDefinitions: [{ ...api, mountPoints }] }
    const { runner, sim } = await deploy(written, { runs: 2 })
    expect(runner.outputs.verdict).toBe('unchanged')
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  })

  test('with mistakes marks each line, and changes nothing', async () => {
    const written = { ...fargate, family: 'api', containerDefinitions: [{ ...api, memroy: 64, essential: 'yes' }] }
    const { runner, sim } = await deploy(written)
    const errors = runner.lines.filter((line) => line.startsWith('error'))
    expect(errors[0]).toMatch(
      /^error api \(shop\): failed, nothing changed, .*: The task definition api is invalid: td\.json:18:4: unknown parameter "memroy"/,
    )
    expect(errors[1]).toMatch(/td\.json:19:4: containerDefinitions\[0\]\.essential must be true or false, not text\.$/)
    expect(runner.marks).toEqual(['error td.json:18:4', 'error td.json:19:4'])
    expect(runner.outputs.verdict).toBe('failed')
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  })

  test('with a placeholder that nothing has replaced marks its line, and those of the others', async () => {
    const image = 'set-by-slipway'
    const written = {
      ...fargate,
      family: 'api',
      executionRoleArn: 'arn:aws:iam::<ACCOUNT>:role/run',
      containerDefinitions: [{ ...api, image }],
    }
    const lineOf = (part: string) =>
      JSON.stringify(written, null, 1)
        .split('\n')
        .findIndex((line) => line.includes(part)) + 1
    const { runner, sim } = await deploy(written)
    expect(runner.outputs['cause-code']).toBe('preflight-failed')
    expect(runner.marks.map((mark) => mark.replace(/:\d+$/, '')).sort()).toEqual(
      [lineOf('<ACCOUNT>'), lineOf(image)].map((line) => `error td.json:${line}`).sort(),
    )
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  })

  test('that AWS refuses marks the line of the member', async () => {
    const { runner } = await deploy(
      { ...fargate, family: 'api', memory: '4096', containerDefinitions: [api] },
      { preflight: 'off' },
    )
    expect(runner.lines.find((line) => line.startsWith('error'))).toMatch(
      /No Fargate configuration exists for given values\..*td\.json:8:2: memory is "4096"; with cpu "256" it may be/,
    )
    expect(runner.marks).toEqual(['error td.json:8:2'])
  })
})
