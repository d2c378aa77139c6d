import { deploy } from '../deployment/deploy.ts'
import { initialState } from '../deployment/state.ts'
import { namingSettings } from '../origins.ts'
import type { Action, Runner } from '../runner/action.ts'
import { accompany, keeper, keepPlace, settle } from './accompany.ts'
import { withCalls } from './calls.ts'
import { openChannels } from './channels.ts'
import { connectAws, endOfJob } from './connect.ts'
import { type DeployInputs, deployInputs } from './deploy-inputs.ts'
import { deployRequest } from './deploy-request.ts'
import { requireSense } from './deploy-sense.ts'
import type { Scene } from './deploy-several.ts'
import { savedWaves, severalPlaces } from './deploy-several-places.ts'
import { environmentHistory, orderOf } from './environment-order.ts'
import { commitHistory } from './history.ts'
import { openImageStore } from './image-store.ts'
import { awsInputsAt, type Place, placeOf } from './place.ts'
import { openReporter } from './report.ts'
import { commitOf, keepSource, openSource } from './source.ts'
import { findDefinition } from './wanted-definition.ts'
import { network, type World } from './world.ts'

/** Deploys one service, or several together. The world is handed in, so that tests decide what AWS, GitHub and Slack say. */
export function createDeploy(world: World): Action<typeof deployInputs> {
  return {
    inputs: deployInputs,
    main: (inputs, runner) => withCalls(inputs, runner, (calling) => begin(inputs, calling, runner, world)),
    post: (inputs, runner) => settleAny(inputs, runner, world),
  }
}

export const action = createDeploy(network)

/** `calling`: the runner with a signal that also ends calls to AWS when all is said. */
async function begin(given: DeployInputs, calling: Runner, runner: Runner, world: World): Promise<void> {
  const inputs = { ...given, dryRun: given.dryRun || given.preflight === 'only' }
  const deadline = endOfJob(runner.clock)
  const waves = await severalPlaces(inputs, runner)
  if (waves) {
    const { deploySeveral } = await import('./deploy-several.ts')
    return await deploySeveral(inputs, waves, { runner, calling, deadline, world })
  }
  const place = await placeOf(inputs, runner)
  await requireSense(inputs, place, runner)
  await namingSettings(place.origins, () => deployTo(place, inputs, { runner, calling, deadline, world }))
}

async function deployTo(
  place: Place,
  inputs: DeployInputs,
  { runner, calling, deadline, world }: Scene,
): Promise<void> {
  const aws = connectAws(awsInputsAt(inputs, place), calling, deadline, world.requestHandler)
  const find = findDefinition(inputs, place, runner, aws.ecs)
  const images = openImageStore({ aws, runner: calling, fetch: world.fetch })
  const { service } = place
  if (service === undefined) {
    const { registerOnly } = await import('./register-only.ts')
    return await registerOnly({ inputs, place, runner, aws, find, images })
  }
  const source = openSource(inputs, runner)
  const order = await orderOf(inputs, [place.name ?? service], place, source, runner)
  const wanted = await deployRequest(inputs, { ...place, service }, aws.region, runner, find, source)
  const request = { ...wanted, order }
  const purpose = inputs.deploymentId === undefined ? undefined : 'watch'
  const what = { purpose, commit: commitOf(source) } as const
  const channels = await openChannels(inputs, place, request, runner, world.fetch, what)
  keepPlace(place, runner)
  keepSource(source, runner)
  const state = { ...initialState(runner.clock.now()), purpose } as const
  const reporter = openReporter({ ...channels, runner, mention: inputs.slackMention, state })
  const keep = keeper(runner, reporter)
  const history = commitHistory(inputs, source, calling, world)
  const environments = environmentHistory(inputs, calling, world)
  const { clock, signal } = runner
  const events = deploy(request, { ...aws, clock, signal, keep, history, environments, images })
  await accompany(events, keep, reporter, runner)
}

async function settleAny(inputs: DeployInputs, runner: Runner, world: World): Promise<void> {
  if (runner.state(savedWaves) === undefined) return await settle(inputs, runner, world)
  const { settleSeveral } = await import('./deploy-several.ts')
  await settleSeveral(inputs, runner, world)
}
