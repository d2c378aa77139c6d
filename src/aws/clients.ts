import type { Readable } from 'node:stream'
import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { CodeDeployClient } from '@aws-sdk/client-codedeploy'
import type { EC2Client } from '@aws-sdk/client-ec2'
import type { ECRClient } from '@aws-sdk/client-ecr'
import type { ECSClient, ECSClientConfig } from '@aws-sdk/client-ecs'
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { IAMClient } from '@aws-sdk/client-iam'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { SSMClient } from '@aws-sdk/client-ssm'
import type { STSClient } from '@aws-sdk/client-sts'
import { requireTrustedEndpoint } from './endpoint.ts'

export type RequestHandler = NonNullable<ECSClientConfig['requestHandler']>

/** Keys as AWS's SDK wants them. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

export interface ClientOptions {
  readonly region: string
  readonly environment: Readonly<Record<string, string | undefined>>
  credentials(): Promise<Credentials>
  /** Instead of sockets, for tests in one process. */
  readonly requestHandler?: RequestHandler | undefined
  /** Name and version in the User-Agent header. */
  readonly userAgent?: readonly [string, string] | undefined
}

/** SDK clients, each loaded and made when it is first asked for: most runs need two of them, and loading one costs 50 ms. */
export interface Clients {
  ecs(): Promise<ECSClient>
  codedeploy(): Promise<CodeDeployClient>
  ecr(): Promise<ECRClient>
  sts(): Promise<STSClient>
  elbv2(): Promise<ElasticLoadBalancingV2Client>
  /** Containers may log to another region. */
  logs(region?: string): Promise<CloudWatchLogsClient>
  cloudwatch(): Promise<CloudWatchClient>
  scaling(): Promise<ApplicationAutoScalingClient>
  ec2(): Promise<EC2Client>
  iam(): Promise<IAMClient>
  /** Secrets and parameters may live in another region than the containers that get them. */
  secretsmanager(region?: string): Promise<SecretsManagerClient>
  ssm(region?: string): Promise<SSMClient>
}

function configuration(options: ClientOptions) {
  return {
    region: options.region,
    maxAttempts: 1,
    // Marked as memoized, so that the SDK asks again for every request: `renew` must reach requests at once.
    credentials: Object.assign(() => options.credentials(), { memoized: true }),
    requestHandler: options.requestHandler ?? sockets(options.environment),
    streamCollector: collect,
    ...(options.userAgent && { customUserAgent: [[...options.userAgent] as [string, string]] }),
  }
}

/**
 * Clients that try once, wait for no longer than 15 s and talk to nobody but AWS. Retries are `call`'s. Of the SDK's
 * modules, only names that are taken out right at the `import` let the bundler leave the rest of a client out.
 */
export function createClients(options: ClientOptions): Clients {
  const config = configuration(options)
  return {
    ecs: once(async () => {
      const { ECSClient } = await import('@aws-sdk/client-ecs')
      return guarded(new ECSClient(config))
    }),
    codedeploy: once(async () => {
      const { CodeDeployClient } = await import('@aws-sdk/client-codedeploy')
      return guarded(new CodeDeployClient(config))
    }),
    ecr: once(async () => {
      const { ECRClient } = await import('@aws-sdk/client-ecr')
      return guarded(new ECRClient(config))
    }),
    sts: once(async () => {
      const { STSClient } = await import('@aws-sdk/client-sts')
      return guarded(new STSClient(config))
    }),
    elbv2: once(async () => {
      const { ElasticLoadBalancingV2Client } = await import('@aws-sdk/client-elastic-load-balancing-v2')
      return guarded(new ElasticLoadBalancingV2Client(config))
    }),
    logs: oncePer(async (region = options.region) => {
      const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs')
      return guarded(new CloudWatchLogsClient({ ...config, region }))
    }),
    cloudwatch: once(async () => {
      const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch')
      return guarded(new CloudWatchClient(config))
    }),
    scaling: once(async () => {
      const { ApplicationAutoScalingClient } = await import('@aws-sdk/client-application-auto-scaling')
      return guarded(new ApplicationAutoScalingClient(config))
    }),
    ec2: once(async () => {
      const { EC2Client } = await import('@aws-sdk/client-ec2')
      return guarded(new EC2Client(config))
    }),
    iam: once(async () => {
      const { IAMClient } = await import('@aws-sdk/client-iam')
      return guarded(new IAMClient(config))
    }),
    secretsmanager: oncePer(async (region = options.region) => {
      const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
      return guarded(new SecretsManagerClient({ ...config, region }))
    }),
    ssm: oncePer(async (region = options.region) => {
      const { SSMClient } = await import('@aws-sdk/client-ssm')
      return guarded(new SSMClient({ ...config, region }))
    }),
  }
}

/** The second net below `call`'s own time-outs; `requestTimeout` alone would only warn. Proxies as in HTTPS_PROXY and NO_PROXY. */
function sockets(environment: ClientOptions['environment']): RequestHandler {
  return {
    connectionTimeout: 5000,
    requestTimeout: 15_000,
    throwOnRequestTimeout: true,
    httpsAgent: { keepAlive: true, maxSockets: 50, proxyEnv: environment },
  }
}

interface Guardable {
  readonly middlewareStack: {
    add(middleware: typeof guardEndpoint, options: typeof guardOptions): void
    remove(name: string): boolean
  }
}

/** A client that sends nothing to strangers, and takes no reply apart for a log that nobody keeps. */
function guarded<Client extends Guardable>(client: Client): Client {
  client.middlewareStack.add(guardEndpoint, guardOptions)
  client.middlewareStack.remove('loggerMiddleware')
  return client
}

const guardOptions = { step: 'finalizeRequest', priority: 'high', name: 'guardEndpoint' } as const

function guardEndpoint<Args extends { request: unknown }, Result>(next: (args: Args) => Promise<Result>) {
  return (args: Args): Promise<Result> => {
    const { protocol, hostname } = args.request as { protocol: string; hostname: string }
    requireTrustedEndpoint(protocol, hostname)
    return next(args)
  }
}

/** The bytes of a reply. The SDK's own way looks first whether it is a web stream, for which Node loads all of those. */
function collect(body: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    body.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    body.once('end', () => resolve(Buffer.concat(chunks)))
    body.once('error', reject)
  })
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
