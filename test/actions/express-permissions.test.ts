/** What the README of deploy-express lists and `slipway permissions` allows, against what the simulated IAM saw. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createDeployExpress } from '../../src/actions/deploy-express/index.ts'
import { deployExpressInputs } from '../../src/actions/inputs/deploy-express-inputs.ts'
import { policyOf, refusedBy, repositoryOf } from '../cli/permissions-scene.ts'
import { newImage } from '../deployment/scene.ts'
import { seldom, some } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { expressDefinition } from '../simulator/express-fixture.ts'
import { expressEnds, playedScene } from './express-ends.ts'
import {
  accountRole,
  deployExpress,
  emptyCluster,
  expressScene,
  rollBackExpress,
  runnerFor,
  worldOf,
} from './express-scene.ts'

const readme = readFileSync(join(import.meta.dirname, '../../actions/deploy-express/README.md'), 'utf8')
const table = readme.slice(readme.indexOf('## Permissions'), readme.indexOf('## Inputs'))
const listed = new Set([...table.matchAll(/`([a-z0-9-]+:[A-Z]\w+)`/g)].map(([, name]) => name))

const named = (name: string) => {
  const end = expressEnds.find((one) => one.name === name)
  if (end === undefined) throw new Error(name)
  return end
}

const needs: readonly (readonly [name: string, given: Readonly<Record<string, string>>, action: string])[] = [
  ['a new service', { tags: 'team=shop' }, 'ecs:CreateExpressGatewayService'],
  ['healthy', { 'health-check-path': '/ready' }, 'ecs:DescribeExpressGatewayService'],
  ['healthy', { tags: 'team=shop', 'mutate-tags-on-update': 'true' }, 'ecs:TagResource'],
  ['an alarm in the canary', {}, 'cloudwatch:DescribeAlarms'],
  ['a crash', {}, 'logs:GetLogEvents'],
  ['healthy', { verify: '- { task: smoke, image: "curl:8", command: [curl] }' }, 'ecs:RunTask'],
]

test.each(some(needs, 2))('%s with %j needs nothing that the README does not list', async (name, given, needed) => {
  const { sim, inputs } = playedScene(named(name))
  const all = { ...inputs, ...given }
  await createDeployExpress(worldOf(sim)).main(
    givenInputs(deployExpressInputs, { ...seldom, ...all }),
    await runnerFor(sim),
  )
  expect(sim.iam.actionsUsed()).toContain(needed)
  expect(sim.iam.actionsUsed().filter((action) => !listed.has(action) && action !== 'sts:GetCallerIdentity')).toEqual(
    [],
  )
})

test('slipway permissions --with express allows deploy and rollback of such a service', async () => {
  const { sim } = expressScene({ definition: 'own' })
  const policy = async () =>
    await policyOf(
      repositoryOf(sim, undefined, JSON.stringify(expressDefinition({ world: sim.world }))),
      ...['--with', 'express'],
    )
  await deployExpress(sim, { image: newImage })
  await rollBackExpress(sim)
  expect(sim.iam.actionsUsed()).toContain('ecs:UpdateExpressGatewayService')
  expect(refusedBy([await policy()], sim)).toEqual([])
})

test('slipway permissions --action deploy-express allows the creation of a service, its tags and its update', async () => {
  const sim = emptyCluster()
  const definition = JSON.stringify(expressDefinition({ world: sim.world }))
  const role = accountRole(sim, 'ecsInfrastructureRoleForExpressServices')
  const words = ['--action', 'deploy-express', '--infrastructure-role', role]
  const policy = await policyOf(repositoryOf(sim, undefined, definition), ...words)
  sim.iam.enforce(policy)
  const given = {
    'service-name': 'api',
    cluster: 'shop',
    'task-definition': 'td.json',
    'infrastructure-role-arn': role,
  }
  const steps: readonly Record<string, string>[] = [
    { tags: 'team=shop' },
    { tags: 'team=pay', 'mutate-tags-on-update': 'true', image: newImage },
  ]
  for (const more of steps) {
    const runner = await runnerFor(sim, { 'td.json': definition })
    await createDeployExpress(worldOf(sim)).main(
      givenInputs(deployExpressInputs, { ...seldom, ...given, ...more }),
      runner,
    )
    expect(runner.lines.join(' ')).not.toContain('not authorized')
  }
  expect(sim.iam.actionsUsed()).toEqual(
    expect.arrayContaining(['ecs:CreateExpressGatewayService', 'ecs:TagResource', 'ecs:UpdateExpressGatewayService']),
  )
  expect(refusedBy([policy], sim)).toEqual([])
})
