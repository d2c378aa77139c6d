import { Failure } from '../../failure.ts'
import type { Context } from '../context.ts'
import { deploy } from '../deploy.ts'
import type { DeploymentRecord } from '../deployment-record.ts'
import type { DeploymentEvent } from '../events.ts'
import { commonNouns } from '../nouns.ts'
import { rollBackThroughPauses } from '../roll-back-through-pauses.ts'
import { beginnings, preparing } from './beginnings.ts'
import { lookAhead } from './look-ahead.ts'
import { inParallel } from './parallel.ts'
import type { WaveMember, WavesRequest } from './waves-request.ts'
import { foldWaves, initialWaves, isFailure, type WavesEvent, type WavesState } from './waves-state.ts'
import { wavesVerdict } from './waves-verdict.ts'
import { waysBack } from './ways-back.ts'

type Events = AsyncGenerator<WavesEvent, void>

type Way = 'service' | 'put-back'

/** The world of services that are deployed together. */
export interface WavesContext extends Omit<Context, 'keep'> {
  /** As `Context.keep`, of one service, on its way forward or back. */
  keep(service: string, way: Way, part: Partial<DeploymentRecord>): void
}

interface WavesRun {
  readonly request: WavesRequest
  readonly context: WavesContext
  state: WavesState
  /** Errors that are faults of the program: each ends its own service and is thrown when all have ended. */
  readonly faults: unknown[]
  /** What was found of services before anything was changed, by their names. */
  readonly ahead: Map<string, readonly DeploymentEvent[]>
  /** Notes that were reported. */
  readonly noted: Set<string>
}

/**
 * Deploys services wave by wave, once the checks of all have passed. A wave starts when the one before it has ended well. After a
 * bad end nothing new starts, deployments in progress are watched to their ends, and then the changes of this run are rolled back,
 * the last wave first. The last event is `finished`; a dry run has none, unless a service cannot even be planned.
 */
export async function* deployWaves(request: WavesRequest, context: WavesContext): Events {
  const waves = request.waves.map((members) => members.map(({ name }) => name))
  const state = initialWaves(waves, context.clock.now())
  const run: WavesRun = {
    request,
    context,
    state,
    faults: [],
    ahead: new Map(),
    noted: new Set(),
  }
  yield* folded(run, checked(run))
  yield* folded(run, onward(run))
  const first = run.state.services.find(({ name }) => name === run.state.halted)
  const isFailed = isFailure(first?.state?.verdict?.outcome) && !request.dryRun
  if (isFailed && request.onWaveFailure === 'roll-back' && !context.signal.aborted)
    yield* folded(run, backward(run, first?.name ?? ''))
  const isCancelled = context.signal.aborted
  if (!request.dryRun || first || isCancelled) {
    const nouns = commonNouns(request.waves.flat().map(({ target }) => target.nouns))
    const verdict = wavesVerdict(run.state, isCancelled, nouns)
    yield { kind: 'finished', at: context.clock.now(), verdict }
  }
  if (run.faults.length > 0) throw run.faults[0]
}

async function* folded(run: WavesRun, events: Events): Events {
  for await (const event of events) {
    run.state = foldWaves(run.state, event)
    yield event
  }
}

/** Looks at all services before anything is changed in any. Those that cannot be deployed are told together. */
async function* checked(run: WavesRun): Events {
  const { request, context, ahead } = run
  const members = request.waves.flat().filter(({ terms }) => terms.preflight !== undefined)
  if (request.dryRun || members.length === 0) return
  const looking = { ...context, keep: () => undefined }
  const starts = members.map((member) => () => lookAhead(member, looking))
  try {
    const looks = inParallel(starts, { most: preparing }, () => !context.signal.aborted)
    for await (const { name, events, fault } of looks) {
      ahead.set(name, events)
      if (fault !== undefined) run.faults.push(fault)
    }
  } catch (error) {
    if (!context.signal.aborted) throw error
  }
  for (const { name: service } of members) {
    const events = ahead.get(service) ?? []
    if (events.at(-1)?.kind === 'finished') for (const event of events) yield { kind: 'service', service, event }
  }
}

/** One service of a wave: first what was found of it before, then its deployment, which need not look again. */
async function* deployed({ name, target, terms }: WaveMember, run: WavesRun): AsyncGenerator<DeploymentEvent, void> {
  const events = run.ahead.get(name)
  yield* once(events ?? [], run)
  yield* deploy(target, events ? { ...terms, preflight: undefined } : terms, own('service', name, run))
}

/** Without notes that another service has had: many lack the same permission. */
function once(events: readonly DeploymentEvent[], { noted }: WavesRun): readonly DeploymentEvent[] {
  return events.filter((event) => {
    if (event.kind !== 'note') return true
    const isNew = !noted.has(event.message.untrusted)
    noted.add(event.message.untrusted)
    return isNew
  })
}

async function* onward(run: WavesRun): Events {
  const { request, context } = run
  const goOn = () => !context.signal.aborted && (request.dryRun || run.state.halted === undefined)
  for (const [wave, members] of request.waves.entries()) {
    if (!goOn()) return
    yield { kind: 'wave', at: context.clock.now(), wave }
    const starts = members.map((member) => () => told('service', member.name, deployed(member, run), run))
    yield* inParallel(starts, beginnings, goOn)
  }
}

/** Every service that this run has changed, wave by wave, the last first. One that cannot go back does not hold up others. */
async function* backward(run: WavesRun, because: string): Events {
  const { request, context, state } = run
  const waves = waysBack(request.waves, state, 'failure')
  if (waves.length === 0) return
  yield { kind: 'turned', at: context.clock.now(), because }
  for (const ways of waves) {
    const starts = ways.map(
      ({ name, target, terms }) =>
        () =>
          told('put-back', name, rollBackThroughPauses(target, terms, own('put-back', name, run)), run),
    )
    yield* inParallel(starts, beginnings, () => !context.signal.aborted)
  }
}

function own(way: Way, name: string, { context }: WavesRun): Context {
  return { ...context, keep: (part) => context.keep(name, way, part) }
}

/** The events of one service under its name. A `Failure` has become its verdict already. */
async function* told(
  kind: Way,
  service: string,
  events: AsyncGenerator<DeploymentEvent, void>,
  { faults }: WavesRun,
): Events {
  try {
    for await (const event of events) yield { kind, service, event }
  } catch (error) {
    if (!(error instanceof Failure)) faults.push(error)
  }
}
