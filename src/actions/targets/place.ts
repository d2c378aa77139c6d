import type { LoadedConfig } from '../../config/load.ts'
import type { ImageTarget } from '../../config/select-images.ts'
import type { AfterDeployment, NamedSchedule, Target } from '../../config/select-target.ts'
import { type Places, serviceLocation } from '../../config/service-location.ts'
import { ecrRepository } from '../../image/ecr-host.ts'
import { namingSettings, type Origins } from '../../origins.ts'
import type { Subject } from '../../report/subject.ts'
import type { Runner } from '../../runner/action.ts'
import type { DeploymentSettings } from '../../targets/ecs/request/requested-settings.ts'
import type { Check, ReleaseTask } from '../../targets/steps/request/release-steps.ts'
import type { AwsInputs } from '../inputs/aws-inputs.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import { checksOf } from './given-checks.ts'
import { factsOf, isGiven, originsOf } from './place-origins.ts'
import type { PlacedImage } from './placed-images.ts'

/** The target of a deployment, from slipway.yml and from the inputs, which have precedence. */
export interface Place {
  readonly environment?: string | undefined
  /** Of the service in slipway.yml. */
  readonly name?: string | undefined
  readonly region?: string | undefined
  readonly accountId?: string | undefined
  /** Accounts that the credentials may belong to; none: every account. */
  readonly allowedAccountIds: readonly string[]
  readonly roleArn?: string | undefined
  /** With its registry. */
  readonly image?: string | undefined
  /** Of several images, those of the service's containers; undefined without `digests`. */
  readonly images?: readonly PlacedImage[] | undefined
  readonly cluster: string
  /** Undefined: a task definition is registered and nothing deployed. */
  readonly service?: string | undefined
  readonly taskDefinition?: string | undefined
  readonly container?: string | undefined
  /** File; the input may also be the text itself. */
  readonly codeDeployAppSpec?: string | undefined
  /** File with the members of CreateService. */
  readonly serviceDefinition?: string | undefined
  readonly codeDeployApplication?: string | undefined
  readonly codeDeployDeploymentGroup?: string | undefined
  readonly suspendAutoScaling?: boolean | undefined
  readonly schedules?: readonly NamedSchedule[] | undefined
  /** Of slipway.yml alone. */
  readonly settings?: DeploymentSettings | undefined
  readonly after?: AfterDeployment | undefined
  readonly verify?: readonly Check[] | undefined
  readonly tasks?: readonly ReleaseTask[] | undefined
  readonly url?: string | undefined
  readonly slackChannel?: string | undefined
  /** What reports name, where it is no service of Amazon ECS. */
  readonly subject?: Pick<Subject, 'service' | 'home' | 'nouns' | 'outputs'> | undefined
  /** What slipway.yml and ARNs say, in the words of the rules about empty inputs. */
  readonly facts: readonly string[]
  /** Lost where a place is saved for the post step. */
  readonly origins?: Origins | undefined
}

/** The inputs of one service, completed by the environment of slipway.yml. */
export async function placeOf(inputs: DeployInputs, runner: Runner, more: Places = {}): Promise<Place> {
  const config = await configOf(inputs, runner)
  const place = await placeIn(config, inputs, runner, more)
  const isOnly = Object.keys(config?.config.services ?? {}).length <= 1
  return isOnly ? { ...place, codeDeployAppSpec: place.codeDeployAppSpec ?? (await usualAppSpec(runner)) } : place
}

/**
 * The default file of `aws-actions/amazon-ecs-deploy-task-definition` v2. It is for one service: none of several uses it by
 * default, nor does a target other than ECS.
 */
async function usualAppSpec({ files }: Runner): Promise<string | undefined> {
  const path = 'appspec.yaml'
  if (!(await files.exists(path))) return undefined
  return /\bTargetService\b/.test(await files.readText(path, 'codedeploy-appspec')) ? path : undefined
}

/** The same with slipway.yml, where the inputs mean it, read already. */
export async function placeIn(
  config: LoadedConfig | undefined,
  inputs: DeployInputs,
  runner: Pick<Runner, 'environment' | 'local'>,
  more: Places = {},
): Promise<Place> {
  const configured = config && (await configuredPlace(config, inputs))
  const { target } = configured ?? {}
  const configuredOrigin = (setting: string) => (isGiven(inputs, setting) ? undefined : configured?.origins(setting))
  const merged = mergedPlace(inputs, target)
  const { allowedAccountIds: ids } = inputs
  const accountIds = ids.length > 0 || target === undefined ? ids : [target.accountId]
  const places = { ...placesOf(inputs, merged), ...more }
  const where = await namingSettings(configuredOrigin, async () =>
    serviceLocation(places, { region: merged.region, accountIds }),
  )
  return {
    ...target,
    ...merged,
    verify: await checksOf(inputs.verify, target?.verify),
    environment: inputs.environment,
    image: configured?.image ?? inputs.image,
    images: configured?.images,
    cluster: where.cluster ?? 'default',
    service: where.service,
    region: where.region,
    accountId: target?.accountId ?? (where.arnInputs.account && where.accountIds[0]),
    allowedAccountIds: where.accountIds,
    facts: factsOf(inputs, configured, where),
    origins: originsOf(inputs, configuredOrigin, where, runner),
  }
}

/** What both may say; the inputs come first. Names of the service are slipway.yml's own: an input chooses among them. */
function mergedPlace(inputs: DeployInputs, target: Target | undefined) {
  return {
    region: inputs.awsRegion ?? target?.region,
    cluster: inputs.cluster ?? target?.cluster,
    service: target?.service ?? inputs.service,
    taskDefinition: inputs.taskDefinition ?? target?.taskDefinition,
    container: inputs.containerName ?? target?.container,
    suspendAutoScaling: inputs.suspendAutoScaling ?? target?.suspendAutoScaling,
    serviceDefinition: inputs.serviceDefinition ?? target?.serviceDefinition,
    codeDeployApplication: inputs.codedeployApplication ?? target?.codeDeployApplication,
    codeDeployDeploymentGroup: inputs.codedeployDeploymentGroup ?? target?.codeDeployDeploymentGroup,
    // Shown in public: without user and password.
    url: (inputs.url ?? target?.url)?.replace(/(?<=:\/\/)[^/?#\s]*@/, ''),
    slackChannel: inputs.slackChannel ?? target?.slackChannel,
  }
}

function placesOf(inputs: DeployInputs, { cluster, service, taskDefinition }: ReturnType<typeof mergedPlace>): Places {
  return {
    cluster,
    service,
    'task-definition': taskDefinition,
    'task-definition-arn': inputs.taskDefinitionArn,
    'deployment-id': inputs.deploymentId,
  }
}

/**
 * slipway.yml, where the inputs refer to it. An environment's name alone does not: with a service given, it may be only the name
 * that GitHub displays.
 */
export async function configOf(inputs: DeployInputs, { files }: Runner): Promise<LoadedConfig | undefined> {
  const { environment, config: path, service, services } = inputs
  if (environment === undefined) return undefined
  const isNamed = service !== undefined || services.length > 0
  if (isNamed && !(await files.exists(path))) return undefined
  const { loadConfig } = await import('../../config/load.ts')
  return loadConfig(await files.readText(path, 'config'), path)
}

/** The environment's part of slipway.yml. */
async function configuredPlace(loaded: LoadedConfig, inputs: DeployInputs) {
  const { environment = '', service, digests } = inputs
  const { selectImages } = await import('../../config/select-images.ts')
  const { selectTarget } = await import('../../config/select-target.ts')
  const { originsIn } = await import('../../config/setting-origins.ts')
  const target = selectTarget(loaded.config, environment, service)
  const built = selectImages(loaded.config)
  const image = fullImage(inputs.image, built)
  // Loaded only now: most files have one image.
  const images = digests && (await import('./placed-images.ts')).placedImages(loaded, target, digests)
  return { target, image, images, hasImage: built.length > 0, origins: originsIn(loaded, environment, target.name) }
}

/**
 * An image of slipway.yml's repository gets its registry here: between jobs it travels without, as the runner blanks
 * outputs that contain a masked account id.
 */
export function fullImage(image: string | undefined, images: readonly ImageTarget[]): string | undefined {
  if (image === undefined) return image
  const isOf = ({ repository }: ImageTarget) =>
    image.startsWith(repository) && /^[@:]/.test(image.slice(repository.length))
  const from = images.find(isOf)
  return from === undefined ? image : ecrRepository(image, from.accountId, from.region)
}

/** The inputs for AWS at a place: its region, role and accounts, unless the inputs say otherwise. */
export function awsInputsAt(inputs: AwsInputs, { region, roleArn, allowedAccountIds }: Place): AwsInputs {
  return {
    ...inputs,
    awsRegion: inputs.awsRegion ?? region,
    roleToAssume: inputs.roleToAssume ?? roleArn,
    allowedAccountIds,
  }
}
