import { deadlineIn } from '../../clock.ts'
import { parseRecord } from '../../deployment/deployment-record.ts'
import { type DeploymentState, initialState } from '../../deployment/state.ts'
import type { Runner } from '../../runner/action.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { resumeInPost } from '../targets/around-deployment.ts'
import { openSettlement } from '../targets/open-settlement.ts'
import { awsInputsAt, type Place } from '../targets/place.ts'
import { openAws } from '../world/open-aws.ts'
import { commitOf, keptSource } from '../world/source-commit.ts'
import type { World } from '../world/world.ts'
import { keptMessageTs, openChannels } from './channels.ts'
import { hasReported, openReporter } from './reporter.ts'
import { parsed, savedPlace, savedRecord, savedState } from './saved-run.ts'

/** What the post step may take; a cancelled job is given little more. Milliseconds. */
export const postLimit = 45_000

/**
 * Runs after the job's other steps. Does nothing after a normal end, or where the main step did not begin. After a cancel it
 * reads the state of the deployment, applies `on-cancel` and reports to every channel; where the deployment ended before the main
 * step was killed, it completes the report.
 */
export async function settleInPost(inputs: DeployInputs, runner: Runner, world: World): Promise<void> {
  const record = parseRecord(runner.state(savedRecord))
  const place = parsed<Place>(runner.state(savedPlace))
  if (record === undefined || place === undefined || hasReported(runner)) return
  const aws = openAws(awsInputsAt(inputs, place), runner, deadlineIn(runner.clock, postLimit), world.requestHandler)
  const continued = { ...inputs, slackMessageTs: keptMessageTs(runner) ?? inputs.slackMessageTs }
  const kept = parsed<DeploymentState>(runner.state(savedState)) ?? initialState(record.startedAt)
  const { purpose } = kept
  const what = { purpose, commit: commitOf(keptSource(runner)) }
  const channels = await openChannels(continued, place, { ...place, region: aws.region }, runner, world.fetch, what)
  const isOver = record.stage === 'ended'
  const state = isOver ? kept : { ...kept, verdict: undefined, cause: undefined }
  const reporter = openReporter({ ...channels, runner, mention: inputs.slackMention, state })
  if (isOver) reporter.reportToJob()
  else {
    const { settleCancelled } = await import('../../deployment/settle-cancelled.ts')
    const settlement = await openSettlement(record, aws, runner.clock)
    for await (const event of settleCancelled(record, settlement, runner.clock)) reporter.take(event)
    await resumeInPost(place, aws, runner)
  }
  await reporter.sendFinalReport()
}
