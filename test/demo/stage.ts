/** The world of the demo: examples/api as somebody's repository, and a simulated account in which its first release runs. */
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runAction } from '../end-to-end/run-action.ts'
import { type LayoutOptions, writeLayout } from '../oci-layout.ts'
import { codeDeployOf } from '../simulator/codedeploy/codedeploy.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { type SeedOptions, seedExample, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { shareTime } from '../simulator/time-server.ts'
import { type Definition, place, type Scenario } from './scenarios.ts'

/**
 * How many times as fast as real time the simulated AWS runs. What preflight stops waits for nothing, and its looks have
 * pauses and a limit that are real.
 */
export const speedOf = ({ verdict }: Pick<Scenario, 'verdict'>) => (verdict === 'failed' ? 1 : 25)

export const alarm = 'api-5xx'

const repository = 'acme/shop'

const timeLapse = pathToFileURL(join(import.meta.dirname, 'time-lapse.js')).href
const example = join(import.meta.dirname, '../../examples/api')

export interface Commit {
  readonly sha: string
  readonly title: string
  readonly runNumber: string
}

export interface Stage {
  readonly simulator: Simulator
  readonly isWatched: boolean
  /** A copy of examples/api. */
  readonly workspace: string
  /** For every step of the job that deploys this commit. */
  environment(commit: Commit): Promise<Readonly<Record<string, string>>>
  /** Builds an image of the API without Docker; returns the folder, relative to the workspace. */
  layout(version: string, architecture: 'amd64' | 'arm64'): Promise<string>
  /** Changes deploy/api.json. */
  edit(change: (definition: Definition) => Definition): Promise<void>
  /** The listener whose traffic CodeDeploy shifts; undefined for a rolling service. */
  productionListener(): string | undefined
  close(): Promise<void>
}

/** The same title gives the same commit. */
export function commitOf(title: string, runNumber: number): Commit {
  return { sha: createHash('sha1').update(title).digest('hex'), title, runNumber: String(runNumber) }
}

/** For this scenario, and others after it. Without people who watch nobody waits for anything. */
export async function openStage(scenario: Pick<Scenario, 'engine' | 'verdict'>, isWatched = true): Promise<Stage> {
  const speed = speedOf(scenario)
  const simulator = createSimulator({ clock: isWatched ? { kind: 'accelerated', speed } : { kind: 'idle' } })
  simulator.iam.role({ name: 'slipway-deploy', trust: { sub: 'repo:*' }, maxSessionSeconds: 43_200 })
  const region = simulator.world.region(place.region)
  region.ecr.createRepository('api', true)
  seedExample(simulator, place.region)
  const temporary = await mkdtemp(join(tmpdir(), 'slipway-demo-'))
  // AWS's own waits, short enough to watch: a canary of five minutes takes twelve seconds.
  Object.assign(codeDeployOf(simulator.world, place.region).quirks, { installSeconds: 45, steadySeconds: 15 })
  const workspace = join(temporary, 'api')
  await cp(example, workspace, { recursive: true })
  const { environment, close } = await simulator.listen(0, { time: isWatched ? 'lapse' : 'shared' })
  const time = isWatched ? undefined : await shareTime(simulator.clock)
  const history = new Set<string>()
  let listener: string | undefined
  const stage: Stage = {
    simulator,
    isWatched,
    workspace,
    async environment({ sha, title, runNumber }) {
      if (!history.has(sha)) simulator.github.commits.add(sha)
      history.add(sha)
      const files = join(temporary, `run-${runNumber}`)
      await mkdir(files, { recursive: true })
      await writeFile(join(files, 'event.json'), JSON.stringify({ head_commit: { id: sha, message: title } }))
      return {
        ...environment,
        RUNNER_TEMP: files,
        GITHUB_EVENT_PATH: join(files, 'event.json'),
        GITHUB_REPOSITORY: repository,
        GITHUB_SHA: sha,
        GITHUB_RUN_NUMBER: runNumber,
        ...(time?.environment ?? {
          NODE_OPTIONS: `--import=${timeLapse}`,
          DEMO_CLOCK: [simulator.clock.now(), Date.now(), speed].join(','),
        }),
      }
    },
    async layout(version, architecture) {
      const folder = `image-${version}-${architecture}`
      await writeLayout(join(workspace, folder), await imageOf(version, architecture))
      return folder
    },
    async edit(change) {
      const path = join(workspace, 'deploy/api.json')
      await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as Definition), null, 2))
    },
    productionListener: () => listener,
    async close() {
      await close()
      time?.close()
      await rm(temporary, { recursive: true, force: true })
    },
  }
  listener = await firstRelease(stage, scenario.engine)
  return stage
}

async function imageOf(version: string, architecture: string): Promise<LayoutOptions> {
  const sources = await readdir(join(example, 'src'))
  const files = await Promise.all(
    ['package.json', ...sources.map((name) => `src/${name}`)].map(
      async (path) => [`/app/${path}`, await readFile(join(example, path))] as const,
    ),
  )
  return {
    files: Object.fromEntries(files),
    entrypoint: ['node', 'src/main.js'],
    environment: ['NODE_ENV=production', `VERSION=${version}`],
    ports: ['8080/tcp'],
    user: '1000:1000',
    workingDirectory: '/app',
    architecture,
  }
}

/** What was released yesterday runs and is healthy; Slipway pushed its image too. Returns the production listener. */
async function firstRelease(stage: Stage, engine: 'rolling' | 'codedeploy'): Promise<string | undefined> {
  const commit = commitOf('Ship the orders API', 40)
  const pushed = await runAction('build-push', {
    inputs: { repository: 'api', 'aws-region': place.region, 'oci-layout': await stage.layout('v1', 'amd64') },
    environment: await stage.environment(commit),
    workspace: stage.workspace,
  })
  if (pushed.exitCode !== 0) throw new Error(`The first release could not be pushed:\n${pushed.log}`)
  const definition = JSON.parse(await readFile(join(stage.workspace, 'deploy/api.json'), 'utf8')) as Definition
  const options: SeedOptions = {
    region: place.region,
    cluster: place.cluster,
    service: place.service,
    taskDefinition: {
      ...(definition as object),
      containerDefinitions: definition.containerDefinitions.map((container) => ({
        ...container,
        image: pushed.outputs.image,
      })),
      tags: [
        { key: 'slipway:commit', value: commit.sha },
        { key: 'slipway:repository', value: repository },
        { key: 'slipway:run', value: '511/1' },
      ],
    },
  }
  if (engine === 'rolling') {
    seedRollingService(stage.simulator, options)
    return undefined
  }
  const seeded = seedBlueGreen(stage.simulator, {
    ...options,
    deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
    terminationWaitMinutes: 0,
    alarms: [alarm],
  })
  return seeded.productionListenerArn
}
