/** A workflow of `test/migrate/workflows`, migrated and run: Slipway's actions in this process, against simulated AWS. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { createNotify } from '../../src/actions/notify/index.ts'
import { createRegisterTaskDefinition } from '../../src/actions/register-task-definition/index.ts'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import type { Action } from '../../src/runner/action.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { renderText } from '../../src/text.ts'
import { keys, takenBySlack } from '../actions/scene.ts'
import { playedDocker } from '../docker/played-docker.ts'
import { migrated, workflow } from '../migrate/golden.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { imageStore, repositoryOf } from '../simulator/image-store.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { runWorkflow, type StandIn, type WorkflowRun } from './runner/run.ts'

const region = 'eu-west-1'
const buildx = 'github.com/docker/buildx v0.29.1 4c4d2f2'
export const commit = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'

/** What a workflow left in AWS, and how its run ended. */
export interface Left {
  readonly run: WorkflowRun
  /** Tags of the repositories that it pushed to, each with the number of its build, from 1. */
  readonly tags: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Images of the services: `api build 1`, or the reference. */
  readonly serving: Readonly<Record<string, string>>
  readonly counts: Readonly<Record<string, number>>
  readonly deployments: Readonly<Record<string, number>>
  readonly slack: readonly string[]
}

const repositories = ['api', 'worker', 'team/api']

/** Runs the migrated workflow once in a world with the services api and worker of the cluster shop. */
export async function runMigrated(name: string, file: string = name): Promise<Left> {
  const sim = createSimulator()
  seedRollingService(sim, { cluster: 'shop', service: 'api' })
  seedRollingService(sim, { cluster: 'shop', service: 'worker', container: { name: 'worker' }, loadBalanced: false })
  for (const repository of repositories) sim.world.region(region).ecr.createRepository(repository)
  for (const role of ['deploy', 'build']) sim.iam.role({ name: role, trust: { sub: '*' } })
  const folder = callerFolder(sim, name)
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
      },
      actions: {
        'your-org/slipway': slipwayAction(sim, builds, slack),
        'aws-actions/configure-aws-credentials': configure,
        'docker/setup-buildx-action': async () => ({}),
        'docker/setup-qemu-action': async () => ({}),
      },
      environment: async () => ({ GITHUB_SHA: commit }),
    },
    `.github/workflows/${file}`,
  )
  return { run, slack, ...leftIn(sim, builds) }
}

function callerFolder(sim: Simulator, name: string): string {
  const folder = temporaryFolder()
  const made = (service: string, name: string) =>
    seededTaskDefinition(sim.world, {
      cluster: 'shop',
      service,
      image: 'registry.example.com/api:v2',
      container: { name },
    })
  const proxy = { name: 'proxy', image: 'registry.example.com/proxy:v1' }
  const two = made('api', 'api')
  const containerDefinitions = [...(two.containerDefinitions ?? []), proxy]
  const files: Readonly<Record<string, string>> = {
    [`.github/workflows/${name}`]: migrated(workflow(name)).text,
    Dockerfile: 'FROM scratch\n',
    'services/api/Dockerfile': 'FROM scratch\n',
    'services/worker/Dockerfile': 'FROM scratch\n',
    'api/Dockerfile.production': 'FROM scratch\n',
    'docker-bake.hcl': 'target "api" {}\n',
    'deploy/task-definition.json': JSON.stringify(made('api', 'api')),
    'deploy/two-containers.json': JSON.stringify({ ...two, containerDefinitions }),
    'services/api/task-definition.json': JSON.stringify(made('api', 'api')),
    'services/worker/task-definition.json': JSON.stringify(made('worker', 'worker')),
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

function slipwayAction(sim: Simulator, builds: string[], slack: string[]): StandIn {
  const { requestHandler, fetch } = sim
  const toSlack = async (url: string, init: { readonly body?: unknown }) => {
    slack.push(String(init.body))
    return url.includes('hooks.slack.com') ? new Response('ok') : takenBySlack()
  }
  return async (step) => {
    const name = /\/actions\/([\w-]+)@/.exec(step.uses)?.[1] ?? ''
    const given = { ...step, inputs: { ...defaultsOf(name), ...step.inputs } }
    if (name === 'build-push')
      return play(createBuildPush({ requestHandler, fetch }), given, sim, builder(sim, builds, step.inputs))
    if (name === 'deploy') return play(createDeploy({ requestHandler, fetch }), given, sim)
    if (name === 'register-task-definition') return play(createRegisterTaskDefinition({ requestHandler }), given, sim)
    if (name === 'notify') return play(createNotify(toSlack), given, sim)
    throw new Error(`no such action: ${step.uses}`)
  }
}

/** As GitHub fills them in. */
function defaultsOf(name: string): Record<string, string> {
  const file = join(import.meta.dirname, '../../actions', name, 'action.yml')
  const inputs: Readonly<Record<string, { default?: string }>> = parse(readFileSync(file, 'utf8')).inputs
  const defaults = Object.entries(inputs).map(([input, { default: value = '' }]) => [input, value] as const)
  return Object.fromEntries(defaults.filter(([, value]) => value !== '' && !value.includes('${{')))
}

/** A `docker` whose build has pushed another image each time. */
function builder(sim: Simulator, builds: string[], { repository = '' }: Readonly<Record<string, string>>) {
  const digest = seedImage(sim.world, region, repository, `build-${builds.length + 1}`)
  builds.push(digest)
  const bake = { stdout: JSON.stringify({ target: { api: { context: '.', dockerfile: 'Dockerfile' } } }), exitCode: 0 }
  const folder = playedDocker({ buildx, bake, build: { exitCode: 0 }, metadata: { 'containerimage.digest': digest } })
  return { PATH: `${folder}:${process.env.PATH}`, HOME: folder }
}

async function play<Spec extends InputSpec>(
  action: Action<Spec>,
  { inputs, workspace, environment }: Parameters<StandIn>[0],
  sim: Simulator,
  more: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const runner = await fakeRunner({
    clock: sim.clock.forProgram,
    workspace,
    environment: { ...environment, GITHUB_WORKSPACE: workspace, ...more },
  })
  Object.assign(runner, { idToken: async (audience: string) => sim.oidc.token(audience) })
  try {
    await action.main(givenInputs(action.inputs, { ...inputs }), runner)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Error(renderText(failureText(error), (theirs) => theirs))
  }
  if (runner.failed) throw new Error(runner.lines.join('\n'))
  return runner.outputs
}

function leftIn(sim: Simulator, builds: readonly string[]) {
  const store = imageStore(sim.world, region)
  const { ecs } = sim.world.region(region)
  const names = ['api', 'worker']
  const tags = repositories.map((repository) => {
    const stored = [...repositoryOf(sim.world, store, repository).tags].filter(([tag]) => !tag.startsWith('build-'))
    return [repository, Object.fromEntries(stored.map(([tag, digest]) => [tag, builds.indexOf(digest) + 1]))] as const
  })
  const services = names.map((name) => [name, ecs.service('shop', name)] as const)
  const image = (definition = '') => {
    const reference = String(ecs.taskDefinition(definition)?.containerDefinitions[0]?.image)
    const [, digest = ''] = reference.split('@')
    return builds.includes(digest) ? `build ${builds.indexOf(digest) + 1}` : reference
  }
  return {
    tags: Object.fromEntries(tags.filter(([, found]) => Object.keys(found).length > 0)),
    serving: Object.fromEntries(services.map(([name, service]) => [name, image(service?.taskDefinition)])),
    counts: Object.fromEntries(services.map(([name, service]) => [name, service?.desiredCount ?? 0])),
    deployments: Object.fromEntries(
      services.map(([name]) => [
        name,
        sim.recorder.all.filter(
          ({ operation, input }) => operation === 'UpdateService' && Object(input).service?.includes(name),
        ).length,
      ]),
    ),
  }
}
