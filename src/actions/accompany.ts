import { deadlineIn } from '../clock.ts'
import type { Context } from '../deployment/context.ts'
import { type DeploymentRecord, parseRecord } from '../deployment/record.ts'
import { type DeploymentState, initialState } from '../deployment/state.ts'
import { isBad, type Verdict } from '../deployment/verdict.ts'
import { Failure } from '../failure.ts'
import type { Runner } from '../runner/action.ts'
import { keptMessageTs, openChannels } from './channels.ts'
import { connectAws } from './connect.ts'
import type { DeployInputs } from './deploy-inputs.ts'
import { awsInputsAt, type Place } from './place.ts'
import { hasTold, openReporter, type Reporter } from './report.ts'
import { commitOf, keptSource } from './source.ts'
import type { World } from './world.ts'

/** What the post step may take; a cancelled job is given little more. Milliseconds. */
export const postLimit = 45_000

const savedRecord = 'deployment'
const savedState = 'report'
const savedPlace = 'place'

/** Keeps for the post step where the context goes; without it the post step does nothing. */
export function keepPlace(place: Place, runner: Runner): void {
  runner.saveState(savedPlace, JSON.stringify(place))
}

/** What may have ended: one deployment, or several together. */
interface Ending {
  readonly verdict?: Pick<Verdict, 'outcome' | 'cause'> | undefined
}

/** What is kept goes to the post step at once: a cancel may come at any moment after. */
export function keeper(runner: Runner, reporter: Reporter): Context['keep'] {
  let record: Partial<DeploymentRecord> = {}
  const begun = beginner(runner)
  const saved = new Map<string, string>()
  const save = (name: string, value: object | null) => {
    const json = JSON.stringify(value)
    if (saved.get(name) !== json) runner.saveState(name, json)
    saved.set(name, json)
  }
  return (part) => {
    record = { ...record, ...part }
    begun(record)
    // The runner prints saved state when debug logging is on; log lines of containers are not for there. Before the record: where
    // that has ended, the verdict is in the state.
    save(savedState, { ...reporter.state(), evidence: undefined })
    save(savedRecord, record)
    const { runTaskArns: tasks = [] } = record
    if (tasks.length > 0) runner.setOutput('run-task-arn', JSON.stringify(tasks))
  }
}

/**
 * A process that is killed has no last word. Until it has one, the steps that follow read that a deployment is under way which nobody
 * watches any more.
 */
export function beginner(runner: Runner): (record: Partial<DeploymentRecord>) => void {
  let isBegun = false
  return ({ stage }) => {
    if (isBegun || (stage !== 'updating' && stage !== 'watching')) return
    isBegun = true
    runner.setOutput('verdict', 'detached')
  }
}

/** Tells every channel what happens, and ends the step red after a bad end. */
export async function accompany<Event>(
  events: AsyncIterable<Event>,
  keep: (part: Record<string, never>) => void,
  reporter: Reporter<Event, Ending>,
  runner: Runner,
): Promise<void> {
  let fault: unknown
  try {
    for await (const event of events) reporter.take(event)
  } catch (error) {
    // A Failure has become the verdict already; anything else is for the runner to show with its stack.
    if (!(error instanceof Failure)) fault = error
  }
  keep({})
  reporter.tellJob()
  const { verdict } = reporter.state()
  if (verdict && isBad(verdict)) runner.fail()
  // A cancelled process has two seconds; the post step tells the rest, once it has settled what is in flight.
  await (runner.signal.aborted ? reporter.leave() : reporter.tellPeople())
  if (fault !== undefined) throw fault
}

/**
 * After the job's other steps. Does nothing after a normal end, and nothing where the main step never came to begin. After a cancel
 * it reads what became of the deployment, applies `on-cancel` and tells everybody; where the deployment had ended before the main
 * step was killed, it tells whoever has not heard of it.
 */
export async function settle(inputs: DeployInputs, runner: Runner, world: World): Promise<void> {
  const record = parseRecord(runner.state(savedRecord))
  const place = parsed<Place>(runner.state(savedPlace))
  if (record === undefined || place === undefined || hasTold(runner)) return
  const aws = connectAws(awsInputsAt(inputs, place), runner, deadlineIn(runner.clock, postLimit), world.requestHandler)
  const continued = { ...inputs, slackMessageTs: keptMessageTs(runner) ?? inputs.slackMessageTs }
  const kept = parsed<DeploymentState>(runner.state(savedState)) ?? initialState(record.startedAt)
  const { purpose } = kept
  const what = { purpose, commit: commitOf(keptSource(runner)) }
  const channels = await openChannels(continued, place, record, runner, world.fetch, what)
  const isOver = record.stage === 'ended'
  const state = isOver ? kept : { ...kept, verdict: undefined, cause: undefined }
  const reporter = openReporter({ ...channels, runner, mention: inputs.slackMention, state })
  if (isOver) reporter.tellJob()
  else {
    const { settleCancelled } = await import('../deployment/cancel.ts')
    for await (const event of settleCancelled(record, { ...aws, clock: runner.clock })) reporter.take(event)
  }
  await reporter.tellPeople()
}

/** What `JSON.stringify` wrote. */
export function parsed<T>(saved: string | undefined): T | undefined {
  return saved ? JSON.parse(saved) : undefined
}
