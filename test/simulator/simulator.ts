/** Puts the services together: one set per region, one clock, one way in for HTTP and for clients in this process. */

import type { GetDeploymentOutput } from '@aws-sdk/client-codedeploy'
import { createApplicationAutoScaling } from './application-autoscaling.ts'
import { type ClockMode, createClock, type SimulatorClock } from './clock.ts'
import { createCloudFront } from './cloudfront/cloudfront.ts'
import { handleEdge } from './cloudfront/edge.ts'
import { createAlarms } from './cloudwatch.ts'
import { createCodeDeploy } from './codedeploy/codedeploy.ts'
import { AwsError, type AwsService, type Call, type Region, type World } from './contract.ts'
import { createNetwork } from './ec2.ts'
import { createEcr } from './ecr.ts'
import { createEcrPublic } from './ecr-public.ts'
import { createEcs } from './ecs/ecs.ts'
import { createBeanstalk } from './elasticbeanstalk/elasticbeanstalk.ts'
import { createLoadBalancing } from './elbv2.ts'
import { createEventBridge } from './eventbridge.ts'
import { createExchange, type Exchange, type Side } from './exchange.ts'
import { createFaults, type Faults } from './faults.ts'
import { createGitHub } from './github.ts'
import { type HttpRequest, type HttpResponse, json } from './http.ts'
import { createIam, type Iam } from './iam.ts'
import { createIamApi } from './iam-api.ts'
import type { GroupOf, Lookups } from './iam-questions.ts'
import { createFetch, createRequestHandler, type InProcessHandler } from './in-process.ts'
import { createLogs } from './logs.ts'
import { handlePublicRegistry, handleRegistry, refuseAsRegistry } from './oci-registry.ts'
import { createIssuer, type Issuer } from './oidc.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createS3 } from './s3/s3.ts'
import { createScenarios } from './scenarios.ts'
import { createScheduler } from './scheduler.ts'
import { createSecretsManager } from './secrets-manager.ts'
import { type Listening, type ListenOptions, listen } from './server.ts'
import { createSlack } from './slack.ts'
import { createSsm } from './ssm.ts'
import { createSts } from './sts.ts'
import { refusal } from './wire/refusal.ts'
import { isDeclaredError, respond, respondError } from './wire/reply.ts'
import { notModelled, type Routed, route, UnroutableRequest } from './wire/route.ts'

export interface SimulatorOptions {
  /** Default: idle, for programs in this process. A clock that is there already is shared. */
  readonly clock?: ClockMode | SimulatorClock
  /** Virtual milliseconds since 1970 at which the clock starts. */
  readonly start?: number
  /** The same seed tells the same story. Default 1. */
  readonly seed?: number
  /** Default `111122223333`. */
  readonly accountId?: string
}

export interface Simulator {
  readonly world: World
  readonly clock: SimulatorClock
  readonly recorder: Recorder
  readonly faults: Faults
  readonly iam: Iam
  readonly oidc: Issuer
  readonly github: ReturnType<typeof createGitHub>
  readonly slack: ReturnType<typeof createSlack>
  /** Answers one request. Rejects with ECONNRESET where the connection would break. */
  handle(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>
  /** As `handle`, but tells broken connections apart. */
  exchange(request: HttpRequest, signal?: AbortSignal): Promise<Exchange>
  /** For `new ECSClient({ requestHandler })`: answers without sockets. */
  readonly requestHandler: InProcessHandler
  /** For clients of GitHub, Slack and registries in this process; knows their public host names. */
  readonly fetch: typeof fetch
  /** Serves on 127.0.0.1; port 0 takes any free one. */
  listen(port?: number, options?: ListenOptions): Promise<Listening>
}

/** A small seeded generator (mulberry32): the same seed gives the same numbers everywhere. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

type MutableWorld = World & { endpoint?: string | undefined }

function createWorld(clock: SimulatorClock, accountId: string, random: () => number): MutableWorld {
  const regions = new Map<string, Region>()
  const world: MutableWorld = {
    endpoint: undefined,
    clock,
    accountId,
    random,
    scenarios: createScenarios(),
    region(name) {
      const known = regions.get(name)
      if (known) return known
      const region = createRegion(world, name)
      regions.set(name, region)
      return region
    },
  }
  return world
}

const services = {
  ecs: createEcs,
  codedeploy: createCodeDeploy,
  ecr: createEcr,
  'ecr-public': createEcrPublic,
  ec2: createNetwork,
  elbv2: createLoadBalancing,
  logs: createLogs,
  'application-autoscaling': createApplicationAutoScaling,
  cloudwatch: createAlarms,
  s3: createS3,
  cloudfront: createCloudFront,
  secretsmanager: createSecretsManager,
  ssm: createSsm,
  elasticbeanstalk: createBeanstalk,
  events: createEventBridge,
  scheduler: createScheduler,
}

/** Services are made when they are first asked for, so that they may ask for each other. */
function createRegion(world: World, name: string): Region {
  const region = { name }
  for (const [service, make] of Object.entries(services)) {
    let made: ReturnType<typeof make> | undefined
    Object.defineProperty(region, service, {
      enumerable: true,
      get() {
        made ??= make(world, name)
        return made
      },
    })
  }
  return region as Region
}

interface Site {
  readonly name: string
  /** What the operation's path leaves out. */
  readonly prefix: string
  handle(request: HttpRequest): Promise<HttpResponse | undefined>
  /** Its own shape of an error; GitHub's otherwise. */
  refuse?(error: AwsError): HttpResponse
}

const parsed = (body: Buffer): Record<string, unknown> => {
  // Layers are long, and no JSON.
  if (body[0] !== 0x7b) return {}
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The sites that are not AWS's, by the start of their paths. */
function siteSide(site: Site, request: HttpRequest): { side: Side; operation: string } {
  const path = request.path.startsWith(site.prefix) ? request.path.slice(site.prefix.length) : request.path
  const operation = `${request.method} ${path}`
  const usual = (error: AwsError) =>
    json(error.code === 'ThrottlingException' ? 429 : error.status, { message: error.message })
  const refuse = site.refuse ?? usual
  return {
    operation,
    side: {
      refuse,
      denial: () => new AwsError('Forbidden', 'Resource not accessible by integration', 403),
      handle: async (bytes) =>
        (await site.handle(
          bytes === undefined ? request : { ...request, body: request.body.subarray(0, bytes), isCut: true },
        )) ?? refuse(new AwsError('NotImplemented', `${site.name}: the simulator does not model ${operation}.`, 501)),
    },
  }
}

function clockFor({ clock: given = { kind: 'idle' }, start }: SimulatorOptions, random: () => number): SimulatorClock {
  if (!('kind' in given)) return given
  // Programs that live in real time need AWS's timestamps to fit theirs.
  return createClock(given, start ?? (given.kind === 'accelerated' ? Date.now() : undefined), random)
}

/** IAM knows the group of a deployment that a request names by its id. */
function groupOfDeployment(world: World, region: string, deploymentId: string): ReturnType<GroupOf> {
  const call: Call = { service: 'codedeploy', operation: '', region, accessKeyId: '', at: 0, input: {} }
  try {
    const found = world.region(region).codedeploy.handlers.GetDeployment?.({ deploymentId }, call)
    const { deploymentInfo } = found as GetDeploymentOutput
    return {
      application: deploymentInfo?.applicationName ?? '',
      group: deploymentInfo?.deploymentGroupName ?? '',
    }
  } catch {
    return undefined
  }
}

/** Objects are long: the recorder keeps how long. */
const withoutBody = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, value instanceof Uint8Array ? `${value.length} bytes` : value]),
  )

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const random = createRandom(options.seed ?? 1)
  const accountId = options.accountId ?? '111122223333'
  const clock = clockFor(options, random)
  const recorder = createRecorder()
  const faults = createFaults(random, clock.now)
  const lookups: Lookups = {
    groupOf: (region, deploymentId) => groupOfDeployment(world, region, deploymentId),
    applicationOf: (region, environment) => world.region(region).elasticbeanstalk.applicationOf(environment),
  }
  const iam = createIam(accountId, clock.now, () => recorder.all, lookups)
  const oidc = createIssuer(clock.now)
  const world = createWorld(clock, accountId, random)
  const github = createGitHub(world)
  const slack = createSlack(world)
  const sts = createSts(accountId, iam, oidc, clock.now)
  const iamApi = createIamApi(accountId, iam, clock.now())
  const spoil = createExchange(clock, faults)
  const sites: readonly Site[] = [
    {
      name: 'registry',
      prefix: '',
      handle: async (request) => handleRegistry(world, request),
      refuse: refuseAsRegistry,
    },
    {
      name: 'public-registry',
      prefix: '/public-ecr',
      handle: async (request) => handlePublicRegistry(world, request),
      refuse: refuseAsRegistry,
    },
    { name: 'edge', prefix: '/edge', handle: async (request) => handleEdge(world, request) },
    { name: 'github', prefix: '/github', handle: (request) => github.handle(request) },
    { name: 'slack', prefix: '/slack', handle: (request) => slack.handle(request) },
    { name: 'oidc', prefix: '/oidc', handle: async (request) => oidc.handle(request) },
  ]
  const siteOf = (path: string) =>
    path === '/v2' || path.startsWith('/v2/')
      ? sites[0]
      : sites.find(({ prefix }) => prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`)))
  const requestId = () =>
    '00000000-0000-4000-8000-000000000000'.replace(/0/g, () => Math.floor(random() * 16).toString(16))

  const serviceOf = (routed: Routed): AwsService => {
    const region = world.region(routed.region)
    if (routed.service === 'iam') return iamApi
    return routed.service === 'sts' ? sts : (region as unknown as Record<string, AwsService>)[routed.service]!
  }

  const refuse = (routed: Routed, call: Call, error: AwsError) => {
    call.outcome = error.code
    return respondError(routed, error)
  }

  /** A mistake in the simulator itself: loud, so that nobody takes it for AWS's behaviour. */
  const admit = (routed: Routed, call: Call, error: unknown) => {
    const undeclared = error instanceof AwsError ? `an error that AWS does not declare for it: ${error.code}: ` : ''
    const said = error instanceof Error ? error.message : String(error)
    call.outcome = 'SimulatorError'
    const message = `The simulator failed in ${routed.service}:${routed.operationName} with ${undeclared}${said}`
    return respondError(routed, new AwsError('InternalFailure', message, 500))
  }

  const handleAws = async (routed: Routed, call: Call): Promise<HttpResponse> => {
    const refused = iam.authorize(call, routed.sessionToken) ?? refusal(routed)
    if (refused) return refuse(routed, call, refused)
    const handler = serviceOf(routed).handlers[routed.operationName]
    if (!handler) return refuse(routed, call, notModelled(routed.service, routed.operationName))
    try {
      return respond(routed, await handler(routed.input, call))
    } catch (error) {
      return error instanceof AwsError && isDeclaredError(routed, error.code)
        ? refuse(routed, call, error)
        : admit(routed, call, error)
    }
  }

  const exchangeAws = async (request: HttpRequest, signal?: AbortSignal): Promise<Exchange> => {
    try {
      const routed = route(request, requestId())
      const call: Call = {
        service: routed.service,
        operation: routed.operationName,
        region: routed.region,
        accessKeyId: routed.accessKeyId,
        at: clock.now(),
        requestId: routed.requestId,
        input: withoutBody(routed.input),
      }
      recorder.add(call)
      const side: Side = {
        handle: () => handleAws(routed, call),
        refuse: (error) => respondError(routed, error),
        denial: () => iam.denial(call),
      }
      return await spoil(call, side, signal)
    } catch (error) {
      if (!(error instanceof UnroutableRequest)) throw error
      const operation = request.headers['x-amz-target'] ?? `${request.method} ${request.path}`
      recorder.add({
        service: 'unknown',
        operation,
        region: '',
        accessKeyId: '',
        at: clock.now(),
        input: {},
        outcome: error.error.code,
      })
      return { kind: 'response', response: respondError(error.reply, error.error) }
    }
  }

  const exchange = async (request: HttpRequest, signal?: AbortSignal): Promise<Exchange> => {
    clock.settle()
    const site = siteOf(request.path)
    if (!site) return exchangeAws(request, signal)
    const { side, operation } = siteSide(site, request)
    const call = {
      service: site.name,
      operation,
      region: '',
      accessKeyId: '',
      at: clock.now(),
      input: parsed(request.body),
    }
    recorder.add(call)
    return spoil(call, side, signal)
  }

  return {
    world,
    clock,
    recorder,
    faults,
    iam,
    oidc,
    github,
    slack,
    exchange,
    async handle(request, signal) {
      const result = await exchange(request, signal)
      if (result.kind === 'response') return result.response
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    },
    requestHandler: createRequestHandler(exchange),
    fetch: createFetch(exchange),
    async listen(port, options) {
      const listening = await listen({ clock, exchange, iam, oidc }, port, options)
      world.endpoint = listening.url
      return listening
    },
  }
}
