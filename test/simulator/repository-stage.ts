/**
 * The account of somebody's repository, as `slipway simulate` plays it: services that run an earlier image, with all that their task
 * definitions name. Bundled as dist/simulate.js; nothing of it listens or calls.
 */
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import type { SimulatorModule, Stage, StagedService, StageSettings } from '../../src/cli/simulation/stage.ts'
import { ecrHost } from '../../src/image/ecr-host.ts'
import { slackPage } from '../demo/slack-page.ts'
import { behaviourMistake, behaviourOf, behaviours } from './behaviours.ts'
import { seedBlueGreen } from './codedeploy/fixtures.ts'
import type { World } from './contract.ts'
import { seedImage } from './ecr.ts'
import { seedNativeService, seedRollingService } from './fixtures.ts'
import { executionActions, type SeedOptions, seededTaskDefinition } from './seeding.ts'
import { createSimulator, type Simulator } from './simulator.ts'
import { defaultChannel } from './slack/workspace.ts'

const live = 'live'

/** What `src/cli` loads: the names of behaviours, and the account. */
export const simulator: SimulatorModule = {
  behaviours: Object.keys(behaviours),
  behaviourMistake,
  openStage,
}

function openStage({ accountId, services, repository, start }: StageSettings): Stage {
  const played = createSimulator({ accountId, start })
  const host = `${ecrHost(repository.accountId, repository.region)}/${repository.name}`
  const { ecr } = played.world.region(repository.region)
  ecr.createRepository(repository.name)
  const digestOf = (tag: string) =>
    seedImage(played.world, repository.region, repository.name, tag, { architecture: architectureOf(services) })
  digestOf(live)
  const image = `${host}@${digestOf('simulated')}`
  for (const service of services) {
    seedService(played, service, `${host}:${live}`)
    played.world.scenarios.set(`${service.family} ${image}`, behaviourOf(service.behaviour, image))
  }
  const { accessKeyId, secretAccessKey } = played.iam.root
  return {
    requestHandler: played.requestHandler,
    fetch: (url, init) => played.fetch(url, init),
    clock: played.clock.forProgram,
    environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    image,
    channel: defaultChannel.id,
    messages: () => played.slack.messages().map((message) => ({ page: slackPage(message), content: message.content })),
  }
}

/** That of the tasks on Fargate; one image is for all. */
function architectureOf(services: readonly StagedService[]): string {
  const isArm = services.some(({ definition }) =>
    JSON.stringify(definition ?? {}).includes('"cpuArchitecture":"ARM64"'),
  )
  return isArm ? 'arm64' : 'amd64'
}

function seedService(played: Simulator, service: StagedService, image: string): void {
  const { region, cluster, strategy, alarms, port, container: containerName } = service
  const definition = liveDefinition(played.world, service, image)
  seedNamed(played, region, definition)
  const options: SeedOptions = {
    ...{ region, cluster, service: service.service },
    taskDefinition: definition,
    launchType: definition.requiresCompatibilities?.includes('EC2') ? 'EC2' : 'FARGATE',
    isAwsvpc: definition.networkMode === 'awsvpc',
    ...(port !== undefined && { target: { containerName, containerPort: port } }),
  }
  if (strategy === 'CODE_DEPLOY') {
    const { application, group } = service.codeDeploy
    seedBlueGreen(played, { ...options, ...(application && { application }), ...(group && { group }), alarms })
  } else if (strategy === 'ROLLING')
    seedRollingService(played, { ...options, loadBalanced: port !== undefined, ...(alarms.length > 0 && { alarms }) })
  else
    seedNativeService(played, {
      ...options,
      strategy,
      loadBalancer: port === undefined ? 'none' : 'application',
      ...(alarms.length > 0 && { alarms }),
    })
}

/** The file's definition with the live image: what was deployed before. */
function liveDefinition(
  world: World,
  { definition, family, container, port, cluster, service, region }: StagedService,
  image: string,
): RegisterTaskDefinitionRequest {
  if (definition === undefined) {
    const own = seededTaskDefinition(world, { cluster, service, region, image })
    const [first] = own.containerDefinitions ?? []
    const named = { ...first, name: container, portMappings: port === undefined ? [] : [{ containerPort: port }] }
    return { ...own, family, containerDefinitions: [named] }
  }
  const written = definition as unknown as RegisterTaskDefinitionRequest
  const containers = written.containerDefinitions?.map((one) => (one.name === container ? { ...one, image } : one))
  return { ...written, family, containerDefinitions: containers }
}

/** Everything that a definition names by ARN or name, as far as it is of this account. */
function seedNamed({ world, iam }: Simulator, region: string, definition: RegisterTaskDefinitionRequest): void {
  const trustedServices = ['ecs-tasks.amazonaws.com']
  const role = (given = '', allows?: readonly string[]) => {
    const [, account = world.accountId, name = given] =
      /^arn:[^:]+:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(given) ?? []
    if (name !== '' && account === world.accountId) iam.role({ name, trustedServices, ...(allows && { allows }) })
  }
  role(definition.taskRoleArn)
  role(definition.executionRoleArn, executionActions)
  for (const container of definition.containerDefinitions ?? []) {
    const group = container.logConfiguration?.options?.['awslogs-group']
    if (group) world.region(container.logConfiguration?.options?.['awslogs-region'] ?? region).logs.createGroup(group)
    seedSecrets(world, region, container)
  }
}

function seedSecrets(world: World, region: string, { secrets = [] }: ContainerDefinition): void {
  const values = new Map<string, Record<string, string>>()
  for (const { valueFrom = '' } of secrets) {
    const [, home, name, key] =
      /^arn:[^:]+:secretsmanager:([^:]+):\d+:secret:([^:]+)(?::([^:]*))?/.exec(valueFrom) ?? []
    if (home !== undefined && name !== undefined) {
      const known = values.get(name) ?? {}
      values.set(name, key ? { ...known, [key]: 'simulated' } : known)
      world.region(home).secretsmanager.put(name, JSON.stringify(values.get(name)))
    } else {
      const [, place = region, parameter = valueFrom] =
        /^arn:[^:]+:ssm:([^:]+):\d+:parameter(\/.+)$/.exec(valueFrom) ?? []
      world.region(place).ssm.put(parameter, 'simulated')
    }
  }
}
