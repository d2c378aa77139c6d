/** A service of ECS and a site behind one distribution, deployed together by the action deploy. */
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { region } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Behaviour } from '../simulator/contract.ts'
import type { BeanstalkSeed } from '../simulator/elasticbeanstalk/elasticbeanstalk.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import { production } from './beanstalk-scene.ts'
import { environment as jobEnvironment, takenBySlack } from './scene.ts'
import { cluster, imageOf, severalScene } from './several-scene.ts'
import { type Build, bucket, type SiteOptions, siteScene } from './site-scene.ts'
import type { probeOf } from './verify-scene.ts'
import { writeFiles } from './write-files.ts'

export function mixedScene(options: SiteOptions = {}) {
  return siteScene(options, severalScene(['api']))
}

/** The same with an environment of Elastic Beanstalk, which runs v1. */
export function withBeanstalk(options: SiteOptions = {}, seed: Partial<BeanstalkSeed> = {}): MixedScene {
  const scene = mixedScene(options)
  const { elasticbeanstalk } = scene.sim.world.region(region)
  elasticbeanstalk.seed({ environment: production, ...seed })
  Object.assign(elasticbeanstalk.quirks, { launch: 20, termination: 40, health: 15, healthLimit: 60 })
  return scene
}

/** What the instances run. */
export const labels = ({ sim }: MixedScene) =>
  sim.world
    .region(region)
    .elasticbeanstalk.environment(production)
    .instances.map(({ label }) => label)

export type MixedScene = ReturnType<typeof mixedScene>

/** What slipway.yml says beside what all of these tests share. */
export interface Declared {
  readonly waves?: string
  /** Of the service, after cluster and service. */
  readonly after?: string
  /** Adds the service web on Elastic Beanstalk: what its environment says beside its name. */
  readonly web?: string
  /** Of the site in the environment. */
  readonly site?: string
}

export function configOf(
  { distribution }: MixedScene,
  { waves = '[[shop.assets], [api], [shop]]', after = '', site = '', web }: Declared = {},
) {
  return `version: 1
services:
  api: { task-definition: deploy/api.json }
${web === undefined ? '' : '  web: { beanstalk: { application: shop, source-directory: app } }\n'}sites:
  shop: { folder: dist }
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
      api: { cluster: ${cluster}, service: api${after} }
${web === undefined ? '' : `      web: { environment: ${production}${web} }\n`}    sites:
      shop: { bucket: ${bucket}, distribution: ${distribution.id}${site} }
    waves: ${waves}
    slack: C0123456789
`
}

export interface Release {
  readonly build: Build
  /** Of the new version of the service. */
  readonly behaviour?: Behaviour
  readonly version?: string
  readonly config?: string
  readonly state?: Record<string, string>
  readonly onRunner?: (runner: FakeRunner) => void
  /** What checks of verify get. */
  readonly probe?: ReturnType<typeof probeOf>
}

/** Runs the main step, or the post step where a state is given. */
export async function release(scene: MixedScene, what: Release, given: Record<string, string> = {}) {
  const { sim } = scene
  const { build, behaviour, version = 'v2', config = configOf(scene), state } = what
  if (behaviour) sim.world.scenarios.set(imageOf('api', version), behaviour)
  const environment = { ...jobEnvironment, GITHUB_REPOSITORY: 'acme/shop' }
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment, ...(state && { state }) })
  const definition = seededTaskDefinition(sim.world, { service: 'api', image: imageOf('api', version) })
  writeFiles(runner.workspace, {
    'slipway.yml': config,
    'deploy/api.json': JSON.stringify(definition),
    'app/package.json': `{"version":"${version}"}`,
    ...Object.fromEntries(Object.entries(build).map(([path, content]) => [`dist/${path}`, content])),
  })
  what.onRunner?.(runner)
  const sent: Record<string, unknown>[] = []
  const action = createDeploy({
    requestHandler: sim.requestHandler,
    probe: what.probe?.open,
    async fetch(url, init) {
      if (!url.includes('slack')) return await sim.fetch(url, init)
      sent.push(JSON.parse(String(init.body)))
      return takenBySlack()
    },
  })
  const inputs = givenInputs(deployInputs, {
    ...seldom,
    guard: 'off',
    environment: 'production',
    'slack-token': 'xoxb-1',
    ...given,
  })
  const work = state ? action.post?.(inputs, runner) : action.main(inputs, runner)
  const error = await Promise.resolve(work).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const services: Record<string, Record<string, string>> = JSON.parse(runner.outputs.services || '{}')
  return {
    runner,
    outputs: runner.outputs,
    log: runner.lines.join('\n'),
    summary: runner.summary,
    error,
    sent,
    services,
  }
}
