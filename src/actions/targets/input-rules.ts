import { isDigest } from '../../image/reference.ts'
import type { Runner } from '../../runner/action.ts'
import { type InputSpec, invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { type DeployInputs, deployInputs } from '../inputs/deploy-inputs.ts'
import { givenInputs, lostValues } from '../inputs/lost-inputs.ts'
import type { Place } from './place.ts'

/** Refuses inputs that are right one by one and make no sense together. Throws `inputs-invalid` with all that is wrong. */
export async function requireValidCombination(inputs: DeployInputs, place: Place, runner: Runner): Promise<void> {
  const { deploymentId } = inputs
  const isLost = deploymentId !== undefined && place.service === undefined
  const problems = [
    ...unpaired(inputs),
    ...(isLost ? [lost(deploymentId)] : []),
    ...(await lostAt('deploy', deployInputs, inputs, [place], runner)),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
}

/** Inputs that are given without the one that they require, or with one that contradicts them. */
export function unpaired(inputs: DeployInputs): readonly Text[] {
  const pairs = [
    ['service-managed-ebs-volume', inputs.serviceManagedEbsVolume, inputs.serviceManagedEbsVolumeName],
    ['run-task-managed-ebs-volume', inputs.runTaskManagedEbsVolume, inputs.runTaskManagedEbsVolumeName],
  ] as const
  const lonely = pairs.filter(([, one, other]) => (one === undefined) !== (other === undefined))
  return [
    ...lonely.map(([name]) => text`${name} and ${name}-name require each other`),
    ...releaseOfImages(inputs),
    ...(inputs.keepImage && inputs.image !== undefined ? [text`image and keep-image are mutually exclusive`] : []),
  ]
}

/** `digests` are of the images of slipway.yml, and take the place of the one image. */
function releaseOfImages({ digests, environment, image, keepImage, dryRun }: DeployInputs): readonly Text[] {
  if (digests === undefined) return []
  const others = [image === undefined ? '' : 'image', keepImage ? 'keep-image' : ''].filter(Boolean)
  const tags = Object.entries(digests).flatMap(([name, one]) => (isDigest(one) ? [] : [name]))
  return [
    ...(environment === undefined ? [text`digests requires environment: its images are those of slipway.yml`] : []),
    ...others.map((other) => text`digests and ${other} are mutually exclusive`),
    ...(tags.length > 0 && !dryRun
      ? [text`digests has a tag and no digest of ${untrusted(tags.join(', '))}, which only a dry run accepts`]
      : []),
  ]
}

/** Without a service, this action registers a definition, but with deployment-id it only watches. */
function lost(deploymentId: string): Text {
  return text`deployment-id ${untrusted(deploymentId)} does not include its service: set service (and cluster) or environment as well, or use the ARN of a service deployment`
}

/** The place of an action, as far as rules about empty inputs need it. */
interface Located {
  readonly environment?: string | undefined
  readonly config: string
  readonly service?: string | undefined
  readonly services?: readonly string[] | readonly (readonly string[])[]
}

/** The lost values of an action that works on places, each reported once. */
export async function lostAt(
  action: string,
  spec: InputSpec,
  inputs: Located,
  places: readonly Place[],
  { files, local }: Runner,
): Promise<readonly Text[]> {
  const { environment, config, service, services = [] } = inputs
  const isNamed = service !== undefined || services.length > 0
  const isThere = environment === undefined && isNamed && (await files.exists(config))
  const given = [...givenInputs(spec, inputs), ...(isThere ? ['slipway.yml is in the workspace'] : [])]
  const said = places.flatMap(({ facts }) => lostValues(action, [...given, ...facts], local ? 'person' : 'job'))
  return [...new Map(said.map((problem) => [problem.join(''), problem])).values()]
}

/** The same for actions that have no other rules. Throws `inputs-invalid`. */
export async function requireValues(
  action: string,
  spec: InputSpec,
  inputs: Located,
  place: Place,
  runner: Runner,
): Promise<void> {
  const problems = await lostAt(action, spec, inputs, [place], runner)
  if (problems.length > 0) throw invalidInputs(problems)
}
