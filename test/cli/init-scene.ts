/** `slipway init` in a folder, with a simulated account. */
import { readdirSync } from 'node:fs'
import { command } from '../../src/cli/commands/init.ts'
import { loadConfig } from '../../src/config/load.ts'
import { definitionIn } from '../../src/task-definition/definition-source.ts'
import { ask } from '../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { type CliScene, cliScene, type Given, type Ran } from './cli-scene.ts'

export const region = 'eu-west-1'

export interface InitScene extends CliScene {
  readonly sim: Simulator
  /** Runs `init` with the credentials of the account. */
  init(words?: readonly string[], world?: Given): Promise<Ran>
  /** The files of the folder, sorted. */
  files(): readonly string[]
  config(): ReturnType<typeof loadConfig>['config']
  definition(path: string): ReturnType<typeof definitionIn>['definition']
}

/** An account with the cluster `shop` and a default VPC, or what `seed` makes. */
export function initScene(
  files: Readonly<Record<string, string>>,
  seed: (sim: Simulator) => void = seedCluster,
): InitScene {
  const sim = createSimulator()
  seed(sim)
  const scene = cliScene(files)
  const { accessKeyId, secretAccessKey } = sim.iam.root
  const environment = {
    PATH: process.env.PATH,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
  return {
    ...scene,
    sim,
    init: (words = [], world = {}) =>
      scene.runLoaded(command, words, {
        environment,
        requestHandler: sim.requestHandler,
        clock: sim.clock.forProgram,
        ...world,
      }),
    files: () =>
      readdirSync(scene.directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath}/${entry.name}`.slice(scene.directory.length + 1))
        .sort(),
    config: () => loadConfig(scene.read('slipway.yml'), 'slipway.yml').config,
    definition: (path) => definitionIn(scene.read(path), path).definition,
  }
}

/** What every account has: a cluster, and a default VPC with public subnets. */
export function seedCluster(sim: Simulator): void {
  ask(sim.world, region, 'CreateCluster', { clusterName: 'shop' })
  const network = sim.world.region(region).ec2
  for (const id of ['subnet-0d111111', 'subnet-0d222222'])
    network.subnet({ id, route: 'internet-gateway', isDefault: true })
  network.securityGroup({ id: 'sg-0d333333', name: 'default' })
}

/** Without credentials, and with no folder that has any. */
export const nobody = {
  environment: {
    AWS_EC2_METADATA_DISABLED: 'true',
    RUNNER_ENVIRONMENT: 'github-hosted',
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    HOME: '/nonexistent',
  },
}
