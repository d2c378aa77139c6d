/** What preflight adds to a deployment: calls and simulated wall time, and the real time of the bundle. */
import { statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { environment } from '../actions/scene.ts'
import { region, rollingScene } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { openInstantAws, openStep } from './processes.ts'
import { quantile, rounded, type Table } from './table.ts'

const pairs = 15
const resourceRuns = 5
/** Of every answer, of AWS, of the registry and of GitHub. Milliseconds. */
const latency = 150
const modes = ['off', 'on'] as const

type Mode = (typeof modes)[number]

interface Case {
  readonly name: string
  /** With the image that is deployed. */
  readonly definition: (sim: Simulator) => object
  readonly alarms?: readonly string[]
}

const host = `111122223333.dkr.ecr.${region}.amazonaws.com`

const cases: readonly Case[] = [
  {
    name: 'role, log group, target group',
    definition: (sim) => seededTaskDefinition(sim.world, { image: 'registry.example.com/api:v2' }),
  },
  {
    name: 'and an image in ECR, a JSON key, a parameter, an alarm',
    alarms: ['api-5xx'],
    definition(sim) {
      const { ecr, secretsmanager, ssm } = sim.world.region(region)
      ecr.createRepository('api')
      ssm.put('/shop/key', 'x')
      const secrets = [
        { name: 'A', valueFrom: `${secretsmanager.put('db', '{"user":"ann"}')}:user::` },
        { name: 'B', valueFrom: '/shop/key' },
      ]
      const image = `${host}/api@${seedImage(sim.world, region, 'api', 'v2')}`
      return seededTaskDefinition(sim.world, { image, container: { secrets } })
    },
  },
]

interface Simulated {
  /** Until the definition is registered. */
  readonly seconds: number
  readonly calls: number
}

/** In this process, on the virtual clock: from the beginning of the step to its first change. */
async function simulate({ definition, alarms }: Case, preflight: Mode): Promise<Simulated> {
  const sim = rollingScene(alarms ? { alarms } : {})
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  await mkdir(runner.workspace, { recursive: true })
  await writeFile(join(runner.workspace, 'td.json'), JSON.stringify(definition(sim)))
  sim.faults.add({ effect: { kind: 'slow', milliseconds: latency } })
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const given = { cluster: 'shop', service: 'api', 'task-definition': 'td.json', 'github-token': 'ghs_1', preflight }
  const began = sim.clock.now()
  await action.main(givenInputs(deployInputs, given), runner)
  const registered = sim.recorder.calls('ecs', 'RegisterTaskDefinition')[0]?.at ?? Number.NaN
  return { seconds: (registered - began) / 1000, calls: sim.recorder.all.filter(({ at }) => at < registered).length }
}

interface Measured {
  readonly wall: readonly number[]
  readonly cpu: readonly number[]
}

/** The bundle in processes of their own, against a simulated AWS that answers at once; on and off in alternation. */
async function measure(bundle: string): Promise<Readonly<Record<Mode, Measured>>> {
  const aws = await openInstantAws()
  const step = openStep({ ...aws.environment, SLACK_WEBHOOK_URL: '' })
  // The same content each time, deployed anew: only what is asked differs.
  const given = { cluster: 'shop', service: 'api', image: `${host}/api:bench`, 'force-new-deployment': 'true' }
  const run = (preflight: Mode, resources = false) => step.run([bundle], { ...given, preflight }, resources)
  const measured = {
    off: { wall: [] as number[], cpu: [] as number[] },
    on: { wall: [] as number[], cpu: [] as number[] },
  }
  try {
    for (const mode of modes) await run(mode)
    for (let pair = 0; pair < pairs; pair++) for (const mode of modes) measured[mode].wall.push((await run(mode)).wall)
    for (let turn = 0; turn < resourceRuns; turn++)
      for (const mode of modes) measured[mode].cpu.push((await run(mode, true)).cpu)
    return measured
  } finally {
    step.close()
    aws.close()
  }
}

/** What the input `preflight: on` costs beside `off`. */
export async function measurePreflight(folder: string): Promise<Table> {
  const bundle = resolve(folder, 'deploy.js')
  statSync(bundle)
  const rows = []
  const added = []
  for (const each of cases) {
    const [off, on] = [await simulate(each, 'off'), await simulate(each, 'on')]
    added.push(on.seconds - off.seconds)
    rows.push({
      checks: each.name,
      measured: `simulated, ${latency} ms an answer`,
      'off ms': rounded(off.seconds * 1000, 0),
      'on ms': rounded(on.seconds * 1000, 0),
      'adds ms': rounded((on.seconds - off.seconds) * 1000, 0),
      'more calls': on.calls - off.calls,
    })
  }
  const real = await measure(bundle)
  const middle = (values: readonly number[]) => quantile(values, 0.5)
  for (const kind of ['wall', 'cpu'] as const) {
    const [off, on] = [middle(real.off[kind]), middle(real.on[kind])]
    if (kind === 'wall') added.push((on - off) / 1000)
    const measured = kind === 'wall' ? 'real, wall' : 'real, CPU'
    rows.push({
      checks: 'an image in ECR, role, log group, target group',
      measured,
      'off ms': rounded(off),
      'on ms': rounded(on),
      'adds ms': rounded(on - off),
    })
  }
  return {
    title: 'Preflight: on vs off',
    method:
      'simulated: in this process on the virtual clock, from the start of the step to RegisterTaskDefinition; real: whole ' +
      `processes over HTTP to the simulator in another process, medians of ${pairs} runs in alternation (CPU: ${resourceRuns})`,
    rows,
    requirements: [{ what: 'seconds of wall time that preflight adds', measured: Math.max(...added), atMost: 1 }],
  }
}
