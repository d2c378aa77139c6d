/** What people have in their workflows today, as the documentation of those actions shows it, with only `uses:` changed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { definition, newImage, rolling, seed, serviceIn, servingImage, workspace } from './migration-scene.ts'

const root = join(import.meta.dirname, '../..')

const base = { 'task-definition': 'task-definition.json', service: 'my-service', cluster: 'my-cluster' }
const stable = { ...base, 'wait-for-service-stability': 'true' }

describe('amazon-ecs-deploy-task-definition v2', () => {
  test.each<[string, Record<string, string>, object?]>([
    ['deploys a file', stable],
    ['turns on managed tags', { ...stable, 'enable-ecs-managed-tags': 'true' }],
    ['propagates tags of the service', { ...stable, 'propagate-tags': 'SERVICE' }],
    ['looks every 15 seconds', { ...stable, 'wait-max-delay-seconds': '15' }],
    ['keeps empty values', { ...stable, 'keep-null-value-keys': 'tag,command,placementConstraints' }],
    ['tries again', { ...stable, 'max-retries': '5' }],
    ['does not wait', { ...base, 'wait-for-service-stability': 'false' }],
    ['runs a task first', { ...stable, 'run-task': 'true', 'wait-for-task-stopped': 'true' }],
    [
      'tags the task',
      {
        ...stable,
        'run-task': 'true',
        'enable-ecs-managed-tags': 'true',
        'run-task-tags': '[{"key": "project", "value": "myproject"}]',
        'wait-for-task-stopped': 'true',
      },
    ],
    [
      'attaches a volume',
      {
        ...stable,
        'service-managed-ebs-volume-name': 'ebs1',
        'service-managed-ebs-volume':
          '{"sizeInGiB": 30, "volumeType": "gp3", "encrypted": true, "roleArn":"arn:aws:iam::111122223333:role/ebs-role"}',
      },
      { volumes: [{ name: 'ebs1', configuredAtLaunch: true }] },
    ],
  ])('%s', async (...[, inputs, more]) => {
    const sim = rolling()
    // The one-off task ends by itself, as one that prepares a database does; the service's tasks stay.
    if (inputs['run-task']) sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0 })
    sim.faults.add({
      operation: 'UpdateService',
      effect: { kind: 'callback', run: () => sim.world.scenarios.set(newImage, { kind: 'healthy' }) },
    })
    const { deploy } = await workspace(sim, { 'task-definition.json': definition(sim, more) })
    const outputs = await deploy(inputs)
    expect(outputs['task-definition-arn']).toMatch(/:task-definition\/my-service:2$/)
    expect(outputs.verdict).toBe(inputs['wait-for-service-stability'] === 'true' ? 'succeeded' : 'detached')
    expect(serviceIn(sim)?.taskDefinition).toBe(outputs['task-definition-arn'])
    const tasks: string[] = JSON.parse(outputs['run-task-arn'] ?? '[]')
    expect(tasks).toEqual(inputs['run-task'] ? [expect.stringContaining(':task/my-cluster/')] : [])
  })

  test('deploys a revision that exists, and registers nothing', async () => {
    const sim = rolling()
    const { deploy } = await workspace(sim, { 'task-definition.json': definition(sim) })
    const { 'task-definition-arn': arn = '' } = await deploy({ 'task-definition': 'task-definition.json' })
    sim.recorder.clear()
    const { service, cluster, 'wait-for-service-stability': wait } = stable
    const inputs = { 'task-definition-arn': arn, service, cluster, 'wait-for-service-stability': wait }
    expect(await deploy(inputs)).toMatchObject({ verdict: 'succeeded', 'task-definition-arn': arn })
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    expect(servingImage(sim)).toBe(newImage)
  })

  test.each(['appspec.json', undefined])('deploys with CodeDeploy by the file %s', async (file) => {
    const sim = createSimulator()
    const names = { application: 'my-codedeploy-application', group: 'my-codedeploy-deployment-group' }
    seedBlueGreen(sim, { ...seed, ...names, terminationWaitMinutes: 0 })
    const properties = { TaskDefinition: 'any', LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 } }
    const appSpec = {
      version: 0.0,
      Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties: properties } }],
      Hooks: [{ AfterAllowTestTraffic: 'arn:aws:lambda:eu-west-1:111122223333:function:smoke-test' }],
    }
    const { deploy } = await workspace(sim, {
      'task-definition.json': definition(sim),
      // The name that is looked for when none is given.
      [file ?? 'appspec.yaml']: appSpec,
    })
    const outputs = await deploy({
      ...stable,
      ...(file ? { 'codedeploy-appspec': file } : {}),
      'codedeploy-application': names.application,
      'codedeploy-deployment-group': names.group,
    })
    expect(outputs).toMatchObject({ verdict: 'succeeded', 'codedeploy-deployment-id': expect.stringMatching(/^d-/) })
    expect(JSON.stringify(sim.recorder.calls('codedeploy', 'CreateDeployment'))).toContain('smoke-test')
    expect(servingImage(sim)).toBe(newImage)
  })

  test('runs a task without a service', async () => {
    const sim = rolling()
    const ec2 = {
      requiresCompatibilities: ['EC2'],
      networkMode: 'bridge',
      volumes: [{ name: 'ebs1', configuredAtLaunch: true }],
    }
    const { deploy } = await workspace(sim, { 'task-definition.json': definition(sim, ec2) })
    const outputs = await deploy({
      'task-definition': 'task-definition.json',
      cluster: 'my-cluster',
      'run-task': 'true',
      'run-task-launch-type': 'EC2',
      'run-task-managed-ebs-volume-name': 'ebs1',
      'run-task-managed-ebs-volume':
        '{"filesystemType":"xfs", "roleArn":"arn:aws:iam::111122223333:role/EBSRole", "encrypted":false, "sizeInGiB":30}',
    })
    expect(JSON.parse(outputs['run-task-arn'] ?? '')).toEqual([expect.stringContaining(':task/my-cluster/')])
  })
})

describe('amazon-ecs-render-task-definition v1', () => {
  const two = (sim: Simulator) => ({
    ...definition(sim),
    containerDefinitions: [
      { name: 'web', image: 'web:old', essential: true },
      { name: 'app', image: 'app:old', essential: true },
    ],
  })

  test('fills in two images one after the other, and the file is deployed', async () => {
    const sim = rolling({ loadBalanced: false })
    const { render, deploy } = await workspace(sim, { 'task-definition.json': two(sim) })
    const first = await render({
      'task-definition': 'task-definition.json',
      'container-name': 'web',
      image: 'amazon/amazon-ecs-sample-1:latest',
      register: 'false',
    })
    const second = await render({
      'task-definition': first['task-definition'] ?? '',
      'container-name': 'app',
      image: 'amazon/amazon-ecs-sample-2:latest',
      register: 'false',
    })
    const rendered = JSON.parse(readFileSync(second['task-definition'] ?? '', 'utf8'))
    expect(rendered.containerDefinitions).toMatchObject([
      { name: 'web', image: 'amazon/amazon-ecs-sample-1:latest' },
      { name: 'app', image: 'amazon/amazon-ecs-sample-2:latest' },
    ])
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    const outputs = await deploy({ ...base, 'task-definition': second['task-definition'] ?? '' })
    expect(outputs).toMatchObject({ verdict: 'succeeded', 'task-definition-arn': expect.stringMatching(/:2$/) })
  })

  test('registers by itself where nothing else is said, and deploy takes that revision', async () => {
    const sim = rolling()
    const { render, deploy } = await workspace(sim, { 'task-definition.json': definition(sim) })
    const inputs = { 'task-definition': 'task-definition.json', 'container-name': 'api', image: newImage }
    const { 'task-definition': file = '' } = await render(inputs)
    expect(await deploy({ ...base, 'task-definition': file })).toMatchObject({ verdict: 'succeeded' })
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  })
})

/** Inputs and outputs of those actions' `action.yml`, read on 2026-11-01. */
const peers = {
  'amazon-ecs-deploy-task-definition': {
    action: 'deploy',
    inputs:
      'task-definition task-definition-arn desired-count service cluster wait-for-service-stability wait-for-minutes wait-max-delay-seconds codedeploy-appspec codedeploy-application codedeploy-deployment-group codedeploy-deployment-description codedeploy-deployment-config force-new-deployment service-managed-ebs-volume-name service-managed-ebs-volume run-task run-task-container-overrides run-task-security-groups run-task-subnets run-task-assign-public-IP run-task-capacity-provider-strategy run-task-launch-type run-task-started-by run-task-tags run-task-managed-ebs-volume-name run-task-managed-ebs-volume wait-for-task-stopped enable-ecs-managed-tags propagate-tags keep-null-value-keys max-retries',
    outputs: 'task-definition-arn codedeploy-deployment-id run-task-arn',
  },
  'amazon-ecs-render-task-definition': {
    action: 'register-task-definition',
    inputs:
      'task-definition task-definition-arn task-definition-family task-definition-revision container-name image environment-variables log-configuration-log-driver log-configuration-options docker-labels command task-role-arn execution-role-arn env-files secrets',
    outputs: 'task-definition',
  },
} as const

test.each(Object.entries(peers))('every input and output of %s is there, and its page tells of it', (name, peer) => {
  const file = parse(readFileSync(join(root, 'actions', peer.action, 'action.yml'), 'utf8'))
  const guide = readFileSync(join(root, 'docs/migrate.md'), 'utf8')
  const section = guide.slice(guide.indexOf(`## ${name}`)).split('\n## ')[0]
  for (const input of peer.inputs.split(' ')) {
    expect(Object.keys(file.inputs)).toContain(input)
    expect(section).toContain(`\`${input}\``)
  }
  for (const output of peer.outputs.split(' ')) expect(Object.keys(file.outputs)).toContain(output)
})
