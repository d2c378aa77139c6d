/** Releases of mixed targets in waves: services of each engine, an environment of Elastic Beanstalk and a site, and one thing that fails. */

import { hook } from '../deployment/pause-scene.ts'
import { region } from '../deployment/scene.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import type { Call } from '../simulator/contract.ts'
import { seededTaskDefinition, seedNativeService, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { production, rolling } from './beanstalk-scene.ts'
import { cluster, imageOf, serving } from './several-scene.ts'
import { bucket, buildOf, deploySite, siteScene } from './site-scene.ts'
import { probeOf, response } from './verify-scene.ts'

type Engine = 'rolling' | 'blue/green' | 'codedeploy' | 'beanstalk' | 'site'

/** What a release may have, by name. */
export const members: Readonly<Record<string, Engine>> = {
  data: 'rolling',
  worker: 'rolling',
  edge: 'blue/green',
  pay: 'codedeploy',
  web: 'beanstalk',
  shop: 'site',
}

const ecs = ['before', 'image', 'check', 'task check', 'after'] as const

/** What can fail of a member. */
export const failures = {
  rolling: ecs,
  'blue/green': [...ecs, 'stage'],
  codedeploy: ecs,
  beanstalk: ['image', 'health', 'check', 'version'],
  site: ['page', 'upload', 'check'],
} as const satisfies Readonly<Record<Engine, readonly string[]>>

export type Kind = (typeof failures)[Engine][number]

export interface Release {
  /** Names of members, and `shop.assets`. */
  readonly waves: readonly (readonly string[])[]
  /** By which strategy, configuration, policy or way of publishing each engine deploys. */
  readonly variant: number
  /** Undefined: nothing fails. */
  readonly fails: { readonly member: string; readonly kind: Kind } | undefined
}

const engineOf = (name: string): Engine | undefined => members[name]
const isEcs = (name: string) => /^(rolling|blue\/green|codedeploy)$/.test(engineOf(name) ?? '')
const ofVariant = <Value>(values: readonly Value[], variant: number) => values[variant % values.length] as Value

const strategies = [
  { strategy: 'BLUE_GREEN' },
  { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 } },
  { strategy: 'LINEAR', linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 } },
] as const
const configurations = ['CodeDeployDefault.ECSAllAtOnce', 'CodeDeployDefault.ECSCanary10Percent5Minutes']
const publishOf = (variant: number) => ofVariant(['in-place', 'origin-path'], variant)
const policies = ['Rolling', 'Immutable', 'AllAtOnce', 'RollingWithAdditionalBatch', 'TrafficSplitting']

const urlOf = (name: string) => `https://${name}.example.com/health`

/** The commands of the tasks of a member. */
export const tasksOf = (name: string): readonly string[] =>
  isEcs(name)
    ? ['before', 'after', 'inside', ...(engineOf(name) === 'blue/green' ? ['stage'] : [])].map(
        (task) => `${task} ${name}`,
      )
    : []

/** All members with v1, which is live; the site with its first release. */
export async function releaseScene({ waves, fails, variant }: Release) {
  const names = waves.flat()
  const sim = createSimulator()
  for (const service of names.filter(isEcs)) {
    const options = { service, waitUntilSteady: false }
    const engine = engineOf(service)
    if (engine === 'rolling') seedRollingService(sim, options)
    if (engine === 'codedeploy')
      seedBlueGreen(sim, {
        ...options,
        terminationWaitMinutes: 0,
        deploymentConfig: ofVariant(configurations, variant),
      })
    if (engine === 'blue/green') {
      const lifecycleHooks = [hook(60, 'ROLLBACK', 'PRE_SCALE_UP')]
      seedNativeService(sim, { ...options, ...ofVariant(strategies, variant), bakeTimeInMinutes: 1, lifecycleHooks })
    }
  }
  const { elasticbeanstalk } = sim.world.region(region)
  if (names.includes('web')) {
    elasticbeanstalk.seed({ environment: production, ...rolling, policy: ofVariant(policies, variant) })
    Object.assign(elasticbeanstalk.quirks, { health: 15, healthLimit: 60 })
  }
  sim.clock.advance(600_000)
  let isBroken = false
  const site = siteScene({ distribution: { rewrite: (uri) => (isBroken && uri === '/' ? '/logo.svg' : uri) } }, sim)
  if (names.includes('shop')) await deploySite(site, { build: buildOf('one') }, { publish: publishOf(variant) })
  sim.recorder.clear()
  isBroken = fails?.kind === 'page'
  /** Versions that users get of a member. */
  const live = (name: string): string => {
    if (isEcs(name)) return serving(sim, name).split(':').at(-1) ?? ''
    isBroken = false
    if (name === 'shop') return /one$/.test(site.visit('/').body) ? 'v1' : 'v2'
    const { instances } = elasticbeanstalk.environment(production)
    return [...new Set(instances.map(({ label }) => (label === 'v1' ? label : 'v2')))].join()
  }
  return { sim, site, live }
}

export type ReleaseScene = Awaited<ReturnType<typeof releaseScene>>

/** slipway.yml and what it names, with v2 of everything. */
export function filesOf({ sim, site }: ReleaseScene, { waves, variant }: Release): Record<string, string> {
  const names = waves.flat()
  const services = names.flatMap((name) => {
    const stage = engineOf(name) === 'blue/green' ? `, stage: { command: [stage, ${name}], when: PRE_SCALE_UP }` : ''
    const tasks = `before: { command: [before, ${name}] }, after: { command: [after, ${name}], when: after }${stage}`
    if (isEcs(name)) return `  ${name}:\n    task-definition: ${name}.json\n    tasks: { ${tasks} }`
    return name === 'web' ? '  web: { beanstalk: { application: shop, source-directory: app } }' : []
  })
  const placed = names.flatMap((name) => {
    const http = `{ url: "${urlOf(name)}", within: 0 }`
    if (name === 'web') return `      web: { environment: ${production}, verify: [${http}] }`
    const inside = `{ task: inside, command: [inside, ${name}] }`
    return isEcs(name) ? `      ${name}: { cluster: ${cluster}, service: ${name}, verify: [${http}, ${inside}] }` : []
  })
  const hasSite = names.includes('shop')
  const config = `version: 1
${services.length > 0 ? `services:\n${services.join('\n')}\n` : ''}${hasSite ? 'sites:\n  shop: { folder: dist }\n' : ''}environments:
  production:
    region: ${region}
    account: "111122223333"
${placed.length > 0 ? `    services:\n${placed.join('\n')}\n` : ''}${hasSite ? `    sites:\n      shop: { bucket: ${bucket}, distribution: ${site.distribution.id}, publish: ${publishOf(variant)}, verify: [{ url: "${urlOf('shop')}", within: 0 }] }\n` : ''}    waves: ${JSON.stringify(waves)}
`
  const definitions = names.filter(isEcs).map((service) => {
    const definition = seededTaskDefinition(sim.world, { service, image: imageOf(service, 'v2') })
    return [`${service}.json`, JSON.stringify(definition)] as const
  })
  const pages = Object.entries(buildOf('two')).map(([path, content]) => [`dist/${path}`, content] as const)
  return {
    'slipway.yml': config,
    'app/package.json': '{"version":"2"}',
    ...Object.fromEntries([...definitions, ...pages]),
  }
}

/** Lets fail what has to, and answers checks. */
export function arrange({ sim: { world, faults } }: ReleaseScene, { waves, fails }: Release) {
  const isBad = (member: string, kind: Kind) => fails?.member === member && fails.kind === kind
  const { elasticbeanstalk } = world.region(region)
  for (const name of waves.flat()) {
    if (isEcs(name) && isBad(name, 'image')) world.scenarios.set(imageOf(name, 'v2'), { kind: 'crash', exitCode: 9 })
    // A task of its own command is no task of the service.
    for (const task of ['before', 'after', 'inside', 'stage'] as const)
      world.scenarios.set(`$ ${task} ${name}`, {
        kind: 'crash',
        exitCode: isBad(name, task === 'inside' ? 'task check' : task) ? 7 : 0,
      })
  }
  if (isBad('web', 'version'))
    elasticbeanstalk.behave(/^(?!v1$)/, { kind: 'processing-fails', message: 'exit code 9 is in a configuration file' })
  if (isBad('web', 'image'))
    elasticbeanstalk.behave(/^(?!v1$)/, { kind: 'command-fails', exitCode: 9, log: ['exit code 9 of the build'] })
  if (isBad('web', 'health'))
    elasticbeanstalk.behave(/^(?!v1$)/, {
      kind: 'unhealthy',
      causes: ['ELB health is failing or not available for all instances.'],
    })
  if (isBad('shop', 'upload'))
    faults.add({
      service: 's3',
      operation: 'PutObject',
      match: ({ Bucket, Key }) => Bucket === bucket && /index\.html$/.test(String(Key)),
      effect: { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' },
    })
  return probeOf(({ url }) =>
    fails?.kind === 'check' && url === urlOf(fails.member) ? response(500, 'no database') : response(200),
  )
}

/** Changes of AWS in their order, each with the member that it is of: `web UpdateEnvironment`, `data RunTask before`. */
export function changes({ sim: { recorder } }: ReleaseScene): readonly string[] {
  return recorder.all.flatMap(({ service, operation, input }: Call) => {
    const { overrides, ...given } = input as Record<string, string> & { overrides?: Overrides }
    const [task, of = ''] = overrides?.containerOverrides?.[0]?.command ?? []
    switch (operation) {
      case 'RunTask':
        return `${of} RunTask ${task}`
      case 'UpdateService':
        return `${given.service} UpdateService ${given.taskDefinition?.split(':').at(-1)}`
      case 'CreateDeployment':
        return `pay CreateDeployment`
      case 'UpdateEnvironment':
        return `web UpdateEnvironment ${given.VersionLabel}`
      case 'CreateInvalidation':
      case 'UpdateDistribution':
        return `shop ${operation}`
      default:
        return service === 's3' && /^(Put|Delete|Copy)/.test(operation) && given.Bucket === bucket
          ? `shop ${operation}`
          : []
    }
  })
}

interface Overrides {
  readonly containerOverrides?: readonly { readonly command?: readonly string[] }[]
}
