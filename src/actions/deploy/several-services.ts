import type { Aws } from '../../aws/connect.ts'
import { type Clock, type Deadline, deadlineIn, remaining } from '../../clock.ts'
import { settleCancelled } from '../../deployment/settle-cancelled.ts'
import { deployWaves } from '../../deployment/waves/deploy-waves.ts'
import { inParallel } from '../../deployment/waves/parallel.ts'
import { initialWaves, type WavesEvent, type WavesState } from '../../deployment/waves/waves-state.ts'
import { wavesVerdict } from '../../deployment/waves/waves-verdict.ts'
import { isWhole, settledRollback, startWaysBack } from '../../deployment/waves/ways-back.ts'
import type { Deployed } from '../../github/end-mark.ts'
import { namingSettings } from '../../origins.ts'
import type { Runner } from '../../runner/action.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { keptMessageTs, openChannels } from '../shared/channels.ts'
import { postLimit } from '../shared/post-step.ts'
import { runAndReport } from '../shared/run-and-report.ts'
import { resumeInPost } from '../targets/around-deployment.ts'
import { environmentHistory, orderOf } from '../targets/environment-before.ts'
import { openSettlement } from '../targets/open-settlement.ts'
import { awsInputsAt } from '../targets/place.ts'
import { openAws } from '../world/open-aws.ts'
import { commitHistory } from '../world/open-history.ts'
import { commitOf, keepSource, keptSource, openSource } from '../world/source-commit.ts'
import type { World } from '../world/world.ts'
import type { Opening } from './member-opening.ts'
import { openMembers, returningMember } from './open-members.ts'
import type { PlacedService, Waves } from './placed-service.ts'
import { type SavedDeployments, savedDeployments, wavesKeeper } from './several-record.ts'
import { openWavesReporter } from './several-report.ts'

/** Watcher, place and deadline. */
export interface Scene {
  readonly runner: Runner
  /** The runner with a signal that also aborts calls to AWS once the report is complete. */
  readonly calling: Runner
  readonly deadline: Deadline
  readonly world: World
}

/** Deploys several services of one region and account together, wave by wave, with one report of all. */
export async function deploySeveral(inputs: DeployInputs, waves: Waves, scene: Scene): Promise<void> {
  const [first] = waves.flat()
  if (first === undefined) return
  await namingSettings(first.place.origins, () => deployFrom(first, inputs, waves, scene))
}

async function deployFrom(first: PlacedService, inputs: DeployInputs, waves: Waves, scene: Scene): Promise<void> {
  const { runner, calling, deadline, world } = scene
  const aws = openAws(awsInputsAt(inputs, first.place), calling, deadline, world.requestHandler)
  const source = openSource(inputs, runner)
  keepSource(source, runner)
  const everyName = waves.flat().map(({ name }) => name)
  const order = await orderOf(inputs, everyName, first.place, source, runner)
  const request = {
    waves: await openMembers(waves, { inputs, aws, runner, calling, world, order, source }),
    onWaveFailure: inputs.onWaveFailure,
    dryRun: inputs.dryRun,
  }
  const where = { ...first.place, region: aws.region }
  const what = { services: servicesOf(inputs, waves), commit: commitOf(source) }
  const channels = await openChannels(inputs, { ...first.place, subject: undefined }, where, runner, world.fetch, what)
  const names = waves.map((wave) => wave.map(({ name }) => name))
  const reporter = openWavesReporter(waves, channels, inputs, runner, initialWaves(names, runner.clock.now()))
  const keeper = wavesKeeper(waves, runner, reporter.state)
  const history = commitHistory(inputs, source, calling, world)
  const environments = environmentHistory(inputs, calling, world)
  const { clock, signal } = runner
  const context = {
    clock,
    signal,
    keep: keeper.keep,
    history,
    environments,
    credentialLifetime: aws.credentialLifetime,
  }
  const events = deployWaves(request, context)
  await runAndReport(events, keeper.keepProgress, reporter, runner)
}

/** Waves of slipway.yml are all services of their environment; those that an input names may be some. */
function servicesOf({ services }: DeployInputs, waves: Waves): Deployed['services'] {
  return services.length === 0 ? 'all' : waves.flat().map(({ name }) => name)
}

/**
 * Milliseconds that each service in flight adds to the limit of the post step: AWS throttles some calls to one per second. GitHub
 * ends a cancelled job after five minutes (https://docs.github.com/en/actions/reference/workflow-cancellation-reference).
 */
const settleLimit = 350
/** More where an environment of Elastic Beanstalk is in flight: an abort is waited for before the version before is deployed again. */
const abortLimit = 45_000

/**
 * In the post step, as `settle` for one service: settles each deployment in flight by `on-cancel`, begins the rollback of those
 * that completed earlier, and reports to every channel.
 */
export async function settleSeveral(inputs: DeployInputs, runner: Runner, world: World): Promise<void> {
  const saved = savedDeployments(runner)
  const [first] = saved?.waves.flat() ?? []
  if (saved === undefined || first === undefined) return
  const isAborted = saved.open.some(({ record }) => record.target === 'beanstalk')
  const deadline = deadlineIn(runner.clock, postLimit + saved.open.length * settleLimit + (isAborted ? abortLimit : 0))
  const aws = openAws(awsInputsAt(inputs, first.place), runner, deadline, world.requestHandler)
  const continued = { ...inputs, slackMessageTs: keptMessageTs(runner) ?? inputs.slackMessageTs }
  const where = { ...first.place, region: aws.region }
  const what = { services: servicesOf(inputs, saved.waves), commit: commitOf(keptSource(runner)) }
  const channels = await openChannels(
    continued,
    { ...first.place, subject: undefined },
    where,
    runner,
    world.fetch,
    what,
  )
  const reporter = openWavesReporter(saved.waves, channels, inputs, runner, saved.state)
  if (saved.state.verdict) {
    reporter.reportToJob()
    return await reporter.sendFinalReport()
  }
  const opening = { inputs, aws, runner, calling: runner, world }
  const starts = saved.open.map((one) => () => settled(one, aws, runner.clock))
  // All at once: in sequence, the last stops may exceed the time limit.
  for await (const event of inParallel(starts, { most: starts.length }, () => true)) reporter.take(event)
  const begun = saved.waves.flat().filter(({ name }) => saved.open.some((one) => one.name === name))
  await Promise.all(begun.map(({ place }) => resumeInPost(place, aws, runner)))
  for await (const event of goingBack(saved, reporter.state(), opening, deadline)) reporter.take(event)
  reporter.take({
    kind: 'finished',
    at: runner.clock.now(),
    verdict: wavesVerdict(reporter.state(), true, channels.subject.nouns),
  })
  await reporter.sendFinalReport()
}

/** Time reserved for the final report. Milliseconds. */
const farewell = 15_000

/**
 * Services of one deployment roll back together: those of earlier waves too, and those that an interrupted rollback did not
 * reach.
 */
async function* goingBack(
  { waves }: SavedDeployments,
  state: WavesState,
  opening: Omit<Opening, 'order' | 'source'>,
  deadline: Deadline,
): AsyncGenerator<WavesEvent, void> {
  const { inputs, aws, runner } = opening
  const { clock, signal } = runner
  const isAsked = inputs.onCancel === 'stop-and-roll-back' || state.turnedAt !== undefined
  if (!isAsked || isWhole(state)) return
  const returning = await Promise.all(
    waves.map((members) => Promise.all(members.map((one) => returningMember(one, opening)))),
  )
  const context = { clock, signal, keep: () => undefined, credentialLifetime: aws.credentialLifetime }
  yield* startWaysBack(returning, state, context, () => remaining(clock, deadline) > farewell)
}

async function* settled(
  { name, record, isBack }: SavedDeployments['open'][number],
  aws: Aws,
  clock: Clock,
): AsyncGenerator<WavesEvent, void> {
  for await (const event of settleCancelled(record, await openSettlement(record, aws, clock), clock))
    yield isBack
      ? { kind: 'put-back', service: name, event: settledRollback(event, record) }
      : { kind: 'service', service: name, event }
}
