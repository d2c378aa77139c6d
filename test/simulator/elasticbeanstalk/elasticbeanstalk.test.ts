import {
  AbortEnvironmentUpdateCommand,
  CreateApplicationVersionCommand,
  DescribeApplicationVersionsCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEnvironmentHealthCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  DescribeInstancesHealthCommand,
  ElasticBeanstalkClient,
  SwapEnvironmentCNAMEsCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { describe, expect, test } from '@jest/globals'
import type { HttpResponse } from '../http.ts'
import { createSimulator } from '../simulator.ts'
import { logKey } from './deployment-log.ts'
import type { BeanstalkSeed } from './elasticbeanstalk.ts'
import type { VersionBehaviour } from './state.ts'

const application = 'shop'
const environment = 'shop-production'

function rig(seed: Partial<BeanstalkSeed> = {}, behaviour?: VersionBehaviour) {
  const simulator = createSimulator()
  const beanstalk = simulator.world.region('eu-west-1').elasticbeanstalk
  beanstalk.seed({ environment, ...seed })
  beanstalk.storage.write(beanstalk.bucket, 'shop/v2.zip', Buffer.from('PK'))
  if (behaviour) beanstalk.behave('v2', behaviour)
  const client = new ElasticBeanstalkClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: simulator.requestHandler,
    maxAttempts: 1,
  })
  const SourceBundle = { S3Bucket: beanstalk.bucket, S3Key: 'shop/v2.zip' }
  const version = { ApplicationName: application, VersionLabel: 'v2', Process: true, SourceBundle }
  const create = (more: object = {}) => client.send(new CreateApplicationVersionCommand({ ...version, ...more }))
  const update = (input: object) =>
    client.send(new UpdateEnvironmentCommand({ EnvironmentName: environment, ...input }))
  const described = async () => (await client.send(new DescribeEnvironmentsCommand({}))).Environments?.[0]
  const instances = async () => {
    const health = new DescribeInstancesHealthCommand({ EnvironmentName: environment, AttributeNames: ['All'] })
    return ((await client.send(health)).InstanceHealthList ?? []).map(({ Deployment }) => Deployment?.VersionLabel)
  }
  const events = async (RequestId: string | undefined) =>
    ((await client.send(new DescribeEventsCommand({ RequestId }))).Events ?? []).map(({ Message }) => Message).reverse()
  /** Deploys `v2`, and returns what is told of it after so many seconds. */
  const deployed = async (seconds = 3600) => {
    await create()
    simulator.clock.advance(10_000)
    const { $metadata } = await update({ VersionLabel: 'v2' })
    simulator.clock.advance(seconds * 1000)
    return { requestId: $metadata.requestId ?? '', events: await events($metadata.requestId) }
  }
  return { simulator, beanstalk, client, create, update, described, instances, events, deployed }
}

const rolling = {
  policy: 'Rolling',
  settings: { 'aws:elasticbeanstalk:command': { BatchSizeType: 'Fixed', BatchSize: '1' } },
}

describe('a deployment', () => {
  test.each(['AllAtOnce', 'Rolling', 'RollingWithAdditionalBatch', 'Immutable', 'TrafficSplitting'])(
    'by the policy %s leaves every instance with the new version',
    async (policy) => {
      const { deployed, described, instances } = rig({ policy })
      const { events } = await deployed()
      expect(events.at(0)).toBe('Environment update is starting.')
      expect(events.at(-1)).toBe('Environment update completed successfully.')
      expect(await described()).toMatchObject({ Status: 'Ready', VersionLabel: 'v2', HealthStatus: 'Ok' })
      expect(await instances()).toEqual(['v2', 'v2'])
    },
  )

  test('that fails in its second batch leaves both versions, and the log of the failed step in Amazon S3', async () => {
    const { beanstalk, deployed, described, instances, client } = rig(rolling, {
      kind: 'command-fails',
      exitCode: 1,
      log: ['npm ERR! missing script: start'],
      on: [1],
    })
    const { requestId, events } = await deployed()
    expect(events).toContain('Failed to deploy application.')
    const now = await described()
    expect(now).toMatchObject({ Status: 'Ready', VersionLabel: 'v1', HealthStatus: 'Severe' })
    expect(await instances()).toEqual(['v2', 'v2'])
    const log = beanstalk.storage.read(beanstalk.bucket, logKey(now?.EnvironmentId ?? '', requestId))
    expect(String(log)).toMatch(/\[ERROR\] .*exit status 1\nnpm ERR! missing script: start/)
    const health = await client.send(new DescribeEnvironmentHealthCommand({ EnvironmentName: environment }))
    expect(health.Causes).toEqual([
      'Incorrect application version found on 2 out of 2 instances. Expected version "v1" (deployment 1).',
    ])
  })

  test('by the policy Immutable that fails leaves the old instances alone', async () => {
    const { deployed, described, instances } = rig(
      { policy: 'Immutable' },
      { kind: 'unhealthy', causes: ['ELB health is failing or not available for all instances.'] },
    )
    expect((await deployed()).events.at(-1)).toBe('Failed to deploy application.')
    expect(await described()).toMatchObject({ VersionLabel: 'v1', HealthStatus: 'Ok' })
    expect(await instances()).toEqual(['v1', 'v1'])
  })

  test('whose command hangs fails 240 s after its Timeout', async () => {
    const { deployed, described } = rig({}, { kind: 'command-hangs' })
    await deployed(800)
    expect(await described()).toMatchObject({ Status: 'Updating' })
    const other = rig({}, { kind: 'command-hangs' })
    expect((await other.deployed(850)).events.join()).toMatch(/not responded in the allowed command timeout time/)
  })

  test('that is aborted in its second batch leaves both versions and says so', async () => {
    const { simulator, client, deployed, described, instances, events } = rig({ ...rolling, instances: 3 })
    const { requestId } = await deployed(100)
    expect(await described()).toMatchObject({ AbortableOperationInProgress: true })
    await client.send(new AbortEnvironmentUpdateCommand({ EnvironmentName: environment }))
    expect(await described()).toMatchObject({ Status: 'Aborting', AbortableOperationInProgress: false })
    simulator.clock.advance(60_000)
    expect((await events(requestId)).at(-1)).toMatch(/^During an aborted deployment/)
    expect(await instances()).toEqual(['v2', 'v2', 'v1'])
    await expect(client.send(new AbortEnvironmentUpdateCommand({ EnvironmentName: environment }))).rejects.toThrow(
      /invalid state for this operation/,
    )
  })
})

describe('Elastic Beanstalk refuses', () => {
  test.each([
    [
      'a version that is not there',
      { VersionLabel: 'v9' },
      'InvalidParameterValue',
      /No Application Version named 'v9'/,
    ],
    [
      'a version together with settings',
      { VersionLabel: 'v1', OptionSettings: [{ Namespace: 'a', OptionName: 'b', Value: 'c' }] },
      'InvalidParameterCombination',
      /both/,
    ],
    [
      'a value that an option has not',
      { OptionSettings: [{ Namespace: 'aws:elasticbeanstalk:command', OptionName: 'Timeout', Value: '9999' }] },
      'ConfigurationValidationException',
      /Invalid option value: '9999'/,
    ],
  ])('%s', async (_, input, name, message) => {
    const { update } = rig()
    await expect(update(input)).rejects.toMatchObject({ name, message: expect.stringMatching(message) })
  })

  test('a deployment while another operation is in progress', async () => {
    const { beanstalk, update } = rig()
    beanstalk.managedUpdate(environment, 600)
    await expect(update({ VersionLabel: 'v1' })).rejects.toThrow('Must be Ready.')
  })

  test('a label that is taken, a bundle that is not there, and a version too many', async () => {
    const { beanstalk, create } = rig()
    await expect(create({ VersionLabel: 'v1' })).rejects.toThrow('Application Version v1 already exists.')
    const SourceBundle = { S3Bucket: beanstalk.bucket, S3Key: 'nothing.zip' }
    await expect(create({ SourceBundle })).rejects.toThrow(/Unable to download from S3 location .*Not Found/)
    beanstalk.versionQuota = 1
    await expect(create()).rejects.toMatchObject({ name: 'TooManyApplicationVersionsException' })
  })

  test('enhanced health of an environment with basic health reporting', async () => {
    const { client } = rig({ enhanced: false })
    await expect(
      client.send(new DescribeEnvironmentHealthCommand({ EnvironmentName: environment })),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' })
  })
})

test('a version is processed before it can be used', async () => {
  const { simulator, client, create, update } = rig({}, { kind: 'processing-fails', message: 'Invalid YAML' })
  await create()
  await expect(update({ VersionLabel: 'v2' })).rejects.toThrow('invalid state')
  simulator.clock.advance(10_000)
  const { ApplicationVersions } = await client.send(new DescribeApplicationVersionsCommand({ VersionLabels: ['v2'] }))
  expect(ApplicationVersions).toMatchObject([{ Status: 'Failed' }])
  const { Events } = await client.send(new DescribeEventsCommand({ VersionLabel: 'v2', Severity: 'ERROR' }))
  expect(Events?.map(({ Message }) => Message)).toEqual([
    'Finished processing application version v2 FAILED.',
    'Invalid YAML',
  ])
})

test('two environments swap their CNAMEs once both are ready', async () => {
  const { simulator, beanstalk, client, described } = rig()
  beanstalk.seed({ environment: 'shop-green' })
  const names = { SourceEnvironmentName: environment, DestinationEnvironmentName: 'shop-green' }
  await client.send(new SwapEnvironmentCNAMEsCommand(names))
  await expect(client.send(new SwapEnvironmentCNAMEsCommand(names))).rejects.toThrow('Must be Ready.')
  simulator.clock.advance(60_000)
  expect(await described()).toMatchObject({ CNAME: 'shop-green.eu-west-1.elasticbeanstalk.com', Status: 'Ready' })
})

test('a request without SDK names its operation as `Operation`, and gets JSON where it accepts nothing else', async () => {
  const { simulator } = rig()
  const ask = async (query: string): Promise<HttpResponse> =>
    await simulator.handle({
      method: 'GET',
      path: '/',
      query: new URLSearchParams(`Version=2010-12-01&${query}`),
      headers: {
        accept: 'application/json',
        authorization: 'AWS4-HMAC-SHA256 Credential=AKIATEST/20261120/eu-west-1/elasticbeanstalk/aws4_request',
      },
      body: Buffer.alloc(0),
    })
  const found = await ask(`Operation=DescribeEnvironments&EnvironmentNames.members.1=${environment}`)
  const { DescribeEnvironmentsResponse: reply } = JSON.parse(String(found.body))
  expect(found.headers['content-type']).toBe('application/json')
  expect(reply.DescribeEnvironmentsResult.Environments).toMatchObject([
    { VersionLabel: 'v1', DateCreated: expect.any(Number) },
  ])
  const since = await ask('Operation=DescribeEvents&StartTime=20261120T090000Z')
  expect(since.status).toBe(200)
  const refused = await ask('Operation=UpdateEnvironment&EnvironmentName=none&VersionLabel=v1')
  expect([refused.status, JSON.parse(String(refused.body)).Error]).toEqual([
    400,
    { Code: 'InvalidParameterValue', Message: "No Environment found for EnvironmentName = 'none'.", Type: 'Sender' },
  ])
})

test('requests beyond the bucket of the region are refused as Throttling, until it has filled again', async () => {
  const { simulator, beanstalk, described } = rig()
  Object.assign(beanstalk.quirks, { requests: { capacity: 2, perSecond: 0.1 } })
  simulator.clock.advance(1000)
  await described()
  await described()
  await expect(described()).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' })
  simulator.clock.advance(10_000)
  await described()
})

test('settings that are being deployed are a draft, and stay one where AWS takes them back', async () => {
  const { simulator, beanstalk, client, update } = rig()
  const states = async () => {
    const of = { ApplicationName: application, EnvironmentName: environment }
    const { ConfigurationSettings = [] } = await client.send(new DescribeConfigurationSettingsCommand(of))
    return ConfigurationSettings.map((one) => [one.DeploymentStatus, one.OptionSettings?.map(({ Value }) => Value)])
  }
  const option = { Namespace: 'aws:elasticbeanstalk:command', OptionName: 'Timeout' }
  await update({ OptionSettings: [{ ...option, Value: '900' }] })
  expect(await states()).toEqual([
    ['pending', ['900']],
    ['deployed', []],
  ])
  simulator.clock.advance(60_000)
  expect(await states()).toEqual([['deployed', ['900']]])
  beanstalk.failConfiguration(environment, 'Quota exceeded')
  await update({ OptionsToRemove: [option] })
  simulator.clock.advance(60_000)
  expect(await states()).toEqual([
    ['failed', []],
    ['deployed', ['900']],
  ])
})

test('a cluster runs images alone, and instances source bundles alone', async () => {
  const { simulator, beanstalk, create, update, described } = rig()
  const tier = { Name: 'Cluster', Type: 'EKS', Version: '1.0' }
  beanstalk.seed({ environment: 'shop-cluster', label: 'v0', tier, image: 'registry.example.com/shop:v0' })
  await create()
  simulator.clock.advance(10_000)
  await expect(update({ EnvironmentName: 'shop-cluster', VersionLabel: 'v2' })).rejects.toThrow(
    'has no ImageConfiguration',
  )
  await expect(update({ VersionLabel: 'v0' })).rejects.toThrow('has no SourceBundle')
  expect(await described()).toMatchObject({ Status: 'Ready', VersionLabel: 'v1' })
})
