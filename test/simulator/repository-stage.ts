/**
 * The account of somebody's repository, as `slipway simulate` plays it: services that run an earlier image, with all that their task
 * definitions name. Bundled as dist/simulate.js; nothing of it listens or calls.
 */
import type { PutImageResponse } from '@aws-sdk/client-ecr'
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import type { SimulatorModule, Stage, StagedService, StageSettings } from '../../src/cli/simulation/stage.ts'
import { ecrHost } from '../../src/image/ecr-host.ts'
import { slackPage } from '../demo/slack-page.ts'
import { behaviourMistake, behaviourOf, behaviours } from './behaviours.ts'
import { seedBlueGreen } from './codedeploy/fixtures.ts'
import type { Call, World } from './contract.ts'
import { seedImage } from './ecr.ts'
import { seedNativeService, seedRollingService } from './fixtures.ts'
import { executionActions, type SeedOptions, seededTaskDefinition } from './seeding.ts'
import { createSimulator, type Simulator } from './simulator.ts'
import { defaultChannel } from './slack/workspace.ts'

/** What `src/cli` loads: the names of behaviours, and the account. */
export const simulator: SimulatorModule = {
  behaviours: Object.keys(behaviours),
  behaviourMistake,
  openStage,
}

function openStage(settings: StageSettings): Stage {
  const { accountId, start, services } = settings
  const played = createSimulator({ accountId, start })
  const { live, image } = seedRepository(played.world, settings)
  for (const service of services) {
    seedNamed(played, service)
    seedService(played, isSound(service, settings) ? service : { ...service, definition: undefined }, live)
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

/** The repository with the live image and the new one. */
function seedRepository(
  world: World,
  { repository }: StageSettings,
): { readonly live: string; readonly image: string } {
  const { name, region, accountId } = repository
  const home = `${ecrHost(accountId, region)}/${name}`
  world.region(region).ecr.createRepository(name)
  seedForAll(world, region, name, 'live')
  return { live: `${home}:live`, image: `${home}@${seedForAll(world, region, name, 'simulated')}` }
}

/** An image for both architectures of AWS Fargate. Returns its digest. */
function seedForAll(world: World, region: string, repository: string, tag: string): string {
  const manifests = ['amd64', 'arm64'].map((architecture) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: seedImage(world, region, repository, `${tag}-${architecture}`, { architecture }),
    size: 1,
    platform: { os: 'linux', architecture },
  }))
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests })
  const put = { repositoryName: repository, imageTag: tag, imageManifest, imageManifestMediaType: mediaType }
  const stored = world.region(region).ecr.handlers.PutImage?.(put, {} as Call) as PutImageResponse
  return stored.image?.imageId?.imageDigest ?? ''
}

/** Whether the file's definition runs; one with mistakes is deployed all the same, and was not what is live. */
function isSound(service: StagedService, settings: StageSettings): boolean {
  const tried = createSimulator({ accountId: settings.accountId })
  try {
    const { live } = seedRepository(tried.world, settings)
    seedNamed(tried, service)
    seedService(tried, service, live)
    return true
  } catch {
    return false
  }
}

function seedService(played: Simulator, service: StagedService, image: string): void {
  const { region, cluster, strategy, alarms, port, container: containerName } = service
  const definition = liveDefinition(played.world, service, image)
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

/** Everything that the file's definition names by ARN or name, as far as it is of this account. */
function seedNamed({ world, iam }: Simulator, { region, definition: written, container: main }: StagedService): void {
  const definition = (written ?? {}) as unknown as RegisterTaskDefinitionRequest
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
    if (container.name !== main) seedSidecar(world, container.image)
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

/** The image of another container, where it is of this account and has a tag. */
function seedSidecar(world: World, image = ''): void {
  const [, account, region, repository, tag = 'latest'] =
    /^(\d+)\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\/([^:@]+)(?::([^:@]+))?$/.exec(image) ?? []
  if (account !== world.accountId || region === undefined || repository === undefined) return
  world.region(region).ecr.createRepository(repository)
  seedForAll(world, region, repository, tag)
}
