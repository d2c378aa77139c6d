/**
 * Programs of others, as their users install them, against the simulator: it imitates AWS and not what one client expects.
 * `python3 -m pip install awscli==1.46.2 ecs-deploy==1.17.0` brings them.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import type { Listening } from '../simulator/server.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'

const run = promisify(execFile)

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env.SLIPWAY_OTHER_PROGRAMS === 'required') throw new Error(`${program} is not on the PATH`)
    console.warn(`Skipped: ${program} is not on the PATH.`)
    return false
  }
}

let simulator: Simulator
let listening: Listening
let folder: string

beforeAll(async () => {
  simulator = createSimulator({ clock: { kind: 'accelerated', speed: 200 } })
  seedRollingService(simulator, { cluster: 'shop', service: 'api' })
  seedBlueGreen(simulator, { cluster: 'shop', service: 'web' })
  listening = await simulator.listen()
  folder = mkdtempSync(join(tmpdir(), 'slipway-others-'))
})

afterAll(async () => {
  await listening?.close()
  if (folder) rmSync(folder, { recursive: true })
})

async function play(program: string, ...given: string[]): Promise<string> {
  const environment = { ...process.env, ...listening.environment, AWS_PAGER: '' }
  return (await run(program, given, { env: environment, cwd: folder })).stdout
}

const aws = async (...given: string[]) => JSON.parse(await play('aws', ...given, '--output', 'json'))

/** The task definition that runs, with another image, as a file that can be registered. */
async function writeDefinition(family: string, image: string): Promise<string> {
  const { taskDefinition } = await aws('ecs', 'describe-task-definition', '--task-definition', family)
  const { taskDefinitionArn, revision, status, requiresAttributes, compatibilities, ...kept } = taskDefinition
  const { registeredAt, registeredBy, ...definition } = kept
  definition.containerDefinitions[0].image = image
  writeFileSync(join(folder, 'definition.json'), JSON.stringify(definition))
  return 'definition.json'
}

const withAws = isThere('aws') ? test : test.skip

describe('the AWS CLI', () => {
  withAws('deploys with CodeDeploy by `ecs deploy`', async () => {
    const file = await writeDefinition('web', 'registry.example.com/web:v2')
    const properties = {
      TaskDefinition: 'put in by the command',
      LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 },
    }
    const target = { TargetService: { Type: 'AWS::ECS::Service', Properties: properties } }
    writeFileSync(join(folder, 'appspec.json'), JSON.stringify({ version: 0.0, Resources: [target] }))
    const where = ['--cluster', 'shop', '--service', 'web']
    const printed = await play(
      'aws',
      'ecs',
      'deploy',
      ...where,
      '--task-definition',
      file,
      '--codedeploy-appspec',
      'appspec.json',
    )
    expect(printed).toMatch(/Successfully deployed .*:task-definition\/web:2 to service 'web'/)
    const { services } = await aws('ecs', 'describe-services', '--cluster', 'shop', '--services', 'web')
    expect(services[0].taskSets).toMatchObject([{ status: 'PRIMARY', taskDefinition: expect.stringMatching(/web:2$/) }])
  })

  withAws('waits for a service, and is refused as by AWS', async () => {
    await play('aws', 'ecs', 'wait', 'services-stable', '--cluster', 'shop', '--services', 'api')
    const refused = play(
      'aws',
      'ecs',
      'update-service',
      '--cluster',
      'shop',
      '--service',
      'nobody',
      '--desired-count',
      '1',
    )
    await expect(refused).rejects.toThrow('An error occurred (ServiceNotFoundException) when calling the UpdateService')
  })
})

const withEcsDeploy = isThere('ecs') ? test : test.skip

describe('ecs-deploy', () => {
  withEcsDeploy('deploys a rolling service', async () => {
    const image = ['--image', 'api', 'registry.example.com/api:v5']
    const waiting = ['--timeout', '600', '--sleep-time', '1', '--region', 'eu-west-1']
    const printed = await play('ecs', 'deploy', 'shop', 'api', ...image, ...waiting)
    expect(printed).toMatch(/changed task definition to: api:2.*Deployment successful/s)
  })
})
