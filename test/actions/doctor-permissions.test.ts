/** What the README of doctor says about permissions, against what the simulated IAM saw. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { policiesOf, refusedBy } from '../cli/permissions-scene.ts'
import { codeDeployScene, newImage, region, rollingScene, run } from '../deployment/scene.ts'
import { seedNativeService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { type Asked, defined, doctor, home, host, withRepository } from './doctor-scene.ts'

function listedIn(action: string): ReadonlySet<string | undefined> {
  const readme = readFileSync(join(import.meta.dirname, `../../actions/${action}/README.md`), 'utf8')
  const section = readme.slice(readme.indexOf('## Permissions'), readme.indexOf('## Inputs'))
  return new Set([...section.matchAll(/`([a-z0-9-]+:[A-Z]\w+)`/g)].map(([, name]) => name))
}

const native = () => {
  const sim = createSimulator()
  seedNativeService(sim, { strategy: 'BLUE_GREEN', alarms: ['api-5xx'] })
  return sim
}

/** Everything that a look ahead looks at. */
function everything(sim: Simulator): Asked {
  withRepository(sim)
  const { ec2, secretsmanager, ssm } = home(sim)
  for (const id of ['subnet-0aaa1111', 'subnet-0bbb2222']) ec2.subnet({ id, route: 'none' })
  ec2.endpoint({ service: 'ecr.api' })
  ssm.put('/shop/key', 'x')
  const secrets = [
    { name: 'A', valueFrom: `${secretsmanager.put('db', '{"user":"ann"}')}:user::` },
    { name: 'B', valueFrom: '/shop/key' },
  ]
  return {
    definition: defined(sim, { image: `${host}/api:v2`, secrets }),
    given: { 'check-secret-keys': 'true' },
  }
}

test.each([
  ['rolling', () => rollingScene({ alarms: ['api-5xx'] })],
  ['blue/green', native],
  ['CodeDeploy', () => codeDeployScene({ alarms: ['api-5xx'] })],
  ['CodeDeploy by any name', () => codeDeployScene({ application: 'shop', group: 'live' })],
])('a look ahead at a %s service needs nothing that the README does not list', async (_, scene) => {
  const sim = scene()
  const asked = everything(sim)
  sim.recorder.clear()
  await doctor(sim, asked)
  const used = sim.iam.actionsUsed()
  expect(used.filter((action) => !listedIn('doctor').has(action))).toEqual([])
  expect(used).toEqual(expect.arrayContaining(['ec2:DescribeVpcEndpoints', 'iam:SimulatePrincipalPolicy']))
  // A job is a role, and looks at itself; here the caller is a user.
  const refused = refusedBy(await policiesOf(sim, 'doctor', JSON.stringify(asked.definition)), sim)
  expect(refused).toEqual([expect.stringMatching(/^iam:SimulatePrincipalPolicy on arn:aws:iam::111122223333:user\//)])
})

const unreachable =
  'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, request send failed, Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 52.94.1.1:443: i/o timeout'

test.each([
  ['rolling, a crash', () => rollingScene(), newImage, { kind: 'crash', exitCode: 3, log: ['boom'] }],
  ['CodeDeploy, a crash', () => codeDeployScene(), newImage, { kind: 'crash', exitCode: 3, log: ['boom'] }],
  ['no way to AWS', () => rollingScene(), newImage, { kind: 'fails-to-start', stoppedReason: unreachable }],
  [
    'another processor',
    () => rollingScene(),
    `${host}/api:v2`,
    { kind: 'crash', exitCode: 255, log: ['exec format error'] },
  ],
] as const)('a look back at %s, and the deployment itself, need nothing else', async (_, scene, image, behaviour) => {
  const sim = scene()
  withRepository(sim)
  sim.world.scenarios.set(image, behaviour)
  await run(sim, { image, request: { waitMinutes: 90, failFastAfter: 2 } })
  expect(sim.iam.actionsUsed().filter((action) => !listedIn('deploy').has(action))).toEqual([])
  sim.recorder.clear()
  await doctor(sim, { given: { 'deployment-id': 'newest', 'aws-region': region } })
  expect(sim.iam.actionsUsed().filter((action) => !listedIn('doctor').has(action))).toEqual([])
  expect(refusedBy(await policiesOf(sim, 'doctor'), sim)).toEqual([])
})
