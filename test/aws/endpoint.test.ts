import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { CodeDeployClient } from '@aws-sdk/client-codedeploy'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ECRClient } from '@aws-sdk/client-ecr'
import { ECRPUBLICClient } from '@aws-sdk/client-ecr-public'
import { ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, test } from '@jest/globals'
import { requireTrustedEndpoint } from '../../src/aws/endpoint.ts'
import { partitions } from '../../src/partitions.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { failure, simulated } from './simulated.ts'

const check = (address: string, environment: Record<string, string> = {}) => {
  const { protocol, hostname } = new URL(address)
  return () => requireTrustedEndpoint(protocol, hostname, environment)
}

const trusted = [
  'https://ecs.eu-west-1.amazonaws.com',
  'https://ECS.eu-west-1.amazonaws.com',
  'https://ecs.cn-north-1.amazonaws.com.cn',
  'https://ecs.eu-west-1.api.aws',
  'https://ecs.eusc-de-east-1.amazonaws.eu',
  'https://sts.us-iso-east-1.c2s.ic.gov',
  'https://sts.amazonaws.com',
  'https://sts-fips.us-east-1.amazonaws.com',
  'https://vpce-0a1b-2c3d.ecs.eu-west-1.vpce.amazonaws.com',
  'https://vpce-0a1b-2c3d-eu-west-1a.api.ecr.eu-west-1.vpce.amazonaws.com',
  'https://vpce-0a1b-2c3d.sts.cn-north-1.vpce.amazonaws.com.cn',
  'https://eu-west-1.signin.aws.amazon.com',
  'https://cn-north-1.signin.amazonaws.cn',
  'https://us-gov-west-1.signin.amazonaws-us-gov.com',
  'https://eusc-de-east-1.signin.amazonaws-eusc.eu',
  'http://127.0.0.1:4566',
  'http://127.8.9.1:80',
  'http://localhost:4566',
  'http://[::1]:4566',
]
const strangers = [
  'https://evil.example',
  'https://amazonaws.com.evil.example',
  'https://evilamazonaws.com',
  'https://eu-west-1.signin.aws.amazon.com.evil.example',
  'https://evil.signin.aws.amazon.com',
  'http://eu-west-1.signin.aws.amazon.com',
  'https://eu-west-1.console.aws.amazon.com',
  'https://amazonaws.comm',
  'https://amazonaws.com',
  'http://ecs.eu-west-1.amazonaws.com',
  'http://169.254.169.254',
  'http://10.0.0.1',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'https://xn--amazonaws-9k.com',
  'ftp://ecs.eu-west-1.amazonaws.com',
  'ftp://127.0.0.1',
]
/** Hosts of AWS whose answers are made by any customer. */
const customers = [
  'https://abc123.execute-api.eu-west-1.amazonaws.com',
  'https://sts.execute-api.eu-west-1.amazonaws.com',
  'https://vpce-0a1b-2c3d.execute-api.eu-west-1.vpce.amazonaws.com',
  'https://bucket.s3.eu-west-1.amazonaws.com',
  'https://sts.s3.amazonaws.com',
  'https://s3.eu-west-1.amazonaws.com',
  'https://lb-1234567890.eu-west-1.elb.amazonaws.com',
  'https://lb-0123456789abcdef.elb.eu-west-1.amazonaws.com',
  'https://ec2-198-51-100-7.eu-west-1.compute.amazonaws.com',
  'https://ec2-198-51-100-7.compute-1.amazonaws.com',
  'https://ec2.compute-1.amazonaws.com',
  'https://abc123.lambda-url.eu-west-1.on.aws',
  'https://vpce-0a1b-2c3d.vpce-svc-0123456789abcdef0.eu-west-1.vpce.amazonaws.com',
  'https://abc123.appsync-api.eu-west-1.amazonaws.com',
  'https://vpce-0a1b-2c3d.ecs.eu-west-1.amazonaws.com',
]

describe('S12 credentials go to services of AWS and to this machine only', () => {
  test.each(trusted)('%s is trusted', (address) => {
    expect(check(address)).not.toThrow()
  })

  test('S3 is trusted with requests of its own client, at its own hosts alone', () => {
    const storage = (address: string) => {
      const { protocol, hostname } = new URL(address)
      return () => requireTrustedEndpoint(protocol, hostname, {}, true)
    }
    const own = [
      's3.eu-west-1',
      's3-fips.us-east-1',
      's3.dualstack.eu-west-1',
      's3',
      'bucket.vpce-0a1b.s3.eu-west-1.vpce',
    ]
    for (const name of own) expect(storage(`https://${name}.amazonaws.com`)).not.toThrow()
    const foreign = ['shop.s3.eu-west-1', 's3-website.eu-west-1', 'ecs.eu-west-1', 's3.shop', 's3-control.eu-west-1']
    for (const name of foreign) expect(storage(`https://${name}.amazonaws.com`)).toThrow('inputs-invalid')
  })

  test.each([...strangers, ...customers])('%s is refused', (address) => {
    expect(check(address)).toThrow('inputs-invalid')
  })

  const settings = { credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }, region: 'eu-west-1' }
  test.each([
    new ApplicationAutoScalingClient(settings),
    new CloudWatchClient(settings),
    new CloudWatchLogsClient(settings),
    new CodeDeployClient(settings),
    new EC2Client(settings),
    new ECRClient(settings),
    new ECRPUBLICClient(settings),
    new ECSClient(settings),
    new ElasticLoadBalancingV2Client(settings),
    new IAMClient(settings),
    new SecretsManagerClient(settings),
    new SSMClient(settings),
    new STSClient(settings),
  ])('every endpoint that the SDK itself chooses is trusted: $config.serviceId', ({ config }) => {
    const both = [false, true]
    for (const Region of partitions.flatMap(({ regions }) => regions))
      for (const UseFIPS of both)
        for (const UseDualStack of both) {
          const { url } = config.endpointProvider({ Region, UseFIPS, UseDualStack })
          expect(check(url.href)).not.toThrow()
        }
  })
})

describe('an emulator in a service container', () => {
  test('is refused until its host is named, and the refusal names the variable', async () => {
    const said = await failure(Promise.resolve().then(check('http://localstack:4566')))
    expect(said.what).toContain('http://localstack is not an AWS service endpoint')
    expect(said.fix).toContain('SLIPWAY_EMULATOR_HOSTS')
  })

  test.each([
    ['http://localstack:4566', 'localstack'],
    ['https://localstack:4566', 'localstack'],
    ['http://LocalStack:4566', 'moto, LOCALSTACK'],
    ['http://localstack:4566', 'localstack:4566'],
    ['http://localstack:4566', 'http://localstack:4566/'],
    ['http://[fd00::2]:4566', 'fd00::2'],
    ['http://[fd00::2]:4566', '[fd00::2]:4566'],
    ['http://sts.localhost.localstack.cloud:4566', 'localhost.localstack.cloud'],
  ])('%s is trusted by SLIPWAY_EMULATOR_HOSTS=%s', (address, hosts) => {
    expect(check(address, { SLIPWAY_EMULATOR_HOSTS: hosts })).not.toThrow()
  })

  test.each([
    ['http://evil-localstack:4566', 'localstack'],
    ['http://localstack.evil.example', 'localstack'],
    ['ftp://localstack', 'localstack'],
    ['http://anything.example', 'http://'],
    ['http://anything.example', 'http://localstack/anything.example'],
    ['http://anything.example', ''],
    ['http://anything.example', ' , '],
    ['http://anything.example./', ','],
  ])('%s is not trusted by SLIPWAY_EMULATOR_HOSTS=%s', (address, hosts) => {
    expect(check(address, { SLIPWAY_EMULATOR_HOSTS: hosts })).toThrow('inputs-invalid')
  })
})

describe('an address in the environment', () => {
  const before = { ...process.env }
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  })

  test('is refused before anything is sent there', async () => {
    process.env.AWS_ENDPOINT_URL = 'https://collector.evil.example'
    const { aws, simulator } = simulated()
    const { what, why } = await failure(aws.identity())
    expect(what).toContain('collector.evil.example')
    expect(why).toContain('AWS_ENDPOINT_URL')
    expect(simulator.recorder.count()).toBe(0)
  })

  test('gets no web identity token of the runner either, when the SDK looks for credentials by itself', async () => {
    const token = join(temporaryFolder(), 'token')
    writeFileSync(token, 'a.web.identity')
    process.env.AWS_ENDPOINT_URL_STS = 'https://abc123.execute-api.eu-west-1.amazonaws.com'
    process.env.AWS_WEB_IDENTITY_TOKEN_FILE = token
    process.env.AWS_ROLE_ARN = 'arn:aws:iam::111122223333:role/runner'
    const { aws, simulator } = simulated({ environment: { AWS_WEB_IDENTITY_TOKEN_FILE: token } })
    const { code, what } = await failure(aws.ecr.login())
    expect(code).toBe('inputs-invalid')
    expect(what).toContain('abc123.execute-api.eu-west-1.amazonaws.com')
    expect(simulator.recorder.count()).toBe(0)
  })
})
