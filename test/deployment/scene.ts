/** One deployment against the simulator, in this process, on the virtual clock: what tests and the bench start from. */
import { linkSignal } from '../../src/abort.ts'
import { connect } from '../../src/aws/connect.ts'
import { deadlineIn } from '../../src/clock.ts'
import type { Context } from '../../src/deployment/context.ts'
import { deploy } from '../../src/deployment/deploy.ts'
import type { DeploymentRecord } from '../../src/deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { Guard } from '../../src/deployment/policies.ts'
import { type DeploymentState, fold, initialState } from '../../src/deployment/state.ts'
import { openCommitHistory } from '../../src/github/commits.ts'
import type { JsonObject } from '../../src/ports.ts'
import { ecsTarget } from '../../src/targets/ecs/index.ts'
import type { EcsAccess } from '../../src/targets/ecs/request/ecs-context.ts'
import { type EcsRecord, ecsRecordOf, keptPart } from '../../src/targets/ecs/request/ecs-record.ts'
import type { ServiceRequest } from '../../src/targets/ecs/request/service-request.ts'
import { renderText } from '../../src/text.ts'
import { seldomGap } from '../often.ts'
import { seedCodeDeploy } from '../simulator/codedeploy/fixtures.ts'
import { type RollingOptions, seedBlueGreenService, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts'

export const region = 'eu-west-1'

export interface Ended {
  readonly events: readonly DeploymentEvent[]
  readonly state: DeploymentState
  /** The verdict's outcome, or undefined after a dry run. */
  readonly outcome: string | undefined
  /** Cause as people read it: what, why, fix. */
  readonly cause: string
  /** What the post step would get. */
  readonly record: EcsRecord
  readonly error: unknown
}

export interface RunOptions {
  /** Of the container `api`; undefined leaves it. */
  readonly image?: string
  readonly request?: Partial<ServiceRequest>
  /** Of the run: turns the guard on. */
  readonly commit?: string
  readonly guard?: Partial<Guard>
  readonly signal?: AbortSignal
  readonly onEvent?: (event: DeploymentEvent) => void
  readonly onKeep?: (record: EcsRecord) => void
  /** Of many deployments in one process. Default: their own. */
  readonly ports?: ReturnType<typeof portsOf> & Pick<EcsAccess, 'images'>
  readonly environments?: Context['environments']
}

export const newImage = 'registry.example.com/api:v2'
export const oldImage = 'registry.example.com/api:v1'

/** The definition with another image in its container `api`. */
export function withImage(definition: JsonObject | undefined, image: string | undefined): JsonObject {
  const containers = (definition?.containerDefinitions ?? []) as readonly JsonObject[]
  return {
    ...definition,
    containerDefinitions: containers.map((container) =>
      container.name === 'api' && image ? { ...container, image } : container,
    ),
  }
}

export function portsOf(sim: Simulator, signal: AbortSignal = new AbortController().signal, at = region) {
  const clock = sim.clock.forProgram
  const environment = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }
  const aws = connect({
    region: at,
    clock,
    signal,
    deadline: deadlineIn(clock, 24 * 3_600_000),
    environment,
    requestHandler: sim.requestHandler,
    idToken: () => Promise.reject(new Error('no token')),
  })
  return { ...aws, clock }
}

export const repository = 'acme/api'

function guardFor(commit: string, more: Partial<Guard> | undefined): Guard {
  const origin = { commit, repository, run: '1/1', ref: 'refs/heads/main' }
  return { mode: 'on', onDiverged: 'other-branch', allowOlder: false, origin, ...more }
}

/** The commits that the simulated GitHub knows. */
export function historyOf(sim: Simulator, token: string | undefined = 'ghs_1') {
  const apiUrl = 'https://api.github.com'
  const signal = new AbortController().signal
  return openCommitHistory({ token, apiUrl, repository, fetch: sim.fetch, clock: sim.clock.forProgram, signal })
}

/** Runs one deployment to its end and folds what it told. */
export async function run(sim: Simulator, options: RunOptions = {}): Promise<Ended> {
  const signal = options.signal ?? new AbortController().signal
  // Not AbortSignal.any, from which every call would take its listeners in a third of the time of a deployment.
  const over = linkSignal(signal)
  const ports = options.ports ?? portsOf(sim, over.signal)
  let record = {} as DeploymentRecord
  const request: ServiceRequest = {
    cluster: 'shop',
    service: 'api',
    region,
    wanted: async (_, current) => ({ definition: withImage(current, options.image) }),
    forceNewDeployment: false,
    codeDeploy: {},
    wait: true,
    waitMinutes: 30,
    dryRun: false,
    onCancel: 'stop-and-roll-back',
    ...(options.commit === undefined ? {} : { guard: guardFor(options.commit, options.guard) }),
    ...options.request,
  }
  const keep = (part: Partial<DeploymentRecord>) => {
    record = { ...record, ...part }
    options.onKeep?.(ecsRecordOf(record))
  }
  const events: DeploymentEvent[] = []
  const startedAt = ports.clock.now()
  let error: unknown
  try {
    const { environments } = options
    const { clock, credentialLifetime } = ports
    const context = { clock, credentialLifetime, history: historyOf(sim), environments, signal, keep }
    for await (const event of deploy(ecsTarget(request, ports), request, context)) {
      events.push(event)
      options.onEvent?.(event)
    }
  } catch (caught) {
    error = caught
  } finally {
    over.abort()
  }
  const state = events.reduce(fold, initialState(startedAt))
  return { events, state, outcome: state.verdict?.outcome, cause: causeOf(state), record: ecsRecordOf(record), error }
}

/** The same with few reads of AWS (test/often.ts), where how soon an end is detected decides nothing. */
export async function runSeldom(sim: Simulator, options: RunOptions = {}): Promise<Ended> {
  return await run(sim, { ...options, request: { longestGap: seldomGap, ...options.request } })
}

/** The record as the main step saves it for the post step. */
export function savedRecord(record: EcsRecord): DeploymentRecord {
  return { ...keptPart(record), target: 'ecs' } as DeploymentRecord
}

export function causeOf({ verdict }: DeploymentState): string {
  const cause = verdict?.cause
  if (!cause) return ''
  const why = cause.error ? [...cause.error, ': ', ...cause.why] : cause.why
  return [cause.what, why, cause.fix].map((part) => renderText(part, (theirs) => theirs)).join(' | ')
}

/** A steady service `shop/api` of two tasks with the ECS deployment controller. */
export function rollingScene(options: RollingOptions = {}, simulator: SimulatorOptions = {}): Simulator {
  const sim = createSimulator(simulator)
  seedRollingService(sim, options)
  sim.recorder.clear()
  return sim
}

type CodeDeployOptions = Partial<Parameters<typeof seedCodeDeploy>[1]>

/** A steady service `shop/api` of two tasks that CodeDeploy deploys; the old ones end as soon as the traffic has moved. */
export function codeDeployScene(options: CodeDeployOptions = {}, simulator: SimulatorOptions = {}): Simulator {
  const sim = createSimulator(simulator)
  seedCodeDeploy(sim, { service: seedBlueGreenService(sim), terminationWaitMinutes: 0, ...options })
  sim.recorder.clear()
  return sim
}

/** Image that the simulated service runs for its users now. */
export function servingImage(sim: Simulator): string {
  const { ecs } = sim.world.region(region)
  const service = ecs.service('shop', 'api')
  return String(ecs.taskDefinition(service?.taskDefinition ?? '')?.containerDefinitions[0]?.image)
}

export interface Measured {
  /** Milliseconds from the moment at which AWS was done to our verdict. */
  readonly lag: number
  /** From the start of the deployment at AWS to the verdict. */
  readonly callsPerMinute: number
  /** Of the whole run. */
  readonly calls: number
}

/** Runs one deployment of a new image and measures it. `endedAt` reads from the simulator when AWS was done. */
export async function measure(
  sim: Simulator,
  endedAt: () => Promise<Date | undefined>,
  request: Partial<ServiceRequest> = {},
): Promise<Measured> {
  let before = 0
  const ended = await run(sim, {
    image: newImage,
    request: { waitMinutes: 60, ...request },
    onEvent({ kind }) {
      if (kind === 'started') before = sim.recorder.all.length
    },
  })
  const calls = sim.recorder.all.length
  const startedAt = ended.state.deployment?.startedAt ?? 0
  const finishedAt = ended.state.updatedAt
  const done = (await endedAt())?.getTime() ?? Number.NaN
  return { lag: finishedAt - done, callsPerMinute: (calls - before) / ((finishedAt - startedAt) / 60_000), calls }
}
