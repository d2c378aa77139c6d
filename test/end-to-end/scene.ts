/** One simulated world per case, with the shipped bundles run against it over HTTP. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type BlueGreenOptions, seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { type RollingOptions, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { shareTime } from '../simulator/time-server.ts'
import { blemishes, canaries, hostile } from './canaries.ts'
import { type ActionResult, type ActionRun, runAction } from './run-action.ts'

export const region = 'eu-west-1'
export const oldImage = 'registry.example.com/api:v1'
export const newImage = 'registry.example.com/api:v2'
export const revision = (number: number) => `arn:aws:ecs:${region}:111122223333:task-definition/api:${number}`

/** Inputs of every deploy here. */
export const target = { cluster: 'shop', service: 'api' }
export const slackInputs = { 'slack-token': canaries.slackToken, 'slack-channel': 'C0123456789' }

export interface SceneOptions {
  /** The seeded service; `none` for actions that need none. Default rolling. */
  readonly service?: 'rolling' | 'codedeploy' | 'none'
  readonly rolling?: RollingOptions
  readonly codeDeploy?: BlueGreenOptions
  readonly seed?: number
}

export interface Scene {
  readonly sim: Simulator
  readonly workspace: string
  /** What the runner and the simulator put into the process's environment. */
  readonly environment: Readonly<Record<string, string>>
  write(path: string, content: string): void
  /** Copies a folder of the repository into the workspace. */
  copy(folder: string): void
  run(action: string, inputs: Readonly<Record<string, string>>, more?: Partial<ActionRun>): Promise<ActionResult>
  /** `run` of deploy to the seeded service, by image `v2` unless told otherwise. */
  deploy(inputs?: Readonly<Record<string, string>>, more?: Partial<ActionRun>): Promise<ActionResult>
  /** Image that users get now. */
  serving(cluster?: string): string
  /** Asks the simulated ECS without a client: what somebody else does, or what a test wants to know. */
  ecs<Output>(operation: string, input: object): Output
  /** The text of Slack's messages as they are shown now. */
  slack(): string
  /** How often the operation was carried out, lost replies included. */
  done(operation: string): number
}

const root = join(import.meta.dirname, '../..')

/** Faults after which the call was carried out nevertheless. */
const carriedOut = [undefined, 'apply-then-drop', 'truncate', 'slow', 'callback', 'stale-read']

/** A case for `test`: a world of its own, and every run in it held to `blemishes`. */
export function inScene(options: SceneOptions, play: (scene: Scene) => Promise<void>): () => Promise<void> {
  return async () => {
    const { scene, close } = await openScene(options)
    try {
      await play(scene)
    } finally {
      await close()
    }
  }
}

export async function openScene(options: SceneOptions = {}): Promise<{ scene: Scene; close(): Promise<void> }> {
  const { service = 'rolling', seed = 1 } = options
  const sim = createSimulator({ seed })
  // What somebody's task definition holds: a value, a label and an option that nobody else should read.
  const seeded = {
    container: {
      environment: [{ name: 'DATABASE_PASSWORD', value: canaries.environmentValue }],
      dockerLabels: { 'api-token': canaries.label },
    },
  }
  if (service === 'rolling') seedRollingService(sim, { ...seeded, ...options.rolling })
  if (service === 'codedeploy') seedBlueGreen(sim, { ...seeded, terminationWaitMinutes: 1, ...options.codeDeploy })
  sim.recorder.clear()
  const { environment: served, close } = await sim.listen(0, { time: 'shared' })
  const time = await shareTime(sim.clock)
  const workspace = mkdtempSync(join(tmpdir(), 'slipway-workspace-'))
  const environment = { ...served, ...time.environment, AWS_SECRET_ACCESS_KEY: canaries.awsSecretKey }
  const scene = openStage(sim, workspace, environment)
  return {
    scene,
    async close() {
      await close()
      time.close()
      for (const folder of [workspace, `${workspace}-runner`]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function openStage(sim: Simulator, workspace: string, environment: Readonly<Record<string, string>>): Scene {
  const temporary = `${workspace}-runner`
  mkdirSync(temporary)
  const scene: Scene = {
    sim,
    workspace,
    environment,
    write(path, content) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true })
      writeFileSync(join(workspace, path), content)
    },
    copy: (folder) => cpSync(join(root, folder), workspace, { recursive: true }),
    async run(action, inputs, more = {}) {
      const event = { head_commit: { message: `${hostile.commit}\n\nbody` } }
      const result = await runAction(action, {
        workspace,
        temporary,
        event,
        time: sim.clock,
        ...more,
        inputs,
        environment: { ...environment, ...more.environment },
      })
      const problems = blemishes(result, sim)
      if (problems.length > 0) throw new Error(`${action}: ${problems.join('\n')}\n${result.log}`)
      return result
    },
    deploy: (inputs = {}, more = {}) => scene.run('deploy', { ...target, image: newImage, ...inputs }, more),
    serving(cluster = 'shop') {
      const { ecs } = sim.world.region(region)
      const definition = ecs.taskDefinition(ecs.service(cluster, 'api')?.taskDefinition ?? '')
      return String(definition?.containerDefinitions[0]?.image)
    },
    ecs<Output>(operation: string, input: object) {
      const call = { service: 'ecs', operation, region, accessKeyId: '', at: sim.clock.now(), input: { ...input } }
      return sim.world.region(region).ecs.handlers[operation]?.(input, call) as Output
    },
    slack: () =>
      sim.slack
        .messages()
        .map(({ content }) => JSON.stringify(content))
        .join('\n'),
    done: (operation) =>
      sim.recorder.all.filter((call) => call.operation === operation && carriedOut.includes(call.outcome)).length,
  }
  return scene
}
