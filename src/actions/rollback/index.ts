import { rollBack } from '../../deployment/roll-back.ts'
import { rollBackThroughPauses } from '../../deployment/roll-back-through-pauses.ts'
import type { Terms } from '../../deployment/terms.ts'
import { namingSettings } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { ecsRollback, type Restoring } from '../../targets/ecs/index.ts'
import type { RollbackGoal } from '../../targets/ecs/request/rollback-goal.ts'
import { text } from '../../text.ts'
import { asDeployInputs, type RollbackInputs, rollbackInputs } from '../inputs/rollback-inputs.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runOnService, type ServiceWork } from '../shared/run-on-service.ts'
import { aroundRollback } from '../targets/around-deployment.ts'
import { requireValues } from '../targets/input-rules.ts'
import { type Place, placeOf } from '../targets/place.ts'
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
function deployInputsOf({ to: _to, image: _image, onPause: _onPause, ...inputs }: RollbackInputs) {
  return asDeployInputs(inputs)
}

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(inputs: RollbackInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const deploying = deployInputsOf(inputs)
  const place = await placeOf(deploying, runner, { to: inputs.to })
  await requireValues('rollback', rollbackInputs, inputs, place, runner)
  const step = { inputs: deploying, place, calling, runner, world }
  const work: ServiceWork<Restoring & Terms> = {
    purpose: 'rollback',
    // No commit: the restored revision is of an earlier one than the one that is checked out.
    requestOf: (region) => rollbackRequest(inputs, place, region),
    async *events(request, aws, context) {
      const target = ecsRollback(request, goalOf(inputs, place), aws)
      const way = inputs.onPause === 'continue' ? rollBackThroughPauses : rollBack
      yield* way(await aroundRollback(target, { place, aws, runner }, 'back'), request, context)
    },
  }
  await namingSettings(place.origins, () => runOnService(step, work))
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
