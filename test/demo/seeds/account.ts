/** What the examples of seeds expect of an account, from their own files: images, secrets, roles, log groups, services. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeploymentLifecycleHook, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import { parse } from 'yaml'
import { seedImage } from '../../simulator/ecr.ts'
import type { SeedOptions } from '../../simulator/fixtures.ts'
import { publicStore } from '../../simulator/image-store.ts'
import { executionActions } from '../../simulator/seeding.ts'
import type { Simulator } from '../../simulator/simulator.ts'

export const region = 'eu-west-1'
const publicHost = 'public.ecr.aws/'
const revisionBefore = '0'.repeat(40)

type Definition = RegisterTaskDefinitionRequest

interface Service {
  readonly 'task-definition': string
  readonly container?: string
  readonly containers?: Readonly<Record<string, string>>
}

/** The parts of slipway.yml that are read here. */
export interface SeedFile {
  readonly image?: { readonly repository: string }
  readonly images?: Readonly<Record<string, { readonly repository: string }>>
  readonly services: Readonly<Record<string, Service>>
  readonly environments: {
    readonly production: {
      readonly services: Readonly<
        Record<string, { readonly cluster: string; readonly service: string; readonly deployment?: Deployment }>
      >
    }
  }
}

interface Deployment {
  readonly 'lifecycle-hooks'?: readonly DeploymentLifecycleHook[]
}

export interface SeedImage {
  /** Without its digest. */
  readonly name: string
  readonly old: string
  readonly new: string
}

export interface SeedAccount {
  readonly simulator: Simulator
  readonly file: SeedFile
  readonly workspace: string
  /** By the names of `images`; the one `image` has an empty name. */
  readonly images: ReadonlyMap<string, SeedImage>
  /** Options of a service whose first revision is the file of the example with the images before. */
  first(service: string): Promise<SeedOptions>
}

/** Puts both releases of the images into their repositories, and makes the roles and log groups that the files name. */
export async function openSeedAccount(simulator: Simulator, workspace: string): Promise<SeedAccount> {
  const file = parse(await readFile(join(workspace, 'slipway.yml'), 'utf8')) as SeedFile
  simulator.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:*' }, maxSessionSeconds: 43_200 })
  simulator.github.commits.add(revisionBefore)
  const named = { ...(file.image && { '': file.image }), ...file.images }
  const images = new Map(
    Object.entries(named).map(([name, { repository }]) => [name, pushBoth(simulator, repository)] as const),
  )
  const account: SeedAccount = {
    ...{ simulator, file, workspace, images },
    async first(service) {
      const settings = file.services[service] as Service
      const definition = await prepare(simulator, join(workspace, settings['task-definition']))
      const { cluster, service: name } = file.environments.production.services[service] ?? { cluster: '', service: '' }
      const containers = settings.containers ?? { [settings.container ?? service]: '' }
      const tags = Object.entries({ commit: revisionBefore, repository: 'acme/shop', run: '511/1' })
      const taskDefinition = {
        ...definition,
        containerDefinitions: definition.containerDefinitions?.map((container) => {
          const image = images.get(containers[container.name ?? ''] ?? '')
          return { ...container, image: `${image?.name}@${image?.old}` }
        }),
        tags: tags.map(([key, value]) => ({ key: `slipway:${key}`, value })),
      }
      return { cluster, service: name, region, taskDefinition, target: targetOf(definition) }
    },
  }
  return account
}

function pushBoth({ world }: Simulator, repository: string): SeedImage {
  const isPublic = repository.startsWith(publicHost)
  const name = isPublic ? repository.slice(publicHost.length) : repository
  if (isPublic) world.region('us-east-1')['ecr-public'].createRepository(name)
  else world.region(region).ecr.createRepository(name)
  const push = (release: 'old' | 'new') =>
    seedImage(world, isPublic ? publicStore : region, name, release, { content: `${release} ${name}` })
  return {
    name: isPublic ? repository : `${world.accountId}.dkr.ecr.${region}.amazonaws.com/${repository}`,
    old: push('old'),
    new: push('new'),
  }
}

/** Roles, log groups and secrets of a task definition. AWS chose the end of each secret's ARN: the file gets it. */
async function prepare({ iam, world }: Simulator, path: string): Promise<Definition> {
  let content = await readFile(path, 'utf8')
  const { logs, secretsmanager } = world.region(region)
  for (const [arn, name = ''] of content.matchAll(/arn:aws:secretsmanager:[^"]*:secret:([\w/-]+)-AbCdEf/g))
    content = content.replaceAll(arn, secretsmanager.put(name, '{"url":"postgres://books@db.internal:5432/books"}'))
  await writeFile(path, content)
  const definition = JSON.parse(content) as Definition
  const trustedServices = ['ecs-tasks.amazonaws.com']
  if (definition.executionRoleArn)
    iam.role({ name: definition.executionRoleArn, trustedServices, allows: executionActions })
  if (definition.taskRoleArn) iam.role({ name: definition.taskRoleArn, trustedServices })
  for (const { logConfiguration } of definition.containerDefinitions ?? []) {
    const group = logConfiguration?.options?.['awslogs-group']
    if (group !== undefined && !logs.hasGroup(group)) logs.createGroup(group)
  }
  return definition
}

/** The first container with a port. */
function targetOf({ containerDefinitions = [] }: Definition) {
  const served = containerDefinitions.find(({ portMappings }) => portMappings?.length)
  return { containerName: served?.name ?? '', containerPort: served?.portMappings?.[0]?.containerPort ?? 0 }
}

/** Whether each service runs the images before or the new ones; `mixed` where its containers do not agree. */
export function runningOf({ simulator, file, images }: SeedAccount): Readonly<Record<string, 'old' | 'new' | 'mixed'>> {
  const { ecs } = simulator.world.region(region)
  const digests = [...images.values()]
  const releaseOf = (service: string) => {
    const { cluster, service: name } = file.environments.production.services[service] ?? { cluster: '', service: '' }
    const found = ecs.service(cluster, name)
    const primary = found?.taskSets.find(({ status }) => status === 'PRIMARY')?.taskDefinitionArn
    const { containerDefinitions = [] } = ecs.taskDefinition(primary ?? found?.taskDefinition ?? '') ?? {}
    const all = containerDefinitions.map(({ image }) => {
      const digest = String(image).split('@')[1]
      return digests.some((one) => one.new === digest)
        ? 'new'
        : digests.some((one) => one.old === digest)
          ? 'old'
          : 'mixed'
    })
    return all.every((one) => one === all[0]) ? (all[0] ?? 'mixed') : 'mixed'
  }
  return Object.fromEntries(Object.keys(file.services).map((service) => [service, releaseOf(service)]))
}
