/** What the README of the action says about permissions, against what the simulated IAM saw. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { ServiceRequest } from '../../src/targets/ecs/request/service-request.ts'
import { policiesOf, refusedBy } from '../cli/permissions-scene.ts'
import { codeDeployScene, newImage, region, rollingScene, runSeldom as run, withImage } from '../deployment/scene.ts'
import { isLong } from '../often.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { emptyScene } from './scene.ts'

const page = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
const actionsIn = (text: string) =>
  new Set([...text.matchAll(/[`"]([a-z0-9-]+:[A-Z]\w+)[`"](?! *:)/g)].map(([, name]) => name))
const readme = page('actions/deploy/README.md')
const listed = actionsIn(readme.slice(readme.indexOf('## Permissions'), readme.indexOf('## Inputs')))

const scaling = 'application-autoscaling:DescribeScalableTargets'

const healthy: Behaviour = { kind: 'healthy' }
const crash: Behaviour = { kind: 'crash', exitCode: 1 }
const other = 'registry.example.com/api:other'
const modes: readonly (readonly [string, Behaviour, Partial<ServiceRequest>])[] = [
  ['that is healthy', healthy, {}],
  ['that is broken', crash, { waitMinutes: 90 }],
  ['that is broken and stopped early', crash, { failFastAfter: 1 }],
  ['that waits for another one', healthy, { onConflict: 'wait' }],
  ['that stops another one', healthy, { onConflict: 'stop' }],
  ['that is watched up to its traffic', healthy, { waitFor: 'traffic-shifted' }],
]

const definition = {
  desiredCount: 2,
  launchType: 'FARGATE',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111'] } },
}
const serviceDefinition = { file: 'service.json', content: definition, idempotencyKey: '7/1' }

test.each<readonly [string, () => Simulator, Partial<ServiceRequest>, readonly string[]]>([
  ['that creates its service', emptyScene, { serviceDefinition }, ['ecs:CreateService']],
  ['that sets a count', () => rollingScene(), { desiredCount: 3 }, [scaling]],
  [
    'that looks for its group',
    () => codeDeployScene({ application: 'shop', group: 'api', terminationWaitMinutes: 0 }),
    {},
    ['codedeploy:ListApplications', 'codedeploy:BatchGetDeploymentGroups'],
  ],
  [
    'with other alarms',
    () => codeDeployScene({ terminationWaitMinutes: 0 }),
    { codeDeploy: { alarms: [] } },
    ['codedeploy:CreateDeployment'],
  ],
])('a deployment %s needs nothing that the README does not list', async (_, scene, request, needed) => {
  const sim = scene()
  const wanted: ServiceRequest['wanted'] = async (_service, current) => {
    const base = current ?? JSON.parse(JSON.stringify(seededTaskDefinition(sim.world)))
    return { definition: withImage(base, newImage) }
  }
  expect((await run(sim, { commit: 'a'.repeat(40), request: { wanted, ...request } })).outcome).toBe('succeeded')
  expect(sim.iam.actionsUsed()).toEqual(expect.arrayContaining([...needed]))
  expect(sim.iam.actionsUsed().filter((action) => !listed.has(action))).toEqual([])
  expect(refusedBy(await policiesOf(sim, 'deploy'), sim)).toEqual([])
  expect(listed).toContain('codedeploy:UpdateDeploymentGroup')
})

test('a look whether a tag was moved needs nothing that the README does not list', async () => {
  const sim = rollingScene()
  sim.world.region(region).ecr.createRepository('api')
  const image = `${sim.world.accountId}.dkr.ecr.${region}.amazonaws.com/api:latest`
  const request = { followTags: true }
  for (const content of ['one', 'two']) {
    seedImage(sim.world, region, 'api', 'latest', { content })
    expect((await run(sim, { image, request })).outcome).toBe('succeeded')
  }
  expect(sim.iam.actionsUsed()).toContain('ecr:DescribeImages')
  expect(sim.iam.actionsUsed().filter((action) => !listed.has(action))).toEqual([])
})

/** CodeDeploy takes an hour of AWS's time to give up: in the long run. */
const isUsual = (engine: string, mode: string) => isLong || engine === 'rolling' || mode !== 'that is broken'

test.each(
  [
    ['rolling', () => rollingScene({ desiredCount: 8 })] as const,
    ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 })] as const,
  ]
    .flatMap(([engine, scene]) => modes.map((mode) => [engine, mode[0], scene, mode] as const))
    .filter(([engine, mode]) => isUsual(engine, mode)),
)(
  'a %s deployment %s needs nothing that the README does not list, and that slipway permissions does not allow',
  async (_engine, _name, scene, [, behaviour, request]) => {
    const sim = scene()
    sim.world.scenarios.set(other, { kind: 'healthy', startSeconds: 60 })
    if (request.onConflict) await run(sim, { image: other, request: { wait: false } })
    sim.world.scenarios.set(newImage, behaviour)
    const ended = await run(sim, { image: newImage, commit: 'a'.repeat(40), request })
    expect(ended.outcome).toBe(behaviour === crash ? 'rolled-back' : 'succeeded')
    expect(sim.iam.actionsUsed().filter((action) => !listed.has(action))).toEqual([])
    expect(refusedBy(await policiesOf(sim, 'deploy'), sim)).toEqual([])
  },
)
