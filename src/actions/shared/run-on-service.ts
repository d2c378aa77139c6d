import type { Aws } from '../../aws/connect.ts'
import type { Context } from '../../deployment/context.ts'
import type { DeploymentEvent } from '../../deployment/events.ts'
import type { DeploymentState } from '../../deployment/state.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import type { EcsAccess } from '../../targets/ecs/request/ecs-context.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { awsInputsAt, type Place } from '../targets/place.ts'
import { endOfJob, openAws } from '../world/open-aws.ts'
import { openImageStore } from '../world/open-image-store.ts'
import type { World } from '../world/world.ts'
import type { Where } from './channels.ts'
import { openReport } from './open-report.ts'
import { runAndReport } from './run-and-report.ts'

/** The step of a job that changes one service. */
export interface ServiceStep {
  readonly inputs: DeployInputs
  readonly place: Place
  /** The runner with a signal that also aborts calls to AWS once the report is complete. */
  readonly calling: Runner
  readonly runner: Runner
  readonly world: World
}

/** What the step does with the service. */
export interface ServiceWork<Request extends Where> {
  readonly purpose: DeploymentState['purpose']
  /** Throws `inputs-invalid`. */
  requestOf(region: string): Request
  /** The commit that the step deploys, where there is one; called after `requestOf`. */
  sourceOf?(): Source | undefined
  events(
    request: Request,
    aws: EcsAccess & Pick<Aws, 'distributions' | 'schedules'>,
    context: Context,
  ): AsyncIterable<DeploymentEvent>
}

/** Opens AWS and the report, and reports the events of the work. Fails the step after a bad end. */
export async function runOnService<Request extends Where>(
  { inputs, place, calling, runner, world }: ServiceStep,
  { purpose, requestOf, sourceOf, events }: ServiceWork<Request>,
): Promise<void> {
  const { clock, signal } = runner
  const aws = openAws(awsInputsAt(inputs, place), calling, endOfJob(clock), world.requestHandler)
  const request = requestOf(aws.region)
  const what = { purpose, source: sourceOf?.() }
  const { reporter, keep } = await openReport(inputs, place, request, runner, world.fetch, what)
  const images = openImageStore({ aws, runner: calling, fetch: world.fetch })
  const context = { clock, signal, keep, credentialLifetime: aws.credentialLifetime }
  await runAndReport(events(request, { ...aws, images }, context), keep, reporter, runner)
}
