/** A caller's repository made of examples/api, two simulated AWS accounts, one Slack and one GitHub. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { writeLayout } from '../oci-layout.ts'
import { type CancelledAt, cancelAt } from '../simulator/cancel-at.ts'
import { createClock, type SimulatorClock } from '../simulator/clock.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { seedExample, seedNativeService, seedRollingService } from '../simulator/fixtures.ts'
import type { Listening } from '../simulator/server.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { type SharedTime, shareTime } from '../simulator/time-server.ts'
import { type RunOptions, runWorkflow, type StartingJob, type WorkflowRun } from './runner/run.ts'

const root = join(import.meta.dirname, '../..')
const region = 'eu-west-1'
const repository = 'acme/api'
export const commit = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'

/** As examples/api/slipway.yml has them. */
export const accounts = { staging: '111122223333', production: '444455556666' } as const

export type EnvironmentName = keyof typeof accounts

export interface Scene {
  readonly staging: Simulator
  /** Undefined before a job has entered the environment. */
  production(): Simulator | undefined
  /** Digest of the image that another builder made. */
  readonly digest: string
  /** Changes the caller's workflow: it takes that image, and whatever else is to be different. */
  callWith(inputs: Readonly<Record<string, string>>): void
  /** A file of the caller's repository. */
  write(path: string, content: string): void
  run(options?: Partial<RunOptions>, workflow?: string): Promise<WorkflowRun>
  /** Cancels the run when such a call reaches staging. */
  runUntil(call: CancelledAt): Promise<WorkflowRun>
  /** Image that the service runs for its users. */
  serving(environment: EnvironmentName): string | undefined
  /** Messages as people see them now. */
  slack(): readonly SlackMessage[]
  /** States of GitHub's deployments to an environment, oldest first. */
  githubStates(environment: EnvironmentName): readonly string[]
}

export interface SlackMessage {
  readonly text: string
  readonly edits: number
  /** What it said at first. */
  readonly first: string
}

export interface SceneOptions {
  /** Minutes that production, which CodeDeploy deploys, waits for an answer before its traffic moves. Default: it does not. */
  readonly readyWait?: number
  /** Minutes that staging waits, then blue/green by ECS itself, at a PAUSE hook. Default: staging is rolling, and does not. */
  readonly pause?: number
  /** Folder with programs that the steps find first, such as `docker`. */
  readonly programs?: string
}

export const oldImage = 'registry.example.com/api:v1'
const slackToken = 'xoxb-1-workflows'

/** Accounts that jobs have entered, with their addresses. They and the steps live in one time. */
interface World {
  readonly clock: SimulatorClock
  readonly time: SharedTime
  staging?: Entered
  production?: Entered
}

type Entered = { readonly simulator: Simulator } & Listening

/** Plays one story in a world of its own: staging is a rolling service, production one of CodeDeploy. */
export function inScene(play: (scene: Scene) => Promise<void>, options: SceneOptions = {}): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-caller-'))
    const clock = createClock({ kind: 'idle' })
    const world: World = { clock, time: await shareTime(clock) }
    try {
      const staging = await open(world, 'staging', options)
      staging.world.region(region).ecr.createRepository('api')
      cpSync(join(root, 'examples/api'), join(folder, 'caller'), { recursive: true })
      const files = { '/app/main.js': 'started' }
      const { digest } = await writeLayout(join(folder, 'layout'), { files, entrypoint: ['node', '/app/main.js'] })
      await play(openScene(staging, world, folder, digest, options))
    } finally {
      for (const account of [world.staging, world.production]) await account?.close()
      world.time.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** An account that no job has entered is not there. */
async function open(world: World, name: EnvironmentName, { readyWait, pause }: SceneOptions): Promise<Simulator> {
  const known = world[name]?.simulator
  if (known) return known
  const simulator = createSimulator({ clock: world.clock, accountId: accounts[name] })
  if (name === 'production')
    seedBlueGreen(simulator, { cluster: name, terminationWaitMinutes: 1, ...(readyWait && { readyWait }) })
  else if (pause === undefined) seedRollingService(simulator, { cluster: name })
  else
    seedNativeService(simulator, {
      cluster: name,
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 1,
      lifecycleHooks: [
        {
          targetType: 'PAUSE',
          lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
          timeoutConfiguration: { timeoutInMinutes: pause, action: 'ROLLBACK' },
        },
      ],
    })
  seedExample(simulator)
  simulator.iam.role({ name: 'slipway-deploy', trust: { sub: `repo:${repository}:environment:${name}` } })
  world[name] = { simulator, ...(await simulator.listen(0, { time: 'shared' })) }
  return simulator
}

function openScene(staging: Simulator, world: World, folder: string, digest: string, options: SceneOptions): Scene {
  const caller = join(folder, 'caller')
  const bring = async (name = '', path = '') => {
    cpSync(join(folder, name === 'image' ? 'layout' : name), path, { recursive: true })
    return {}
  }
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(caller, path)), { recursive: true })
    writeFileSync(join(caller, path), content)
  }
  const scene: Scene = {
    staging,
    production: () => world.production?.simulator,
    digest,
    write,
    callWith(inputs) {
      const file = '.github/workflows/ship.yml'
      const given = { environments: 'staging production', 'oci-layout-artifact': 'image', ...inputs }
      const lines = Object.entries(given).map(([name, value]) => `${name}: ${value}`)
      const written = readFileSync(join(caller, file), 'utf8')
      write(file, written.replace(/with: \{[^}]*\}/, `with: { ${lines.join(', ')} }`))
    },
    run: (given = {}, workflow = '.github/workflows/ship.yml') =>
      runWorkflow(
        {
          caller: { name: repository, folder: caller },
          repositories: [{ name: 'your-org/slipway', folder: root }],
          secrets: { SLACK_TOKEN: slackToken },
          environment: (job) => enter(world, job, options),
          time: world.clock,
          ...given,
          actions: {
            'actions/download-artifact': ({ inputs }) => bring(inputs.name, inputs.path),
            'acme/builder': ({ workspace }) => bring('image', join(workspace, 'layout')),
            ...given.actions,
          },
        },
        workflow,
      ),
    runUntil: (call) => scene.run({ signal: cancelAt(staging, call) }),
    serving(environment) {
      const ecs = world[environment]?.simulator.world.region(region).ecs
      const service = ecs?.service(environment, 'api')
      const primary = service?.taskSets.find(({ status }) => status === 'PRIMARY')?.taskDefinitionArn
      const definition = ecs?.taskDefinition(primary ?? service?.taskDefinition ?? '')
      return definition?.containerDefinitions.map(({ image }) => String(image)).join()
    },
    slack: () =>
      staging.slack.messages().map(({ content, history }) => ({
        text: JSON.stringify(content),
        edits: history.length,
        first: JSON.stringify(history[0] ?? content),
      })),
    githubStates: (environment) =>
      staging.github.deployments
        .all()
        .filter((deployment) => deployment.environment === environment)
        .flatMap(({ statuses }) => statuses.map(({ state }) => state)),
  }
  return scene
}

/**
 * What GitHub does when a job starts: its OIDC token is about it, and entering an environment is a deployment. Slack and
 * GitHub are those of staging's simulator.
 */
async function enter(
  world: World,
  { environment }: StartingJob,
  options: SceneOptions,
): Promise<Readonly<Record<string, string>>> {
  const name = environment?.name === 'production' ? 'production' : 'staging'
  const { oidc } = await open(world, name, options)
  const { environment: _before, ...job } = oidc.job
  oidc.job = { ...job, repository, sha: commit, ...(environment && { environment: environment.name }) }
  const shared = world.staging?.environment ?? {}
  if (environment?.makesDeployment) {
    const made = await fetch(`${shared.GITHUB_API_URL}/repos/${repository}/deployments`, {
      method: 'POST',
      headers: { authorization: 'Bearer ghs_github_itself' },
      body: JSON.stringify({ ref: commit, environment: environment.name }),
    })
    if (!made.ok) throw new Error(`The deployment could not be made: ${await made.text()}`)
  }
  const { AWS_ENDPOINT_URL = '', ACTIONS_ID_TOKEN_REQUEST_URL = '' } = world[name]?.environment ?? {}
  const withoutCredentials = Object.entries(shared).filter(([variable]) => !/^AWS_(ACCESS|SECRET)/.test(variable))
  return {
    ...Object.fromEntries(withoutCredentials),
    ...world.time.environment,
    ...(options.programs !== undefined && { PATH: `${options.programs}:${process.env.PATH}` }),
    AWS_ENDPOINT_URL,
    ACTIONS_ID_TOKEN_REQUEST_URL,
  }
}
