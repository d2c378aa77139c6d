import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'
import type { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { CodeDeployClient } from '@aws-sdk/client-codedeploy'
import type { EC2Client } from '@aws-sdk/client-ec2'
import type { ECRClient } from '@aws-sdk/client-ecr'
import type { ECRPUBLICClient } from '@aws-sdk/client-ecr-public'
import type { ECSClient } from '@aws-sdk/client-ecs'
import type { ElasticBeanstalkClient } from '@aws-sdk/client-elastic-beanstalk'
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { IAMClient } from '@aws-sdk/client-iam'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SchedulerClient } from '@aws-sdk/client-scheduler'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { SSMClient } from '@aws-sdk/client-ssm'
import type { STSClient } from '@aws-sdk/client-sts'
import { type ClientOptions, clientSettings, type Guardable, guarded } from './client-settings.ts'

/** SDK clients, each loaded and created on first use: most runs need two of them, and loading one costs 50 ms. */
export interface Clients {
  ecs(): Promise<ECSClient>
  codedeploy(): Promise<CodeDeployClient>
  ecr(): Promise<ECRClient>
  ecrPublic(): Promise<ECRPUBLICClient>
  sts(): Promise<STSClient>
  elbv2(): Promise<ElasticLoadBalancingV2Client>
  /** Containers may log to another region. */
  logs(region?: string): Promise<CloudWatchLogsClient>
  cloudwatch(): Promise<CloudWatchClient>
  scaling(): Promise<ApplicationAutoScalingClient>
  ec2(): Promise<EC2Client>
  iam(): Promise<IAMClient>
  elasticBeanstalk(): Promise<ElasticBeanstalkClient>
  s3(): Promise<S3Client>
  cloudfront(): Promise<CloudFrontClient>
  eventBridge(): Promise<EventBridgeClient>
  scheduler(): Promise<SchedulerClient>
  /** Secrets and parameters may live in another region than the containers that get them. */
  secretsmanager(region?: string): Promise<SecretsManagerClient>
  ssm(region?: string): Promise<SSMClient>
}

/**
 * Clients that try once, time out after 15 s and connect only to AWS. `call` retries. Only names destructured directly at the
 * `import` let the bundler drop the rest of an SDK client.
 */
export function createClients(options: ClientOptions): Clients {
  const shared = once(() => clientSettings(options))
  // Each client is guarded by itself: what one may be sent to is closed to another.
  const settings = async () => {
    const common = await shared()
    return { ...common, requestHandler: { ...common.requestHandler } }
  }
  const guard = <Client extends Guardable>(client: Client, isStorage = false) =>
    guarded(client, options.environment, isStorage)
  return {
    ecs: once(async () => {
      const { ECSClient } = await import('@aws-sdk/client-ecs')
      return guard(new ECSClient(await settings()))
    }),
    codedeploy: once(async () => {
      const { CodeDeployClient } = await import('@aws-sdk/client-codedeploy')
      return guard(new CodeDeployClient(await settings()))
    }),
    ecr: once(async () => {
      const { ECRClient } = await import('@aws-sdk/client-ecr')
      return guard(new ECRClient(await settings()))
    }),
    ecrPublic: once(async () => {
      const { ECRPUBLICClient } = await import('@aws-sdk/client-ecr-public')
      return guard(new ECRPUBLICClient(await settings()))
    }),
    sts: once(async () => {
      const { STSClient } = await import('@aws-sdk/client-sts')
      return guard(new STSClient(await settings()))
    }),
    elbv2: once(async () => {
      const { ElasticLoadBalancingV2Client } = await import('@aws-sdk/client-elastic-load-balancing-v2')
      return guard(new ElasticLoadBalancingV2Client(await settings()))
    }),
    logs: oncePer(async (region = options.region) => {
      const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs')
      return guard(new CloudWatchLogsClient({ ...(await settings()), region }))
    }),
    cloudwatch: once(async () => {
      const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch')
      return guard(new CloudWatchClient(await settings()))
    }),
    eventBridge: once(async () => {
      const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge')
      return guard(new EventBridgeClient(await settings()))
    }),
    scheduler: once(async () => {
      const { SchedulerClient } = await import('@aws-sdk/client-scheduler')
      return guard(new SchedulerClient(await settings()))
    }),
    scaling: once(async () => {
      const { ApplicationAutoScalingClient } = await import('@aws-sdk/client-application-auto-scaling')
      return guard(new ApplicationAutoScalingClient(await settings()))
    }),
    ec2: once(async () => {
      const { EC2Client } = await import('@aws-sdk/client-ec2')
      return guard(new EC2Client(await settings()))
    }),
    iam: once(async () => {
      const { IAMClient } = await import('@aws-sdk/client-iam')
      return guard(new IAMClient(await settings()))
    }),
    cloudfront: once(async () => {
      const { CloudFrontClient } = await import('@aws-sdk/client-cloudfront')
      return guard(new CloudFrontClient(await settings()))
    }),
    elasticBeanstalk: once(async () => {
      const { ElasticBeanstalkClient } = await import('@aws-sdk/client-elastic-beanstalk')
      return guard(new ElasticBeanstalkClient(await settings()))
    }),
    s3: once(async () => {
      const { S3Client } = await import('@aws-sdk/client-s3')
      // With the bucket in the path, every request goes to the one host of the service in its region. Checksums are ours.
      const own = { forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' } as const
      // A request handler of its own: its guard knows the hosts of S3 alone.
      return guard(new S3Client({ ...(await clientSettings(options)), ...own }), true)
    }),
    secretsmanager: oncePer(async (region = options.region) => {
      const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
      return guard(new SecretsManagerClient({ ...(await settings()), region }))
    }),
    ssm: oncePer(async (region = options.region) => {
      const { SSMClient } = await import('@aws-sdk/client-ssm')
      return guard(new SSMClient({ ...(await settings()), region }))
    }),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  const of = oncePer(make)
  return () => of()
}

function oncePer<T>(make: (name?: string) => Promise<T>): (name?: string) => Promise<T> {
  const made = new Map<string | undefined, Promise<T>>()
  return (name) => {
    const known = made.get(name) ?? make(name)
    made.set(name, known)
    return known
  }
}
