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
  const images = ['amazon/amazon-ecs-sample-1:latest', 'amazon/amazon-ecs-sample-2:latest'] as const
  const containers = (...given: readonly (readonly [name: string, image: string])[]) => ({
    containerDefinitions: given.map(([name, image]) => ({ name, image, essential: true })),
  })
  const registered = (sim: Simulator) =>
    sim.recorder.calls('ecs', 'RegisterTaskDefinition').map(({ input }) => {
      const { containerDefinitions: written } = input as { containerDefinitions: readonly { readonly image: string }[] }
      return written.map(({ image }) => image)
    })
  /** Two steps with the inputs that the other action has, and nothing more. */
  const chain = async (render: Awaited<ReturnType<typeof workspace>>['render']) => {
    const first = await render({
      'task-definition': 'task-definition.json',
      'container-name': 'web',
      image: images[0],
    })
    return await render({
      'task-definition': first['task-definition'] ?? '',
      'container-name': 'app',
      image: images[1],
    })
  }

  test.each([
    ['old images', containers(['web', 'web:old'], ['app', 'app:old'])],
    ['no images', containers(['web', ''], ['app', ''])],
  ])('two steps fill in two images (%s): one revision at the end, which is deployed', async (_, file) => {
    const sim = rolling({ loadBalanced: false })
    const { render, deploy } = await workspace(sim, { 'task-definition.json': definition(sim, file) })
    const { 'task-definition': rendered = '' } = await chain(render)
    expect(registered(sim)).toEqual([images])
    const outputs = await deploy({ ...base, 'task-definition': rendered })
    expect(outputs).toMatchObject({ verdict: 'succeeded', 'task-definition-arn': expect.stringMatching(/:2$/) })
    expect(registered(sim)).toEqual([images])
  })

  test('a container whose image is that of the file leaves the registration to the step that deploys', async () => {
    const sim = rolling({ loadBalanced: false })
    const file = containers(['web', ''], ['app', ''], ['agent', 'agent:1'])
    const { runner, render, deploy } = await workspace(sim, { 'task-definition.json': definition(sim, file) })
    const { 'task-definition': rendered = '', ...outputs } = await chain(render)
    expect(registered(sim)).toEqual([])
    expect(outputs).toMatchObject({ 'task-definition-arn': '', revision: '' })
    expect(runner.lines.at(-1)).toBe(
      'info Nothing is registered: agent has no image from a step yet. actions/deploy registers the file; to register it in this step, set register: true.',
    )
    expect(await deploy({ ...base, 'task-definition': rendered })).toMatchObject({ verdict: 'succeeded' })
    expect(registered(sim)).toEqual([[...images, 'agent:1']])
  })

  test.each<[string, Record<string, string>]>([
    ['without credentials or a region', { GITHUB_ACTIONS: 'true', RUNNER_ENVIRONMENT: 'github-hosted', HOME: '/none' }],
    ['without credentials', { AWS_REGION: 'eu-west-1', RUNNER_ENVIRONMENT: 'github-hosted', HOME: '/none' }],
  ])('a chain %s writes the file', async (_, environment) => {
    const sim = rolling()
    const file = containers(['web', ''], ['app', ''])
    const { runner, render } = await workspace(sim, { 'task-definition.json': definition(sim, file) }, environment)
    const { 'task-definition': rendered = '' } = await chain(render)
    expect(JSON.parse(readFileSync(rendered, 'utf8')).containerDefinitions).toMatchObject([
      { name: 'web', image: images[0] },
      { name: 'app', image: images[1] },
    ])
    const dry = { 'task-definition': rendered, images: 'web=web:3', 'dry-run': 'true' }
    expect(await render(dry)).toMatchObject({ 'task-definition-arn': '', changed: 'true' })
    expect(runner.failed).toBe(false)
    expect(sim.recorder.count('ecs')).toBe(0)
  })

  test('a role that may not register leaves it to the step that deploys', async () => {
    const sim = rolling()
    sim.iam.allow('ecs:DescribeTaskDefinition')
    const file = containers(['web', ''], ['app', ''])
    const { runner, render } = await workspace(sim, { 'task-definition.json': definition(sim, file) })
    expect(await chain(render)).toMatchObject({ 'task-definition-arn': '' })
    expect(runner.lines.at(-1)).toMatch(
      /^info Nothing is registered: this job has no credentials that are authorized to perform ecs:RegisterTaskDefinition\./,
    )
  })

  test('a container without an image is named before anything is registered', async () => {
    const sim = rolling({ loadBalanced: false })
    const file = definition(sim, containers(['web', ''], ['app', '']))
    const { runner, render, deploy } = await workspace(sim, { 'task-definition.json': file })
    const one = { 'task-definition': 'task-definition.json', 'container-name': 'web', image: images[0] }
    await expect(render({ ...one, register: 'true' })).rejects.toMatchObject({
      parts: {
        code: 'task-definition-invalid',
        mistakes: [
          expect.objectContaining({ line: 1, message: ['container "', { untrusted: 'app' }, '" has no image'] }),
        ],
      },
    })
    await expect(deploy({ ...base, ...one })).rejects.toThrow()
    expect(runner.lines.join('\n')).toMatch(/task-definition\.json:1:\d+: container "app" has no image/)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  })

  test('one step for the only container registers, and deploy takes that revision', async () => {
    const sim = rolling()
    const { render, deploy } = await workspace(sim, { 'task-definition.json': definition(sim) })
    const inputs = { 'task-definition': 'task-definition.json', 'container-name': 'api', image: newImage }
    const { 'task-definition': file = '' } = await render(inputs)
    expect(await deploy({ ...base, 'task-definition': file })).toMatchObject({ verdict: 'succeeded' })
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  })

  test('inputs that the other action does not have are for AWS, and register', async () => {
    const sim = rolling({ loadBalanced: false })
    const file = containers(['web', 'web:old'], ['agent', 'agent:1'])
    const { render } = await workspace(sim, { 'task-definition.json': definition(sim, file) })
    const one = { 'task-definition': 'task-definition.json', 'container-name': 'web', image: images[0] }
    expect(await render({ ...one, 'aws-region': 'eu-west-1' })).toMatchObject({ revision: '2' })
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
  // At v7.3.0 (cb941d0). What becomes of each is in buildx-inputs.test.ts.
  'amazon-ecr-login and docker/build-push-action': {
    action: 'build-push',
    inputs:
      'add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call cgroup-parent context file labels load network no-cache no-cache-filters outputs platforms provenance pull push sbom secrets secret-envs secret-files shm-size ssh tags target ulimit github-token',
    outputs: 'digest',
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
