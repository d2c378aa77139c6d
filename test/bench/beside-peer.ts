/** The same deployment by the action that people use today and by ours: whole processes in strict alternation. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { seededPort } from '../simulator/fixtures.ts'
import { openInstantAws, openStep, type Sample } from './processes.ts'
import { quantile, type Requirement, rounded, type Table } from './table.ts'

/** Of every size; the first of each is thrown away, as it warms the disk. */
const rounds = 20

interface Size {
  readonly name: string
  /** CPU time, of the peer's. */
  readonly atMost: number
  readonly containers: number
  readonly variables: number
}

const sizes: readonly Size[] = [
  { name: 'one container', atMost: 0.75, containers: 1, variables: 3 },
  { name: '10 containers, 500 variables', atMost: 1, containers: 10, variables: 50 },
]

type Inputs = Readonly<Record<string, string>>

/** One bundle with the inputs that a step gives it. */
interface Contestant {
  readonly bundle: string
  readonly inputs: Inputs
}

interface Measured {
  readonly size: Size
  /** Of the file. */
  readonly bytes: number
  readonly samples: Readonly<Record<string, readonly Sample[]>>
  /** Of one run, by contestant. */
  readonly calls: Readonly<Record<string, number>>
}

const [peerName, offName, onName] = ['peer', 'preflight: off', 'preflight: on']

/**
 * `peer`: a checkout of aws-actions/amazon-ecs-deploy-task-definition. Both get a file with another content in every run, all
 * inputs that the runner would pass, and are to wait until the service is stable.
 */
export async function measureBesidePeer(folder: string, peer: string): Promise<Table> {
  const contestants = contestantsOf(folder, peer)
  const aws = await openInstantAws()
  const step = openStep({ ...aws.environment, SLACK_WEBHOOK_URL: '' })
  const file = join(step.folder, 'task-definition.json')
  let turn = 0
  const run = async ({ bundle, inputs }: Contestant, size: Size) => {
    writeFileSync(file, definition(size, turn++))
    return await step.run([bundle], inputs, true)
  }
  try {
    const measured: Measured[] = []
    for (const size of sizes) measured.push(await measure(size))
    return table(measured, peer)
  } finally {
    step.close()
    aws.close()
  }

  async function measure(size: Size): Promise<Measured> {
    const calls: Record<string, number> = {}
    for (const [name, contestant] of contestants) {
      await aws.calls()
      await run(contestant, size)
      calls[name] = requireDeployment(name, await aws.calls())
    }
    const samples = Object.fromEntries(contestants.map(([name]): [string, Sample[]] => [name, []]))
    for (let round = 0; round < rounds; round++)
      for (const [name, contestant] of contestants) samples[name]?.push(await run(contestant, size))
    return { size, bytes: statSync(file).size, samples, calls }
  }
}

function contestantsOf(folder: string, peer: string): readonly (readonly [name: string, Contestant])[] {
  const shared = { cluster: 'shop', service: 'api', 'task-definition': 'task-definition.json' }
  const given = { ...shared, 'wait-for-service-stability': 'true' }
  const theirs = {
    bundle: resolve(peer, 'dist/index.js'),
    inputs: { ...defaultsOf(resolve(peer, 'action.yml')), ...given },
  }
  const ours = (preflight: string) => ({
    bundle: resolve(folder, 'deploy.js'),
    inputs: { ...defaultsOf(join(import.meta.dirname, '../../actions/deploy/action.yml')), ...given, preflight },
  })
  for (const { bundle } of [theirs, ours('off')]) statSync(bundle)
  return [
    [peerName, theirs],
    [offName, ours('off')],
    [onName, ours('on')],
  ]
}

/** The runner passes every input that has a default, too. */
function defaultsOf(actionFile: string): Inputs {
  const { inputs = {} }: { readonly inputs?: Readonly<Record<string, { readonly default?: unknown }>> } = parse(
    readFileSync(actionFile, 'utf8'),
  )
  const given = Object.entries(inputs).map(([name, { default: value }]) => [name, String(value ?? '')] as const)
  return Object.fromEntries(given.map(([name, value]) => [name, value.replace('${{ github.token }}', 'ghs_1')]))
}

function requireDeployment(name: string, operations: readonly string[]): number {
  for (const operation of ['RegisterTaskDefinition', 'UpdateService'])
    if (!operations.includes(operation)) throw new Error(`${name} did not call ${operation}: ${operations.join(', ')}`)
  return operations.length
}

/** As people have it: a file with indentation. `turn` makes it another one. */
function definition({ containers, variables }: Size, turn: number): string {
  const logs = { 'awslogs-group': '/shop/api', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'api' }
  const container = (index: number) => ({
    name: index === 0 ? 'api' : `sidecar-${index}`,
    image: 'registry.example.com/api:v2',
    essential: index === 0,
    portMappings: index === 0 ? [{ containerPort: seededPort }] : [],
    environment: Array.from({ length: variables }, (_, variable) => ({
      name: `SETTING_${index}_${variable}`,
      value: `value ${turn} of setting ${variable}`,
    })),
    logConfiguration: { logDriver: 'awslogs', options: logs },
  })
  const content = {
    family: 'api',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '1024',
    memory: '2048',
    executionRoleArn: 'arn:aws:iam::111122223333:role/shop-execution',
    containerDefinitions: Array.from({ length: containers }, (_, index) => container(index)),
  }
  return JSON.stringify(content, null, 2)
}

function table(measured: readonly Measured[], peer: string): Table {
  const { version } = JSON.parse(readFileSync(resolve(peer, 'package.json'), 'utf8'))
  const rows = measured.flatMap(({ size, bytes, samples, calls }) =>
    Object.keys(samples).map((name) => ({
      'task definition': `${size.name}, ${rounded(bytes / 1000, 1)} KB`,
      action: name === peerName ? `amazon-ecs-deploy-task-definition ${version}` : `deploy, ${name}`,
      'CPU ms': rounded(middle((samples[name] ?? []).map(({ cpu }) => cpu))),
      'of the peer': rounded(middle(ratios(samples, name)), 2),
      spread: `${rounded(quantile(ratios(samples, name), 0.25), 2)} to ${rounded(quantile(ratios(samples, name), 0.75), 2)}`,
      'wall ms': rounded(middle((samples[name] ?? []).map(({ wall }) => wall))),
      'memory MB': rounded(middle((samples[name] ?? []).map(({ memory }) => memory)), 0),
      calls: calls[name] ?? 0,
    })),
  )
  return {
    title: 'Start-up, beside the action that people use today',
    method:
      `whole processes over HTTP to the simulator in another process, ${rounds} rounds of the three in alternation, inputs with ` +
      `their defaults, Node ${process.versions.node}; CPU: user and system time of all threads; medians, of the peer: of the ` +
      'ratio in each round; spread: its quartiles',
    rows,
    summary: measured.map((each) => `${each.size.name}: ${addedBy(each)}`).join('; '),
    requirements: measured.map((each) => requirementOf(each)),
  }
}

function addedBy({ samples }: Measured): string {
  const [off = [], on = []] = [samples[offName], samples[onName]]
  const added = on.map(({ cpu }, round) => cpu - (off[round]?.cpu ?? Number.NaN))
  return `preflight adds ${rounded(middle(added))} ms of CPU time`
}

function requirementOf({ size: { name, atMost }, samples }: Measured): Requirement {
  return { what: `CPU time of the peer's, ${name}, ${offName}`, measured: middle(ratios(samples, offName)), atMost }
}

function ratios(samples: Measured['samples'], name: string): readonly number[] {
  return (samples[name] ?? []).map(({ cpu }, round) => cpu / (samples[peerName]?.[round]?.cpu ?? Number.NaN))
}

function middle(values: readonly number[]): number {
  return quantile(values, 0.5)
}
