import type { Config } from '../config/schema.ts'
import { nearest } from '../nearest.ts'
import type { Runner } from '../runner/action.ts'
import { invalidInputs } from '../runner/inputs.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { DeployInputs } from './deploy-inputs.ts'
import { unpaired } from './deploy-sense.ts'
import { configOf, type Place, placeIn } from './place.ts'

/** One of several services that are deployed together. */
export interface PlacedService {
  /** As the inputs or slipway.yml name it. */
  readonly name: string
  readonly place: Place & { readonly service: string }
}

/** Under this name the services are kept for the post step; without it there was one service. */
export const savedWaves = 'fleet'

/** What outputs, messages and saved state are made for; AWS lets a job register as many in eight minutes. */
const most = 500

/**
 * The services that are deployed together, wave by wave: those of the input `services`, or of an environment for which
 * slipway.yml declares waves. Undefined: one service, or none. Throws `inputs-invalid` with all that is wrong.
 */
export async function severalPlaces(
  inputs: DeployInputs,
  runner: Runner,
): Promise<readonly (readonly PlacedService[])[] | undefined> {
  const { services, service, environment, deploymentId } = inputs
  if (services.length === 0 && (service !== undefined || environment === undefined || deploymentId)) return undefined
  const config = await configOf(inputs, runner)
  const waves = services.length > 0 ? services : await declaredWaves(config, environment ?? '')
  if (waves === undefined) return undefined
  const problems = [
    ...unpaired(inputs),
    ...unfitting(inputs, waves),
    ...(await misnamed(waves, config, environment ?? '')),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
  return await Promise.all(waves.map((names) => Promise.all(names.map((name) => placed(name, config, inputs)))))
}

async function placed(name: string, config: Config | undefined, inputs: DeployInputs): Promise<PlacedService> {
  const place = await placeIn(config, { ...inputs, service: name })
  return { name, place: { ...place, service: place.service ?? name } }
}

async function declaredWaves(config: Config | undefined, environment: string) {
  if (config === undefined) return undefined
  const { selectWaves } = await import('../config/target.ts')
  return selectWaves(config, environment)
}

/** Inputs that mean one service, or that several cannot share. */
function unfitting(inputs: DeployInputs, waves: readonly (readonly string[])[]): readonly Text[] {
  const one: readonly (readonly [name: string, isGiven: boolean, why: string])[] = [
    ['service', inputs.service !== undefined, 'services names them all'],
    ['deployment-id', inputs.deploymentId !== undefined, 'it means the deployment of one service'],
    ['desired-count', inputs.desiredCount !== undefined, 'services have different counts'],
    ['service-definition', inputs.serviceDefinition !== undefined, 'it describes one service'],
    ['run-task', inputs.runTask, 'the task would run once for each; run it in a step before, without a service'],
    ['codedeploy-appspec', inputs.codedeployAppspec !== undefined, 'slipway.yml has it for each service'],
    ['codedeploy-application', inputs.codedeployApplication !== undefined, 'slipway.yml has it for each service'],
    ['on-pause: leave', inputs.onPause === 'leave', 'an answer is for one deployment, and waves wait for each other'],
    ['codedeploy-deployment-group', inputs.codedeployDeploymentGroup !== undefined, 'slipway.yml has it for each'],
  ]
  const given = one.filter(([, isGiven]) => isGiven)
  const count = waves.flat().length
  return [
    ...given.map(([name, , why]) => text`${name} cannot be given with several services: ${why}`),
    ...(waves.length > 1 && !inputs.waitForServiceStability
      ? [text`wait-for-service-stability must be true with waves: each begins when the one before has ended well`]
      : []),
    ...(count > most ? [text`services must name at most ${most} services, not ${count}`] : []),
  ]
}

async function misnamed(
  waves: readonly (readonly string[])[],
  config: Config | undefined,
  environment: string,
): Promise<readonly Text[]> {
  const names = waves.flat()
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const duplicates = [...twice].map((name) => text`services names ${untrusted(name)} more than once`)
  if (config === undefined) return duplicates
  const { serviceNames } = await import('../config/target.ts')
  const known = serviceNames(config, environment)
  const unknown = [...new Set(names)].filter((name) => !known.includes(name))
  return [...duplicates, ...unknown.map((name) => strange(name, environment, known))]
}

function strange(name: string, environment: string, known: readonly string[]): Text {
  const suggestion = nearest(name, known)
  const advice = suggestion === undefined ? `it has ${known.join(', ')}` : `did you mean ${suggestion}?`
  return text`services names ${untrusted(name)}, which the environment ${untrusted(environment)} of slipway.yml does not have; ${advice}`
}
