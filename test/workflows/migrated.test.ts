/** Migrated workflows do what the original ones did: the same tags, the image of the build in the services, the same counts. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { golden, migrated, workflow, workflows } from '../migrate/golden.ts'
import { some } from '../often.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { commit, type Left, revisionOf, runMigrated } from './migrated-scene.ts'
import { loadAction, loadWorkflow } from './runner/files.ts'

const untouched = { api: 'registry.example.com/api:v1', worker: 'registry.example.com/api:v1' }

const cases: readonly (readonly [name: string, left: Partial<Left>])[] = [
  ['starter-static-keys.yml', { tags: { api: { [commit]: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['starter-oidc.yml', { tags: { api: { [commit]: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['build-push-plain.yml', { tags: { api: { [commit]: 1, latest: 1 } }, serving: untouched }],
  ['build-push-metadata.yml', { tags: { api: { [commit]: 1 } }, serving: untouched }],
  [
    'matrix-services.yml',
    { tags: { api: { [commit]: 1 }, worker: { [commit]: 2 } }, serving: { api: 'build 1', worker: 'build 2' } },
  ],
  ['jobs-with-needs.yml', { tags: { api: { 42: 1, main: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['restart.yml', { serving: untouched, deployments: { api: 1, worker: 0 } }],
  ['scale.yml', { serving: untouched, counts: { api: 3, worker: 2 } }],
  ['several-services.yml', { serving: untouched, deployments: { api: 1, worker: 1 } }],
  [
    'restart-both.yml',
    { tags: { api: { [commit]: 1, latest: 1 } }, serving: untouched, deployments: { api: 1, worker: 1 } },
  ],
  [
    'comments-everywhere.yml',
    { serving: { ...untouched, api: 'registry.example.com/api:v2' }, deployments: { api: 1, worker: 0 } },
  ],
  ['build-push-host.yml', { tags: { 'team/api': { 42: 1 } } }],
  ['crlf.yml', { tags: { api: { [commit]: 1 } }, serving: { ...untouched, api: 'build 1' } }],
  ['bake.yml', { tags: { api: { [commit]: 1 } } }],
  ['short-sha.yml', { tags: { api: { [commit.slice(0, 7)]: 1 } } }],
  ['tabs.yml', { tags: { api: { [commit]: 1 } } }],
  [
    'register-file.yml',
    { serving: { ...untouched, api: 'registry.example.com/api:v2' }, deployments: { api: 1, worker: 0 } },
  ],
  ['shell-only.yml', { tags: { api: { [commit]: 1 } }, deployments: { api: 1, worker: 0 } }],
  ['chain-of-renders.yml', { deployments: { api: 1, worker: 0 } }],
  [
    'slack.yml',
    {
      slack: ['Notices: success', 'The tests passed', 'They ended, with the result of the job'],
    },
  ],
]

/** Steps that did not succeed, with their logs. */
const failedSteps = ({ run }: Left) =>
  run.jobs.flatMap(({ steps }) => steps.filter(({ outcome }) => outcome !== 'success'))

test.each(some(cases, 3))('%s', async (name, expected) => {
  const left = await runMigrated(name)
  expect(failedSteps(left)).toEqual([])
  expect(left.slack).toEqual((expected.slack ?? []).map((words) => expect.stringContaining(words)))
  expect(left).toMatchObject({ ...expected, slack: left.slack, run: { result: 'success', problems: [] } })
})

describe('in a world of their own', () => {
  const good = { result: 'success', problems: [] }
  const api = { cluster: 'shop', service: 'api' }
  const newer = 'registry.example.com/api:v2'

  test('anchors.yml: the same steps deploy to two clusters, one after the other', async () => {
    const left = await runMigrated('anchors.yml', { clusters: ['staging', 'production'] })
    expect(failedSteps(left)).toEqual([])
    expect(left).toMatchObject({
      run: good,
      serving: { ...untouched, 'staging/api': newer, 'production/api': newer },
      deployments: { api: 0, worker: 0, 'staging/api': 1, 'production/api': 1 },
    })
    const clusters = left.sim.recorder.calls('ecs', 'UpdateService').map(({ input }) => Object(input).cluster)
    expect(clusters.map((cluster: string) => cluster.split('/').at(-1))).toEqual(['staging', 'production'])
  })

  const properties = 'LoadBalancerInfo: { ContainerName: api, ContainerPort: 8080 }'
  const appSpec = [
    'version: 0.0',
    'Resources:',
    '  - TargetService:',
    '      Type: AWS::ECS::Service',
    `      Properties: { TaskDefinition: <TASK_DEFINITION>, ${properties}, PlatformVersion: 1.4.0 }`,
    '',
  ].join('\n')

  test('codedeploy-run-task.yml: the task of the new revision ends well, then CodeDeploy deploys that revision', async () => {
    const left = await runMigrated('codedeploy-run-task.yml', {
      seedApi(sim) {
        seedBlueGreen(sim, { ...api, application: 'shop', group: 'api' })
        sim.world.scenarios.set(newer, { kind: 'crash', exitCode: 0 })
        // The task migrates and ends; the service's tasks, of the same image, stay.
        const run = () => sim.world.scenarios.set(newer, { kind: 'healthy' })
        sim.faults.add({ operation: 'CreateDeployment', effect: { kind: 'callback', run } })
      },
      files: { 'deploy/appspec.yaml': appSpec },
    })
    expect(failedSteps(left)).toEqual([])
    expect(left).toMatchObject({ run: good, serving: { ...untouched, api: newer }, deployments: { api: 0, worker: 0 } })
    const { recorder } = left.sim
    const revision = revisionOf(left.sim, api)
    expect(recorder.calls('ecs', 'RunTask').map(({ input }) => input)).toEqual([
      expect.objectContaining({
        taskDefinition: revision,
        launchType: 'FARGATE',
        startedBy: 'ship',
        overrides: { containerOverrides: [{ name: 'api', command: ['npm', 'run', 'migrate'] }] },
        networkConfiguration: {
          awsvpcConfiguration: expect.objectContaining({
            subnets: ['subnet-0aaa1111', 'subnet-0bbb2222'],
            securityGroups: ['sg-0ccc3333'],
          }),
        },
      }),
    ])
    const [deployment, ...others] = recorder.calls('codedeploy', 'CreateDeployment')
    expect(others).toEqual([])
    expect(deployment?.input).toMatchObject({ applicationName: 'shop', deploymentGroupName: 'api' })
    const sent = JSON.parse(Object(deployment?.input).revision.appSpecContent.content)
    expect(sent.Resources[0].TargetService.Properties).toEqual({
      TaskDefinition: revision,
      LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 },
      PlatformVersion: '1.4.0',
    })
  })

  const called = golden('reusable-called.yml', migrated(workflow('reusable-called.yml')).text)

  test('reusable-caller.yml: calls the migrated workflow beside it, which passes what it was given', async () => {
    const left = await runMigrated('reusable-caller.yml', {
      files: { '.github/workflows/reusable-called.yml': called },
    })
    expect(failedSteps(left)).toEqual([])
    expect(left).toMatchObject({
      run: good,
      serving: { ...untouched, api: newer },
      deployments: { api: 1, worker: 0 },
    })
    expect(left.run.outputs).toEqual({ ship: { revision: revisionOf(left.sim, api) } })
  })

  test('reusable-called.yml: what another workflow gives decides about the service', async () => {
    const image = 'registry.example.com/worker:v7'
    const left = await runMigrated('reusable-called.yml', {
      run: 'night.yml',
      files: {
        '.github/workflows/night.yml': `on: push
permissions: { contents: read, id-token: write }
jobs:
  night:
    uses: ./.github/workflows/reusable-called.yml
    with: { service: worker, image: "${image}" }
`,
      },
    })
    expect(failedSteps(left)).toEqual([])
    expect(left).toMatchObject({
      run: good,
      serving: { ...untouched, worker: image },
      deployments: { api: 0, worker: 1 },
    })
  })

  test('composite.yml: builds, tags and deploys for the workflow that uses it, and returns the image', async () => {
    const left = await runMigrated('composite.yml', {
      path: '.github/actions/ship/action.yml',
      run: 'ship.yml',
      files: {
        '.github/workflows/ship.yml': `on: push
permissions: { contents: read, id-token: write }
jobs:
  ship:
    runs-on: ubuntu-latest
    outputs: { image: "\${{ steps.ship.outputs.image }}" }
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with: { role-to-assume: arn:aws:iam::111122223333:role/deploy, aws-region: eu-west-1 }
      - id: ship
        uses: ./.github/actions/ship
        with: { service: api }
`,
      },
    })
    expect(failedSteps(left)).toEqual([])
    expect(left).toMatchObject({
      run: good,
      tags: { api: { [commit]: 1 } },
      serving: { ...untouched, api: newer },
      deployments: { api: 1, worker: 0 },
    })
    const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
    expect(left.run.outputs.ship?.image).toBe(`${registry}/api@${left.builds[0]}`)
  })
})

test.each(some(workflows, 3))('%s passes the parser of GitHub, as it is and as it becomes', (name) => {
  const folder = temporaryFolder()
  for (const source of [workflow(name), golden(name, migrated(workflow(name)).text)]) {
    const isAction = /^runs:/m.test(source)
    const file = isAction ? 'action.yml' : '.github/workflows/ship.yml'
    mkdirSync(join(folder, '.github/workflows'), { recursive: true })
    writeFileSync(join(folder, file), source)
    const repository = { name: 'acme/shop', folder }
    expect(() => (isAction ? loadAction(repository, '') : loadWorkflow(repository, file))).not.toThrow()
  }
})
