import { linkSignal } from '../abort.ts'
import type { RequestHandler } from '../aws/clients.ts'
import { deadlineIn } from '../clock.ts'
import { settleCancelled } from '../deployment/cancel.ts'
import { deploy } from '../deployment/deploy.ts'
import type { DeployRequest, Journey } from '../deployment/journey.ts'
import { type DeploymentRecord, parseRecord } from '../deployment/record.ts'
import { type DeploymentState, initialState } from '../deployment/state.ts'
import { isGood } from '../deployment/verdict.ts'
import { Failure } from '../failure.ts'
import { openCommitHistory } from '../github/commits.ts'
import type { Slack } from '../ports.ts'
import type { Action, Runner } from '../runner/action.ts'
import type { Fetch } from '../slack/request.ts'
import { openChannels } from './channels.ts'
import { connectAws } from './connect.ts'
import { type DeployInputs, deployInputs } from './deploy-inputs.ts'
import { deployRequest } from './deploy-request.ts'
import { awsInputsAt, type Place, placeOf } from './place.ts'
import { withPreflight } from './preflight-gate.ts'
import { registerOnly } from './register-only.ts'
import { openReporter, type Reporter } from './report.ts'
import { findDefinition } from './wanted-definition.ts'

/** Time beside the wait: for reading, registering, a rollback that CodeDeploy is asked about, and the diagnosis. */
const beside = 15 * 60_000
/** CodeDeploy's own waits come on top; no wait is longer than a job. */
const longestWait = 360 * 60_000
/** What the post step may take; a cancelled job is given little more. */
const postLimit = 45_000

const savedRecord = 'deployment'
const savedState = 'report'
const savedSlack = 'slack'
const savedPlace = 'place'

interface World {
  readonly fetch: Fetch
  readonly requestHandler?: RequestHandler | undefined
}

/** Deploys one service. The world is handed in, so that tests decide what AWS, GitHub and Slack say. */
export function createDeploy(world: World): Action<typeof deployInputs> {
  return {
    inputs: deployInputs,
    main: (inputs, runner) => main(inputs, runner, world),
    post: (inputs, runner) => post(inputs, runner, world),
  }
}

export const action = createDeploy({ fetch: (url, init) => globalThis.fetch(url, init) })

async function main(inputs: DeployInputs, runner: Runner, world: World): Promise<void> {
  for (const secret of [inputs.slackToken, inputs.slackWebhookUrl, inputs.githubToken]) if (secret) runner.mask(secret)
  const over = linkSignal(runner.signal)
  try {
    await begin(inputs, { ...runner, signal: over.signal }, runner, world)
  } finally {
    // A call that was given up at a deadline would be tried again, and keep the process from ending.
    over.abort()
  }
}

/** `calling`: the runner with a signal that also ends calls to AWS when all is said. */
async function begin(given: DeployInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const inputs = { ...given, dryRun: given.dryRun || given.preflight === 'only' }
  const place = attachedPlace(await placeOf(inputs, runner), inputs)
  const deadline = deadlineIn(runner.clock, longestWait + beside)
  const aws = connectAws(awsInputsAt(inputs, place), calling, deadline, world.requestHandler)
  const looking = { aws, place, runner: calling, fetch: world.fetch }
  const find = withPreflight(findDefinition(inputs, place, runner, aws.ecs), inputs, looking)
  const { service } = place
  if (service === undefined) return await registerOnly({ inputs, place, runner, aws, find })
  const request = await deployRequest(inputs, { ...place, service }, aws.region, runner, find)
  const channels = await openChannels(inputs, place, request, runner, world.fetch)
  runner.saveState(savedPlace, JSON.stringify(place))
  const state = initialState(runner.clock.now())
  const reporter = openReporter({ ...channels, runner, mention: inputs.slackMention, state })
  const keep = keeper(runner, reporter, channels.slack)
  const history = openCommitHistory({
    token: inputs.githubToken,
    apiUrl: runner.environment.GITHUB_API_URL ?? 'https://api.github.com',
    repository: runner.environment.GITHUB_REPOSITORY ?? '',
    fetch: world.fetch,
    clock: runner.clock,
    signal: calling.signal,
  })
  await travel(request, { ...aws, clock: runner.clock, signal: runner.signal, keep, history }, reporter, runner)
}

/** The ARN of a service deployment names its cluster and service. */
function attachedPlace(place: Place, { deploymentId }: DeployInputs): Place {
  const [, cluster, service] = /:service-deployment\/([^/]+)\/([^/]+)\//.exec(deploymentId ?? '') ?? []
  return cluster && service ? { ...place, cluster, service } : place
}

/** What is kept goes to the post step at once: a cancel may come at any moment after. */
function keeper(runner: Runner, reporter: Reporter, slack: Slack): Journey['keep'] {
  let record: Partial<DeploymentRecord> = {}
  return (part) => {
    record = { ...record, ...part }
    runner.saveState(savedRecord, JSON.stringify(record))
    // The runner prints saved state when debug logging is on; log lines of containers are not for there.
    runner.saveState(savedState, JSON.stringify({ ...reporter.state(), evidence: undefined }))
    runner.saveState(savedSlack, JSON.stringify(slack.reference() ?? null))
    const [task] = record.runTaskArns ?? []
    if (task) runner.setOutput('run-task-arn', task)
  }
}

async function travel(request: DeployRequest, journey: Journey, reporter: Reporter, runner: Runner): Promise<void> {
  let fault: unknown
  try {
    for await (const event of deploy(request, journey)) reporter.take(event)
  } catch (error) {
    // A Failure has become the verdict already; anything else is for the runner to show with its stack.
    if (!(error instanceof Failure)) fault = error
  }
  reporter.tellJob()
  const outcome = reporter.state().verdict?.outcome
  const isAsked = outcome === 'detached' && !request.wait
  if (outcome !== undefined && !isGood(outcome) && !isAsked) runner.fail()
  // A cancelled process has two seconds; the post step tells the rest, once it has settled what is in flight.
  if (runner.signal.aborted) {
    await reporter.leave()
    journey.keep({})
  } else await reporter.tellPeople()
  if (fault !== undefined) throw fault
}

/**
 * After the job's other steps. Does nothing after a normal end, and nothing where the main step never came to begin;
 * after a cancel it reads what became of the deployment, applies `on-cancel` and tells everybody.
 */
async function post(inputs: DeployInputs, runner: Runner, world: World): Promise<void> {
  const record = parseRecord(runner.state(savedRecord))
  const place = parsed<Place>(runner.state(savedPlace))
  if (record === undefined || place === undefined || record.stage === 'ended') return
  const aws = connectAws(awsInputsAt(inputs, place), runner, deadlineIn(runner.clock, postLimit), world.requestHandler)
  const reference = parsed<{ readonly ts: string } | null>(runner.state(savedSlack))
  const continued = { ...inputs, slackMessageTs: reference?.ts ?? inputs.slackMessageTs }
  const channels = await openChannels(continued, place, record, runner, world.fetch)
  const kept = parsed<DeploymentState>(runner.state(savedState)) ?? initialState(record.startedAt)
  const state = { ...kept, verdict: undefined, cause: undefined }
  const reporter = openReporter({ ...channels, runner, mention: inputs.slackMention, state })
  for await (const event of settleCancelled(record, { ...aws, clock: runner.clock })) reporter.take(event)
  await reporter.tellPeople()
}

function parsed<T>(saved: string | undefined): T | undefined {
  return saved ? JSON.parse(saved) : undefined
}
