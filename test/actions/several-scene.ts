/** Services that are deployed together by the action deploy, in this process, on the virtual clock. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { region } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Behaviour, Call } from '../simulator/contract.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { environment as jobEnvironment, takenBySlack } from './scene.ts'
import type { probeOf } from './verify-scene.ts'

export const cluster = 'shop'

const environment = { ...jobEnvironment, GITHUB_REPOSITORY: 'acme/shop' }

/** Steady services of one cluster, each with a family of its own. */
export function severalScene(services: readonly string[]): Simulator {
  const sim = createSimulator()
  for (const service of services) seedRollingService(sim, { service, waitUntilSteady: false })
  sim.clock.advance(180_000)
  sim.recorder.clear()
  return sim
}

export const imageOf = (service: string, version: string) => `registry.example.com/${service}:${version}`

/** slipway.yml and a new version of every service in it, which behaves as it is told. */
export function repository(
  sim: Simulator,
  waves: string,
  services: readonly string[],
  behaviour: Readonly<Record<string, Behaviour>> = {},
): Record<string, string> {
  for (const [service, how] of Object.entries(behaviour)) sim.world.scenarios.set(imageOf(service, 'v2'), how)
  const files = services.map((service) => {
    const definition = seededTaskDefinition(sim.world, { service, image: imageOf(service, 'v2') })
    return [`deploy/${service}.json`, JSON.stringify(definition)] as const
  })
  const config = `version: 1
services:
${services.map((service) => `  ${service}: { task-definition: deploy/${service}.json }`).join('\n')}
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
${services.map((service) => `      ${service}: { cluster: ${cluster}, service: ${service} }`).join('\n')}
${waves === '' ? '' : `    waves: ${waves}\n`}    url: https://shop.example.com
    slack: C0123456789
`
  return { 'slipway.yml': config, ...Object.fromEntries(files) }
}

export interface Ran {
  readonly runner: FakeRunner
  readonly log: string
  readonly error: unknown
  /** Bodies of what Slack got, oldest first. */
  readonly sent: readonly Record<string, unknown>[]
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface Running {
  readonly files?: Record<string, string>
  /** Of an earlier step: runs the post step. */
  readonly state?: Record<string, string>
  readonly onRunner?: (runner: FakeRunner) => void
  /** Answers of what checks request. */
  readonly probe?: ReturnType<typeof probeOf>
  /** Answers for GitHub. */
  readonly fetch?: (url: string) => Promise<Response>
}

/** Runs the action's main step, or its post step where a state is given. */
export async function deploySeveral(
  sim: Simulator,
  given: Record<string, string>,
  running: Running = {},
): Promise<Ran> {
  const { files = {}, state } = running
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment, ...(state ? { state } : {}) })
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(runner.workspace, name, '..'), { recursive: true })
    await writeFile(join(runner.workspace, name), content)
  }
  running.onRunner?.(runner)
  const sent: Record<string, unknown>[] = []
  const action = createDeploy({
    requestHandler: sim.requestHandler,
    probe: running.probe?.open,
    async fetch(url, init) {
      if (/\.dkr\.ecr\.|\.cloudfront\.net/.test(url)) return await sim.fetch(url, init)
      if (running.fetch && url.includes('/repos/')) return await running.fetch(url)
      sent.push(JSON.parse(String(init.body)))
      return takenBySlack()
    },
  })
  const inputs = givenInputs(deployInputs, { guard: 'off', ...seldom, ...given })
  const work = state ? action.post?.(inputs, runner) : action.main(inputs, runner)
  const error = await Promise.resolve(work).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const services = JSON.parse(runner.outputs.services || '{}')
  return { runner, log: runner.lines.join('\n'), error, sent, services }
}

/** Image that the users of a service get. */
export function serving(sim: Simulator, service: string): string {
  const { ecs } = sim.world.region(region)
  const definition = ecs.taskDefinition(ecs.service(cluster, service)?.taskDefinition ?? '')
  return String(definition?.containerDefinitions[0]?.image)
}

/** Updates of services in the order in which they arrived: `api api:2`. */
export function updates(sim: Simulator): readonly string[] {
  return sim.recorder.calls('ecs', 'UpdateService').map(({ input }: Call) => {
    const { service, taskDefinition } = input as Record<string, string>
    return `${service} ${taskDefinition?.split('/').at(-1)}`
  })
}
