import { resourceName } from '../../arn.ts'
import type { Config } from '../../config/schema.ts'
import { nearest } from '../../nearest.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { type DeployInputs, deployInputs } from '../inputs/deploy-inputs.ts'
import { isNone } from '../targets/given-checks.ts'
import { lostAt, unpaired } from '../targets/input-rules.ts'
import { configOf, type Place, placeIn } from '../targets/place.ts'
import type { PlacedService, Waves } from './placed-service.ts'

/** Under this name the services are kept for the post step; without it there was one service. */
export const savedWaves = 'waves'

/** What outputs, messages and saved state are made for; AWS lets a job register as many in eight minutes. */
const most = 500

/**
 * What is deployed together, wave by wave: what the input `services` names, or all of an environment for which slipway.yml declares
 * waves; also a site, or an environment of Elastic Beanstalk, alone. Undefined: one service of Amazon ECS, or none. Throws `inputs-invalid` with all that is wrong.
 */
export async function severalPlaces(given: DeployInputs, runner: Runner): Promise<Waves | undefined> {
  const { services, environment, deploymentId } = given
  if (services.length === 0 && (environment === undefined || deploymentId)) return undefined
  const loaded = await configOf(given, runner)
  const config = loaded?.config
  // Only with slipway.yml: most of what it loads is for what most steps do not deploy.
  const members = config && (await import('./place-members.ts'))
  const waves = services.length > 0 ? services : config && members?.declaredWaves(config, given)
  if (waves === undefined) return undefined
  // It has named the one that is deployed.
  const inputs = services.length > 0 ? given : { ...given, service: undefined }
  const problems = [
    ...unpaired(inputs),
    ...unfitting(inputs, waves),
    ...(await misnamed(waves, config, environment ?? '')),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
  const placed = await Promise.all(
    waves.map((names) =>
      Promise.all(
        names.map(async (name): Promise<PlacedService> => {
          const other = config && members?.placeMember(config, inputs, name)
          if (other) return other
          const place = await placeIn(loaded, { ...inputs, service: name }, runner)
          return { name: resourceName(name), place: { ...place, service: place.service ?? name } }
        }),
      ),
    ),
  )
  const places = placed.flat().flatMap(({ place, site, beanstalk }) => (site || beanstalk ? [] : [place]))
  const lost = await lostAt('deploy', deployInputs, inputs, places, runner)
  if (lost.length > 0) throw invalidInputs(lost)
  return inOnePlace(placed)
}

/** One step deploys to one region of one account, which an ARN may name for all. Throws `inputs-invalid`. */
function inOnePlace(waves: Waves): Waves {
  const all = waves.flat()
  const located = all.find(({ place }) => place.region !== undefined)
  if (located === undefined) return waves
  const { region, allowedAccountIds } = located.place
  const elsewhere = all.filter(({ place }) => place.region !== undefined && whereOf(place) !== whereOf(located.place))
  const problems = elsewhere.map(
    ({ name, place }) =>
      text`services names ${untrusted(located.name)} in ${untrusted(whereOf(located.place))} and ${untrusted(name)} in ${untrusted(whereOf(place))}; one step deploys to one region and account`,
  )
  if (problems.length > 0) throw invalidInputs(problems)
  return waves.map((wave) => wave.map((one) => ({ ...one, place: { ...one.place, region, allowedAccountIds } })))
}

function whereOf({ region = '', allowedAccountIds }: Place): string {
  return [region, ...allowedAccountIds].join(', account ')
}

/** Inputs that mean one service, or that several cannot share. */
function unfitting(inputs: DeployInputs, waves: readonly (readonly string[])[]): readonly Text[] {
  const one: readonly (readonly [name: string, isGiven: boolean, why: string])[] = [
    ['service', inputs.service !== undefined, 'services names all of them'],
    ['deployment-id', inputs.deploymentId !== undefined, 'it names the deployment of one service'],
    ['desired-count', inputs.desiredCount !== undefined, 'each service has its own count'],
    ['service-definition', inputs.serviceDefinition !== undefined, 'it describes one service'],
    ['run-task', inputs.runTask, 'the task would run once for each; run it in an earlier step without service'],
    [
      'verify',
      inputs.verify !== undefined && !isNone(inputs.verify),
      'set it for each service in slipway.yml, or [] for none',
    ],
    ['codedeploy-appspec', inputs.codedeployAppspec !== undefined, 'set it for each service in slipway.yml'],
    ['codedeploy-application', inputs.codedeployApplication !== undefined, 'set it for each service in slipway.yml'],
    [
      'on-pause: leave',
      inputs.onPause === 'leave',
      'a later job continues one deployment, and waves wait for each other',
    ],
    [
      'codedeploy-deployment-group',
      inputs.codedeployDeploymentGroup !== undefined,
      'set it for each service in slipway.yml',
    ],
  ]
  const given = one.filter(([, isGiven]) => isGiven)
  const count = waves.flat().length
  return [
    ...given.map(([name, , why]) => text`${name} is not supported with several services: ${why}`),
    ...(waves.length > 1 && !inputs.waitForServiceStability
      ? [text`wait-for-service-stability must be true with waves: each starts after the one before has succeeded`]
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
  const shown = names.map(resourceName)
  const twice = new Set(shown.filter((name, index) => shown.indexOf(name) !== index))
  const duplicates = [...twice].map((name) => text`services names ${untrusted(name)} more than once`)
  if (config === undefined) return duplicates
  const { strangersAmong } = await import('./place-members.ts')
  const { known, unknown } = strangersAmong(names, config, environment)
  return [...duplicates, ...unknown.map((name) => unknownService(name, environment, known))]
}

function unknownService(name: string, environment: string, known: readonly string[]): Text {
  const suggestion = nearest(name, known)
  const advice = suggestion === undefined ? `it has ${known.join(', ')}` : `did you mean ${suggestion}?`
  return text`services names ${untrusted(name)}, which the environment ${untrusted(environment)} of slipway.yml does not have; ${advice}`
}
