/** A workflow of `test/migrate/workflows`, migrated and run: Slipway's actions in this process, against simulated AWS. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keys } from '../actions/scene.ts'
import { migrated, workflow } from '../migrate/golden.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { imageStore, repositoryOf } from '../simulator/image-store.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { region, slipwayAction } from './migrated-actions.ts'
import { runWorkflow, type StandIn, type WorkflowRun } from './runner/run.ts'

export const commit = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'

/** What a workflow left in AWS, and how its run ended. Services of the cluster shop by their name, others by `cluster/name`. */
export interface Left {
  readonly run: WorkflowRun
  /** Tags of the repositories that it pushed to, each with the number of its build, from 1. */
  readonly tags: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Digests of its builds, in order. */
  readonly builds: readonly string[]
  /** Images of the services: `build 1`, or the reference. */
  readonly serving: Readonly<Record<string, string>>
  readonly counts: Readonly<Record<string, number>>
  readonly deployments: Readonly<Record<string, number>>
  readonly slack: readonly string[]
  readonly sim: Simulator
}

/** Where a workflow needs another world than a cluster shop with services api and worker. */
export interface MigratedWorld {
  /** Clusters beside shop, each with a service api. */
  readonly clusters?: readonly string[]
  /** Default: a rolling service behind a load balancer. */
  readonly seedApi?: (sim: Simulator) => void
  /** Adds to the account; the variables and secrets that name what it has made. */
  readonly seed?: (sim: Simulator) => {
    readonly vars?: Readonly<Record<string, string>>
    readonly secrets?: Readonly<Record<string, string>>
  }
  /** Beside the workflow; `.github/workflows/…` may be another one of the table. */
  readonly files?: Readonly<Record<string, string>>
  /** The workflow of `.github/workflows` that is run. Default: the one that was named. */
  readonly run?: string
  /** Where the migrated file is put. Default: in `.github/workflows`. */
  readonly path?: string
}

const repositories = ['api', 'worker', 'team/api']

/** Runs the migrated workflow once in a world with the services api and worker of the cluster shop. */
export async function runMigrated(name: string, world: MigratedWorld = {}): Promise<Left> {
  const sim = createSimulator()
  const services = seedServices(sim, world)
  const made = world.seed?.(sim)
  for (const repository of repositories) sim.world.region(region).ecr.createRepository(repository)
  for (const role of ['deploy', 'build']) sim.iam.role({ name: role, trust: { sub: '*' }, maxSessionSeconds: 7200 })
  const folder = callerFolder(sim, {
    [world.path ?? `.github/workflows/${name}`]: migrated(workflow(name)).text,
    ...world.files,
  })
  const builds: string[] = []
  const slack: string[] = []
  const run = await runWorkflow(
    {
      caller: { name: 'acme/shop', folder },
      repositories: [],
      secrets: {
        ROLE: 'arn:aws:iam::111122223333:role/deploy',
        SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/x',
        SLACK_BOT_TOKEN: 'xoxb-1',
        ...made?.secrets,
      },
      vars: { DEPLOY_ROLE: 'arn:aws:iam::111122223333:role/deploy', REGION: region, ...made?.vars },
      actions: {
        'your-org/slipway': slipwayAction(sim, builds, slack),
        'aws-actions/configure-aws-credentials': configure,
        'docker/setup-buildx-action': async () => ({}),
        'docker/setup-qemu-action': async () => ({}),
      },
      environment: async () => ({ GITHUB_SHA: commit }),
    },
    `.github/workflows/${world.run ?? name}`,
  )
  return { run, slack, builds, sim, ...leftIn(sim, builds, services) }
}

interface Named {
  readonly cluster: string
  readonly service: string
}

function seedServices(sim: Simulator, { clusters = [], seedApi }: MigratedWorld): readonly Named[] {
  const worker = { cluster: 'shop', service: 'worker', loadBalanced: false } as const
  if (seedApi) seedApi(sim)
  else seedRollingService(sim, { cluster: 'shop', service: 'api' })
  seedRollingService(sim, { ...worker, container: { name: 'worker' } })
  const others = clusters.map((cluster) => ({ cluster, service: 'api' }))
  for (const other of others) seedRollingService(sim, { ...other, loadBalanced: false })
  return [{ cluster: 'shop', service: 'api' }, worker, ...others]
}

function callerFolder(sim: Simulator, more: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  const made = (service: string) =>
    seededTaskDefinition(sim.world, {
      cluster: 'shop',
      service,
      image: 'registry.example.com/api:v2',
      container: { name: service },
    })
  const proxy = { name: 'proxy', image: 'registry.example.com/proxy:v1' }
  const two = made('api')
  const containerDefinitions = [...(two.containerDefinitions ?? []), proxy]
  const files: Readonly<Record<string, string>> = {
    Dockerfile: 'FROM scratch\n',
    'services/api/Dockerfile': 'FROM scratch\n',
    'services/worker/Dockerfile': 'FROM scratch\n',
    'api/Dockerfile.production': 'FROM scratch\n',
    'docker-bake.hcl': 'target "api" {}\n',
    'deploy/task-definition.json': JSON.stringify(made('api')),
    'deploy/two-containers.json': JSON.stringify({ ...two, containerDefinitions }),
    'services/api/task-definition.json': JSON.stringify(made('api')),
    'services/worker/task-definition.json': JSON.stringify(made('worker')),
    ...more,
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** As configure-aws-credentials does: later steps of the job have the keys. */
const configure: StandIn = async ({ environment, inputs }) => {
  Object.assign(environment, { ...keys, AWS_REGION: inputs['aws-region'] ?? '' })
  return {}
}

function leftIn(sim: Simulator, builds: readonly string[], named: readonly Named[]) {
  const store = imageStore(sim.world, region)
  const { ecs } = sim.world.region(region)
  const tags = repositories.map((repository) => {
    const stored = [...repositoryOf(sim.world, store, repository).tags].filter(([tag]) => !tag.startsWith('build-'))
    return [repository, Object.fromEntries(stored.map(([tag, digest]) => [tag, builds.indexOf(digest) + 1]))] as const
  })
  const image = (definition = '') => {
    const reference = String(ecs.taskDefinition(definition)?.containerDefinitions[0]?.image)
    const [, digest = ''] = reference.split('@')
    return builds.includes(digest) ? `build ${builds.indexOf(digest) + 1}` : reference
  }
  const byService = <Value>(value: (one: Named) => Value) =>
    Object.fromEntries(
      named.map((one) => [one.cluster === 'shop' ? one.service : `${one.cluster}/${one.service}`, value(one)] as const),
    )
  const found = ({ cluster, service }: Named) => ecs.service(cluster, service)
  return {
    tags: Object.fromEntries(tags.filter(([, stored]) => Object.keys(stored).length > 0)),
    serving: byService((one) => image(revisionOf(sim, one))),
    counts: byService((one) => found(one)?.desiredCount ?? 0),
    deployments: byService((one) => deploymentsOf(sim, one)),
  }
}

/** What serves: of a service of CodeDeploy, the primary task set. */
export function revisionOf(sim: Simulator, { cluster, service }: Named): string | undefined {
  const found = sim.world.region(region).ecs.service(cluster, service)
  return found?.taskSets?.find(({ status }) => status === 'PRIMARY')?.taskDefinitionArn ?? found?.taskDefinition
}

/** Requests that start a deployment of the service; they name it by its name or its ARN. */
function deploymentsOf(sim: Simulator, { cluster, service }: Named): number {
  return sim.recorder.all.filter(({ operation, input }) => {
    const asked: { readonly cluster?: string; readonly service?: string } = Object(input)
    const isOurs = (given: string | undefined, name: string) => given?.split('/').at(-1) === name
    return operation === 'UpdateService' && isOurs(asked.cluster, cluster) && isOurs(asked.service, service)
  }).length
}
