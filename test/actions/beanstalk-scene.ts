/** The action `deploy-beanstalk` in this process, on the simulator. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createDeployBeanstalk } from '../../src/actions/deploy-beanstalk/index.ts'
import { deployBeanstalkInputs } from '../../src/actions/inputs/deploy-beanstalk-inputs.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { ClockMode } from '../simulator/clock.ts'
import type { BeanstalkSeed } from '../simulator/elasticbeanstalk/elasticbeanstalk.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { environment as jobEnvironment, takenBySlack } from './scene.ts'
import type { probeOf } from './verify-scene.ts'

export const region = 'eu-west-1'
export const production = 'shop-production'

/** An environment with `v1` on two instances. */
export function beanstalkScene(seed: Partial<BeanstalkSeed> = {}, clock?: ClockMode): Simulator {
  const sim = createSimulator(clock && { clock })
  const beanstalk = sim.world.region(region).elasticbeanstalk
  beanstalk.seed({ environment: production, ...seed })
  Object.assign(beanstalk.quirks, { launch: 20, termination: 40, health: 15, healthLimit: 60 })
  return sim
}

export const beanstalkOf = (sim: Simulator) => sim.world.region(region).elasticbeanstalk

function labelsOf(sim: Simulator): readonly string[] {
  try {
    return beanstalkOf(sim)
      .environment(production)
      .instances.map(({ label }) => label)
  } catch {
    return []
  }
}

/** One instance at a time. */
export const rolling = {
  policy: 'Rolling',
  settings: { 'aws:elasticbeanstalk:command': { BatchSizeType: 'Fixed', BatchSize: '1' } },
}

const here = { 'application-name': 'shop', 'environment-name': production, 'aws-region': region }

/** A program with a hook. */
export const program = {
  'app/package.json': '{"name":"shop"}',
  'app/server.js': 'require("http")',
  'app/.platform/hooks/predeploy/01_migrate.sh': '#!/bin/bash\n',
}

export interface Around {
  readonly files?: Readonly<Record<string, string>>
  readonly state?: Record<string, string>
  readonly environment?: Record<string, string>
  /** Answers of what checks request. */
  readonly probe?: ReturnType<typeof probeOf>
}

export async function prepare(sim: Simulator, { files = program, state, environment = {}, probe }: Around = {}) {
  const runner = await fakeRunner({
    clock: sim.clock.forProgram,
    environment: { ...jobEnvironment, ...environment },
    ...(state && { state }),
  })
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(runner.workspace, file)), { recursive: true })
    await writeFile(join(runner.workspace, file), content)
    if (file.endsWith('.sh')) await chmod(join(runner.workspace, file), 0o755)
  }
  const messages: unknown[] = []
  const action = createDeployBeanstalk({
    requestHandler: sim.requestHandler,
    probe: probe?.open,
    async fetch(url, init) {
      if (!url.includes('slack')) return await sim.fetch(url, init)
      messages.push(JSON.parse(String(init.body)))
      return takenBySlack()
    },
  })
  return { runner, action, messages }
}

/** Deploys, by default the folder `app` as `v2`. */
export async function deployBeanstalk(sim: Simulator, given: Record<string, string> = {}, around: Around = {}) {
  const { runner, action, messages } = await prepare(sim, around)
  const inputs = { ...here, 'source-directory': 'app', 'version-label': 'v2', ...given }
  const error: unknown = await action.main(givenInputs(deployBeanstalkInputs, inputs), runner).then(
    () => undefined,
    (thrown) => thrown,
  )
  return {
    runner,
    messages,
    action,
    message: error === undefined ? '' : said(error),
    log: runner.lines.join('\n'),
    outputs: runner.outputs,
    isRed: error !== undefined || runner.failed,
    /** Labels that the instances have now. */
    labels: labelsOf(sim),
  }
}
