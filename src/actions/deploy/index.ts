import { deploy } from '../../deployment/deploy.ts'
import { namingSettings } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { ecsTarget } from '../../targets/ecs/index.ts'
import { type DeployInputs, deployInputs } from '../inputs/deploy-inputs.ts'
import { openReport } from '../shared/open-report.ts'
import { settleInPost } from '../shared/post-step.ts'
import { runAndReport } from '../shared/run-and-report.ts'
import { aroundDeployment } from '../targets/around-deployment.ts'
import { environmentHistory, orderOf } from '../targets/environment-before.ts'
import { requireValidCombination } from '../targets/input-rules.ts'
import { judgeOfKept } from '../targets/judge-of-kept.ts'
import { awsInputsAt, type Place, placeOf } from '../targets/place.ts'
import { deployRequest, oneOffTask } from '../targets/requested-service.ts'
import { findDefinition } from '../targets/wanted-definition.ts'
import { endOfJob, openAws } from '../world/open-aws.ts'
import { commitHistory } from '../world/open-history.ts'
import { openImageStore } from '../world/open-image-store.ts'
import { withSecretsAndAbort } from '../world/secrets-and-abort.ts'
import { openSource } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'
import { savedWaves, severalPlaces } from './several-places.ts'
import type { Scene } from './several-services.ts'

/** Deploys one or several services. The network is a parameter, so that tests define the responses of AWS, GitHub and Slack. */
export function createDeploy(world: World): Action<typeof deployInputs> {
  return {
    inputs: deployInputs,
    main: (inputs, runner) => withSecretsAndAbort(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleAny(inputs, runner, world),
  }
}

/** `deploy` with the network of the runner. */
export const action = createDeploy(network)

/** `calling`: the runner with a signal that also aborts calls to AWS once the report is complete. */
async function begin(given: DeployInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const inputs = { ...given, dryRun: given.dryRun || given.preflight === 'only' }
  const deadline = endOfJob(runner.clock)
  const waves = await severalPlaces(inputs, runner)
  if (waves) {
    const { deploySeveral } = await import('./several-services.ts')
    return await deploySeveral(inputs, waves, { runner, calling, deadline, world })
  }
  const place = await placeOf(inputs, runner)
  await requireValidCombination(inputs, place, runner)
  await namingSettings(place.origins, () => deployTo(place, inputs, { runner, calling, deadline, world }))
}

async function deployTo(
  place: Place,
  inputs: DeployInputs,
  { runner, calling, deadline, world }: Scene,
): Promise<void> {
  const aws = openAws(awsInputsAt(inputs, place), calling, deadline, world.requestHandler)
  const images = openImageStore({ aws, runner: calling, fetch: world.fetch })
  const { service } = place
  if (service === undefined) {
    const find = findDefinition(inputs, place, runner, aws.ecs)
    const { registerOnly } = await import('./register-only.ts')
    return await registerOnly({ inputs, place, runner, aws, find, images })
  }
  const source = openSource(inputs, runner)
  const find = findDefinition(inputs, place, runner, aws.ecs, await judgeOfKept(inputs, source, calling, world))
  const order = await orderOf(inputs, [place.name ?? service], place, source, runner)
  const wanted = await deployRequest(inputs, { ...place, service }, aws.region, runner, find, source)
  const request = { ...wanted, order }
  const purpose = inputs.deploymentId === undefined ? undefined : 'watch'
  const what = { purpose, source } as const
  const { reporter, keep } = await openReport(inputs, place, request, runner, world.fetch, what)
  const history = commitHistory(inputs, source, calling, world)
  const environments = environmentHistory(inputs, calling, world)
  const access = { ...aws, images }
  const task = oneOffTask(inputs, { ...place, service }, runner)
  const mayRollBack = inputs.deploymentId === undefined
  const around = { place, aws: access, runner, world, task, mayRollBack }
  const target = await aroundDeployment(ecsTarget(request, access), around)
  const { clock, signal } = runner
  const { credentialLifetime } = aws
  const context = { clock, signal, keep, history, environments, credentialLifetime }
  const events = deploy(target, request, context)
  await runAndReport(events, keep, reporter, runner)
}

async function settleAny(inputs: DeployInputs, runner: Runner, world: World): Promise<void> {
  if (runner.state(savedWaves) === undefined) return await settleInPost(inputs, runner, world)
  const { settleSeveral } = await import('./several-services.ts')
  await settleSeveral(inputs, runner, world)
}
