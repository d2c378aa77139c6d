import { rollBack } from '../../deployment/roll-back.ts'
import type { Terms } from '../../deployment/terms.ts'
import { namingSettings } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { ecsRollback, type Restoring } from '../../targets/ecs/index.ts'
import type { RollbackGoal } from '../../targets/ecs/request/rollback-goal.ts'
import { text } from '../../text.ts'
import { asDeployInputs, type RollbackInputs, rollbackInputs } from '../inputs/rollback-inputs.ts'
import { openReport } from '../shared/open-report.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runAndReport } from '../shared/run-and-report.ts'
import { requireValues } from '../targets/input-rules.ts'
import { awsInputsAt, type Place, placeOf } from '../targets/place.ts'
import { endOfJob, openAws } from '../world/open-aws.ts'
import { openImageStore } from '../world/open-image-store.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { network, type World } from '../world/world.ts'

/** Rolls one service back. The network is a parameter, so that tests define the responses of AWS, GitHub and Slack. */
export function createRollback(world: World): Action<typeof rollbackInputs> {
  return {
    inputs: rollbackInputs,
    main: (inputs, runner) => withSecretsAndAbort(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleInPost(deployInputsOf(inputs), runner, world),
  }
}

/** `rollback` with the network of the runner. */
export const action = createRollback(network)

/** `image` selects the revision to find, not an image to deploy, and ignores the registry of slipway.yml. */
function deployInputsOf({ to: _to, image: _image, ...inputs }: RollbackInputs) {
  return asDeployInputs(inputs)
}

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(inputs: RollbackInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const deploying = deployInputsOf(inputs)
  const place = await placeOf(deploying, runner, { to: inputs.to })
  await requireValues('rollback', rollbackInputs, inputs, place, runner)
  await namingSettings(place.origins, () => rollBackAt(place, inputs, calling, runner, world))
}

async function rollBackAt(
  place: Place,
  inputs: RollbackInputs,
  calling: Runner,
  runner: Runner,
  world: World,
): Promise<void> {
  const deploying = deployInputsOf(inputs)
  const aws = openAws(awsInputsAt(deploying, place), calling, endOfJob(runner.clock), world.requestHandler)
  const request = rollbackRequest(inputs, place, aws.region)
  // The restored revision is of an earlier commit than the one that is checked out.
  const what = { purpose: 'rollback' } as const
  const { reporter, keep } = await openReport(deploying, place, request, runner, world.fetch, what)
  const images = openImageStore({ aws, runner: calling, fetch: world.fetch })
  const { clock, signal } = runner
  const target = ecsRollback(request, goalOf(inputs, place), { ...aws, images })
  const events = rollBack(target, request, { clock, signal, keep, credentialLifetime: aws.credentialLifetime })
  await runAndReport(events, keep, reporter, runner)
}

function rollbackRequest(inputs: RollbackInputs, place: Place, region: string): Restoring & Terms {
  const { service } = place
  const problems = [
    ...(service === undefined ? [text`service is required`] : []),
    ...(inputs.to !== undefined && inputs.image !== undefined ? [text`to and image are mutually exclusive`] : []),
  ]
  if (service === undefined || problems.length > 0) throw invalidInputs(problems)
  return {
    cluster: place.cluster,
    service,
    region,
    origins: place.origins,
    codeDeploy: {
      application: place.codeDeployApplication,
      deploymentGroup: place.codeDeployDeploymentGroup,
      deploymentConfig: inputs.codedeployDeploymentConfig,
    },
    // Only a named goal can conflict with another deployment here: without one, that deployment itself is stopped.
    onConflict: 'stop',
    wait: inputs.waitForServiceStability,
    waitMinutes: inputs.waitForMinutes,
    longestGap: inputs.waitMaxDelaySeconds === undefined ? undefined : inputs.waitMaxDelaySeconds * 1000,
    dryRun: inputs.dryRun,
    onCancel: inputs.onCancel,
  }
}

function goalOf({ to, image }: RollbackInputs, { container }: Place): RollbackGoal {
  if (to !== undefined) return { kind: 'revision', reference: to }
  return image === undefined ? { kind: 'last-good' } : { kind: 'image', image, container }
}
