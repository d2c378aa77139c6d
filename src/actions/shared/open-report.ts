import type { Context } from '../../deployment/context.ts'
import { type DeploymentState, initialState } from '../../deployment/state.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { Place } from '../targets/place.ts'
import { commitOf, keepSource } from '../world/source-commit.ts'
import { openChannels, type Where } from './channels.ts'
import { openReporter, type Reporter } from './reporter.ts'
import { keepPlace, recordKeeper } from './saved-run.ts'

/** The reporter of one deployment, and the function that saves its record. */
export interface OpenReport {
  readonly reporter: Reporter
  readonly keep: Context['keep']
}

/** Opens the channels of a step for one deployment, and saves what its post step needs to continue the report. */
export async function openReport(
  inputs: DeployInputs,
  place: Place,
  where: Where,
  runner: Runner,
  fetch: Fetch,
  { purpose, source }: { readonly purpose: DeploymentState['purpose']; readonly source?: Source | undefined },
): Promise<OpenReport> {
  const channels = await openChannels(inputs, place, where, runner, fetch, { purpose, commit: commitOf(source) })
  keepPlace(place, runner)
  keepSource(source, runner)
  const state = { ...initialState(runner.clock.now()), purpose }
  const reporter = openReporter({ ...channels, runner, mention: inputs.slackMention, state })
  return { reporter, keep: recordKeeper(runner, reporter) }
}
