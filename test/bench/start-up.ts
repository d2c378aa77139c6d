import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { openInstantAws, openStep, type Sample } from './processes.ts'
import { quantile, rounded, type Table } from './table.ts'

const pairs = 15
const resourceRuns = 5
/** Times of a bare Node. The action that people use today needs 6.3 (158 ms to 25 ms, 87 MB), measured in the same way. */
const target = 4.4

const bare = ['-e', '0']

interface Case {
  readonly name: string
  readonly inputs: (turn: number) => Readonly<Record<string, string>>
}

const image = (tag: string) => `registry.example.com/api:${tag}`

const cases: readonly Case[] = [
  {
    name: 'rolling',
    inputs: (turn) => ({ cluster: 'shop', service: 'api', image: image(`r${turn}`), preflight: 'off' }),
  },
  {
    name: 'CodeDeploy',
    inputs: (turn) => ({ cluster: 'shop', service: 'web', image: image(`c${turn}`), preflight: 'off' }),
  },
  { name: 'unchanged', inputs: () => ({ cluster: 'shop', service: 'api', image: image('same') }) },
]

interface Measured {
  readonly wall: readonly number[]
  readonly ratios: readonly number[]
  readonly bareWall: readonly number[]
  readonly resources: readonly Sample[]
  readonly bareResources: readonly Sample[]
  /** Of one run. */
  readonly calls: number
}

/** Runs `deploy.js` of a folder for every case, each run next to one of a bare Node. */
export async function measureStartUp(folder: string): Promise<Table> {
  const bundle = resolve(folder, 'deploy.js')
  statSync(bundle)
  const aws = await openInstantAws()
  const step = openStep({ ...aws.environment, SLACK_WEBHOOK_URL: '' })
  try {
    const measured: [string, Measured][] = []
    for (const each of cases) measured.push([each.name, await measure(each)])
    return table(measured)
  } finally {
    step.close()
    aws.close()
  }

  async function measure({ inputs }: Case): Promise<Measured> {
    let turn = 0
    const deploy = (resources = false) => step.run([bundle], inputs(turn++), resources)
    await deploy()
    await aws.calls()
    await deploy()
    const calls = (await aws.calls()).length
    const walls: [number, number][] = []
    for (let pair = 0; pair < pairs; pair++) walls.push([(await step.run(bare, {})).wall, (await deploy()).wall])
    const resources: Sample[] = []
    const bareResources: Sample[] = []
    for (let run = 0; run < resourceRuns; run++) {
      bareResources.push(await step.run(bare, {}, true))
      resources.push(await deploy(true))
    }
    return {
      wall: walls.map(([, ours]) => ours),
      bareWall: walls.map(([node]) => node),
      ratios: walls.map(([node, ours]) => ours / node),
      resources,
      bareResources,
      calls,
    }
  }
}

function table(measured: readonly [string, Measured][]): Table {
  const middle = (values: readonly number[]) => quantile(values, 0.5)
  const ratioOf = ({ wall, bareWall }: Measured) => middle(wall) / middle(bareWall)
  const rolling = measured.find(([name]) => name === 'rolling')?.[1]
  return {
    title: 'Start-up: a whole deploy of a service that is stable at once',
    method:
      `whole processes over HTTP to the simulator in another process, ${pairs} pairs "node -e 0" / deploy.js in ` +
      `alternation, no compile cache, Node ${process.versions.node}; times = median / median of bare; spread = ` +
      `quartiles of the pairs; CPU (user and system, all threads) and peak memory from ${resourceRuns} runs of their own`,
    rows: measured.map(([name, each]) => ({
      deploy: name,
      'bare ms': rounded(middle(each.bareWall)),
      'deploy ms': rounded(middle(each.wall)),
      times: rounded(ratioOf(each), 2),
      spread: `${rounded(quantile(each.ratios, 0.25), 2)} to ${rounded(quantile(each.ratios, 0.75), 2)}`,
      'CPU ms': rounded(middle(each.resources.map(({ cpu }) => cpu))),
      'CPU times': rounded(
        middle(each.resources.map(({ cpu }) => cpu)) / middle(each.bareResources.map(({ cpu }) => cpu)),
        2,
      ),
      'memory MB': rounded(middle(each.resources.map(({ memory }) => memory)), 0),
      calls: each.calls,
    })),
    requirements: rolling
      ? [{ what: 'a rolling deploy, times a bare Node', measured: ratioOf(rolling), atMost: target }]
      : [],
  }
}
