import { answerPauses } from '../../deployment/answer-pauses.ts'
import type { Terms } from '../../deployment/terms.ts'
import { namingSettings } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { ecsInFlight, type Restoring } from '../../targets/ecs/index.ts'
import { text } from '../../text.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runOnService, type ServiceWork } from '../shared/run-on-service.ts'
import { aroundDeployment } from '../targets/around-deployment.ts'
import { requireValues } from '../targets/input-rules.ts'
import { type Place, placeOf } from '../targets/place.ts'
import { oneOffTask } from '../targets/requested-service.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { openSource } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'
import { type ContinueInputs, continueInputs } from './continue-inputs.ts'

/**
 * Answers what a deployment waits for. The network is a parameter, so that tests define the responses of AWS, GitHub and Slack.
 */
export function createContinue(world: World): Action<typeof continueInputs> {
  return {
    inputs: continueInputs,
    main: (inputs, runner) => withSecretsAndAbort(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleInPost(deployInputsOf(inputs), runner, world),
  }
}

/** `continue` with the network of the runner. */
export const action = createContinue(network)

function deployInputsOf({ answer: _answer, stage: _stage, ...inputs }: ContinueInputs) {
  return asDeployInputs(inputs)
}

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(inputs: ContinueInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const deploying = deployInputsOf(inputs)
  const place = await placeOf(deploying, runner)
  await requireValues('continue', continueInputs, inputs, place, runner)
  const step = { inputs: deploying, place, calling, runner, world }
  const decision = { answer: inputs.answer, stage: inputs.stage }
  const work: ServiceWork<Restoring & Terms> = {
    purpose: inputs.answer === 'roll-back' ? 'rollback' : 'answer',
    requestOf: (region) => requestOf(inputs, place, region),
    sourceOf: () => openSource(deploying, runner),
    async *events(request, aws, context) {
      const task = oneOffTask(deploying, { cluster: request.cluster, service: request.service }, runner)
      // What was checked at the pause is checked; what comes after it is not, whoever answers it.
      const isOnward = inputs.answer === 'continue'
      const inFlight = ecsInFlight(request, aws)
      const around = { place, aws, runner, world, task, mayRollBack: true }
      const target = isOnward ? await aroundDeployment(inFlight, around) : inFlight
      yield* answerPauses(decision, target, request, context)
    },
  }
  await namingSettings(place.origins, () => runOnService(step, work))
}

function requestOf(inputs: ContinueInputs, place: Place, region: string): Restoring & Terms {
  const { cluster, service } = place
  if (service === undefined) throw invalidInputs([text`service or environment is required`])
  return {
    cluster,
    service,
    region,
    origins: place.origins,
    codeDeploy: { application: place.codeDeployApplication, deploymentGroup: place.codeDeployDeploymentGroup },
    deploymentId: inputs.deploymentId,
    wait: true,
    waitFor: inputs.waitFor,
    waitMinutes: inputs.waitForMinutes,
    longestGap: inputs.waitMaxDelaySeconds === undefined ? undefined : inputs.waitMaxDelaySeconds * 1000,
    dryRun: false,
    onPause: inputs.onPause,
    onCancel: inputs.onCancel,
  }
}
