/** A person with a repository and an AWS account, who runs the commands that Slipway prints, and pushes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ecr from '@aws-sdk/client-ecr'
import * as iam from '@aws-sdk/client-iam'
import { parse } from 'yaml'
import { runCommandLine } from '../../src/cli/run-command.ts'
import { parseCommand } from '../../src/task-definition/command-words.ts'
import { type Given, type Ran, ran } from '../cli/cli-scene.ts'
import { playedDocker } from '../docker/played-docker.ts'
import { type GitRepository, gitRepository } from '../git/repository.ts'
import { createClock } from '../simulator/clock.ts'
import { seedImage } from '../simulator/ecr.ts'
import type { Policy } from '../simulator/iam-policy.ts'
import { ask } from '../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { shareTime } from '../simulator/time-server.ts'
import { runWorkflow, type WorkflowRun } from './runner/run.ts'

const root = join(import.meta.dirname, '../..')
const region = 'eu-west-1'
export const repository = 'acme/shop'

/** A person reads a command and pastes it in 20 seconds, and answers a question in a minute. */
export function minutesOf({ commands, questions }: Effort): number {
  return Math.ceil(commands.length / 3 + questions.length)
}

/** What the person did. */
export interface Effort {
  /** Commands, as they were typed or pasted. */
  readonly commands: readonly string[]
  readonly questions: readonly string[]
}

export interface Newcomer {
  readonly sim: Simulator
  readonly caller: GitRepository
  /** Types one command of a shell. */
  type(command: string, answers?: readonly string[]): Promise<Ran>
  /** Types every command of the steps that `slipway init` printed, in order. */
  follow(printed: string): Promise<void>
  effort(): Effort
  /** What all commands printed. */
  printed(): string
  /** What GitHub does after the push. */
  push(workflow: string, ecrRepository: string): Promise<WorkflowRun>
  /** Image that a service runs. */
  serving(service: string): string
}

/** An account with a cluster, its default VPC and nothing else, or what `seed` adds; and a repository with these files. */
export function newcomer(files: Readonly<Record<string, string>>, seed?: (sim: Simulator) => void): Newcomer {
  const sim = createSimulator({ clock: createClock({ kind: 'idle' }) })
  ask(sim.world, region, 'CreateCluster', { clusterName: 'shop' })
  const network = sim.world.region(region).ec2
  for (const id of ['subnet-0d111111', 'subnet-0d222222'])
    network.subnet({ id, route: 'internet-gateway', isDefault: true })
  network.securityGroup({ id: 'sg-0d333333', name: 'default' })
  sim.iam.providers.clear()
  seed?.(sim)
  const caller = gitRepository(files)
  caller.git('remote', 'add', 'origin', `git@github.com:${repository}.git`)
  const { accessKeyId, secretAccessKey } = sim.iam.root
  const environment: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const [commands, questions, printed]: [string[], string[], string[]] = [[], [], []]
  const type = async (command: string, answers?: readonly string[]) => {
    commands.push(command)
    const result = await typed(command, { sim, caller, environment }, answers)
    questions.push(...result.questions)
    printed.push(result.out, result.err)
    if (result.code !== 0) throw new Error(`${command}\n${result.err}`)
    return result
  }
  return {
    sim,
    caller,
    type,
    async follow(printed) {
      for (const [, command = ''] of printed.matchAll(/^ {3}(\S.*)$/gm)) await type(command)
    },
    effort: () => ({ commands, questions }),
    printed: () => printed.join('\n'),
    push: (workflow, ecrRepository) => push(sim, caller, workflow, ecrRepository),
    serving(service) {
      const { ecs } = sim.world.region(region)
      const definition = ecs.taskDefinition(ecs.service('shop', service)?.taskDefinition ?? '')
      return String(definition?.containerDefinitions[0]?.image)
    },
  }
}

interface Machine {
  readonly sim: Simulator
  readonly caller: GitRepository
  readonly environment: Record<string, string | undefined>
}

const silent: Ran = { code: 0, out: '', err: '', questions: [] }

async function typed(command: string, machine: Machine, answers?: readonly string[]): Promise<Ran> {
  const { sim, caller, environment } = machine
  if (command === 'export GITHUB_TOKEN=$(gh auth token)') {
    environment.GITHUB_TOKEN = 'gho_of-the-person'
    return silent
  }
  const [program, ...words] = parseCommand(command) ?? []
  if (program === 'npx' && words[0] === 'github:your-org/slipway') {
    const { requestHandler, fetch, clock } = sim
    const world: Given = { environment, answers, requestHandler, fetch: fetch as never, clock: clock.forProgram }
    return ran(caller.folder, world, (opened) => runCommandLine(words.slice(1), '1.2.3', opened))
  }
  if (program === 'git') {
    // GitHub is not here.
    if (words[0] !== 'push') caller.git(...words)
    return silent
  }
  if (program === 'aws') await awsCommand(words, machine)
  else throw new Error(`nobody plays ${command}`)
  return silent
}

/** One command of the AWS CLI, as a request that the simulator checks: options are members, in camel case. */
async function awsCommand(
  [service = '', operation = '', ...options]: readonly string[],
  machine: Machine,
): Promise<void> {
  const pairs = Array.from({ length: options.length / 2 }, (_, index) => options.slice(2 * index, 2 * index + 2))
  const given = Object.fromEntries(pairs.map(([name = '', value = '']) => [name.replace(/^--/, ''), value]))
  if (service === 'cloudformation' && operation === 'deploy') return deployStack(given['template-file'] ?? '', machine)
  const { accessKeyId, secretAccessKey } = machine.sim.iam.root
  const settings = {
    region: given.region ?? region,
    credentials: { accessKeyId, secretAccessKey },
    requestHandler: machine.sim.requestHandler,
    maxAttempts: 1,
  }
  const { region: _, ...members } = given
  const sdk = { ecr, iam, logs }[service as 'ecr' | 'iam' | 'logs'] as unknown as Record<
    string,
    new (
      of: object,
    ) => never
  >
  const Client = sdk[{ ecr: 'ECRClient', iam: 'IAMClient', logs: 'CloudWatchLogsClient' }[service] ?? '']
  const Command = sdk[`${pascal(operation)}Command`]
  if (Client === undefined || Command === undefined) throw new Error(`nobody plays aws ${service} ${operation}`)
  const name = (option: string) => (service === 'iam' ? pascal(option) : camel(option))
  const input = Object.fromEntries(Object.entries(members).map(([option, value]) => [name(option), value]))
  const client = new Client(settings) as { send(command: unknown): Promise<unknown> }
  await client.send(new Command(input))
}

const camel = (words: string) => words.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
const pascal = (words: string) => camel(`-${words}`)

interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
}

/** A template with roles and their identity provider; everything else in it is an error. */
function deployStack(file: string, { sim, caller }: Machine): void {
  const { Resources } = parse(readFileSync(join(caller.folder, file), 'utf8')) as {
    readonly Resources: Readonly<Record<string, Resource>>
  }
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type === 'AWS::IAM::OIDCProvider') {
      const { Url, ClientIdList } = Properties as { readonly Url: string; readonly ClientIdList: readonly string[] }
      sim.iam.providers.set(Url.replace('https://', ''), ClientIdList)
    } else if (Type === 'AWS::IAM::Role') {
      const { RoleName, AssumeRolePolicyDocument, Policies } = Properties as {
        readonly RoleName: string
        readonly AssumeRolePolicyDocument: Policy
        readonly Policies: readonly { readonly PolicyName: string; readonly PolicyDocument: Policy }[]
      }
      const policies = Object.fromEntries(Policies.map((policy) => [policy.PolicyName, policy.PolicyDocument]))
      sim.iam.role({ name: RoleName, trustPolicy: AssumeRolePolicyDocument, policies })
    } else throw new Error(`nobody plays ${Type}`)
  }
}

/** Runs the workflow of the pushed commit with the shipped bundles; the jobs have no credentials but their OIDC tokens. */
async function push(
  sim: Simulator,
  caller: GitRepository,
  workflow: string,
  ecrRepository: string,
): Promise<WorkflowRun> {
  const sha = caller.git('rev-parse', 'HEAD').trim()
  const digest = seedImage(sim.world, region, ecrRepository, 'built')
  const metadata = { 'containerimage.digest': digest }
  const programs = playedDocker({
    buildx: 'github.com/docker/buildx v0.29.1 4c4d2f2',
    build: { exitCode: 0 },
    metadata,
  })
  const time = await shareTime(sim.clock)
  const listening = await sim.listen(0, { time: 'shared' })
  try {
    return await runWorkflow(
      {
        caller: { name: repository, folder: caller.folder },
        repositories: [{ name: 'your-org/slipway', folder: root }],
        secrets: { AWS_ACCESS_KEY_ID: 'AKIAOLD', AWS_SECRET_ACCESS_KEY: 'old' },
        time: sim.clock,
        environment: async ({ environment }) => {
          const { environment: _, ...job } = sim.oidc.job
          sim.oidc.job = {
            ...job,
            ...{ repository, repositoryId: '1', repositoryOwnerId: '2', subject: 'immutable', sha },
            ...(environment && { environment: environment.name }),
          }
          const given = Object.entries(listening.environment).filter(([name]) => !/^AWS_(ACCESS|SECRET)/.test(name))
          return {
            ...Object.fromEntries(given),
            ...time.environment,
            PATH: `${programs}:${process.env.PATH}`,
            HOME: programs,
            GITHUB_SHA: sha,
          }
        },
      },
      workflow,
    )
  } finally {
    await listening.close()
    time.close()
  }
}
