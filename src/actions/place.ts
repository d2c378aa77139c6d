import type { Config } from '../config/schema.ts'
import type { ImageTarget } from '../config/target.ts'
import type { DeploymentSettings } from '../deployment/strategy/settings.ts'
import { ecrHost } from '../image/ecr.ts'
import type { Runner } from '../runner/action.ts'
import type { AwsInputs } from './connect.ts'
import type { DeployInputs } from './deploy-inputs.ts'

/** Where a deployment goes, from slipway.yml and from the inputs, which come first. */
export interface Place {
  readonly environment?: string | undefined
  /** Of the service in slipway.yml. */
  readonly name?: string | undefined
  readonly region?: string | undefined
  readonly accountId?: string | undefined
  readonly roleArn?: string | undefined
  /** With its registry. */
  readonly image?: string | undefined
  readonly cluster: string
  /** Undefined: a task definition is registered and nothing deployed. */
  readonly service?: string | undefined
  readonly taskDefinition?: string | undefined
  readonly container?: string | undefined
  /** File; the input may also be the text itself. */
  readonly codeDeployAppSpec?: string | undefined
  readonly codeDeployApplication?: string | undefined
  readonly codeDeployDeploymentGroup?: string | undefined
  /** Of slipway.yml alone. */
  readonly settings?: DeploymentSettings | undefined
  readonly url?: string | undefined
  readonly slackChannel?: string | undefined
}

/** What the inputs say of one service, filled up with what slipway.yml says about the environment. */
export async function placeOf(inputs: DeployInputs, runner: Runner): Promise<Place> {
  const config = await configOf(inputs, runner)
  const place = await placeIn(config, inputs)
  const isOnly = Object.keys(config?.services ?? {}).length <= 1
  return isOnly ? { ...place, codeDeployAppSpec: place.codeDeployAppSpec ?? (await usualAppSpec(runner)) } : place
}

/**
 * The file that `aws-actions/amazon-ecs-deploy-task-definition` v2 takes when none is given. It means one service: none of
 * several takes it unasked, nor is one taken that deploys something else than ECS.
 */
async function usualAppSpec({ files }: Runner): Promise<string | undefined> {
  const path = 'appspec.yaml'
  if (!(await files.exists(path))) return undefined
  return /\bTargetService\b/.test(await files.readText(path, 'codedeploy-appspec')) ? path : undefined
}

/** The same with slipway.yml, where the inputs mean it, read already. */
export async function placeIn(config: Config | undefined, inputs: DeployInputs): Promise<Place> {
  const configured = config && (await configuredPlace(config, inputs))
  return {
    ...configured,
    environment: inputs.environment,
    image: configured?.image ?? inputs.image,
    cluster: inputs.cluster ?? configured?.cluster ?? 'default',
    service: configured?.service ?? inputs.service,
    taskDefinition: inputs.taskDefinition ?? configured?.taskDefinition,
    container: inputs.containerName ?? configured?.container,
    codeDeployApplication: inputs.codedeployApplication ?? configured?.codeDeployApplication,
    codeDeployDeploymentGroup: inputs.codedeployDeploymentGroup ?? configured?.codeDeployDeploymentGroup,
    // Everybody sees it: without user and password.
    url: (inputs.url ?? configured?.url)?.replace(/(?<=:\/\/)[^/?#\s]*@/, ''),
    slackChannel: inputs.slackChannel ?? configured?.slackChannel,
  }
}

/**
 * slipway.yml, where the inputs ask for it. A name of an environment alone does not: with a service given, it may only be
 * the one that GitHub shows.
 */
export async function configOf(inputs: DeployInputs, { files }: Runner): Promise<Config | undefined> {
  const { environment, config: path, service, services } = inputs
  if (environment === undefined) return undefined
  const isNamed = service !== undefined || services.length > 0
  if (isNamed && !(await files.exists(path))) return undefined
  const { loadConfig } = await import('../config/load.ts')
  return loadConfig(await files.readText(path, 'config'), path)
}

/** The environment's part of slipway.yml. */
async function configuredPlace(config: Config, inputs: DeployInputs): Promise<Place> {
  const { environment = '', service } = inputs
  const { selectImage, selectTarget } = await import('../config/target.ts')
  const target = selectTarget(config, environment, service)
  return { ...target, image: fullImage(inputs.image, selectImage(config)) }
}

/**
 * An image of slipway.yml's repository gets its registry here: between jobs it travels without, as the runner blanks
 * outputs that contain a masked account id.
 */
function fullImage(image: string | undefined, from: ImageTarget | undefined): string | undefined {
  if (image === undefined || from === undefined || !/^[@:]/.test(image.slice(from.repository.length))) return image
  if (!image.startsWith(from.repository)) return image
  return `${ecrHost(from.accountId, from.region)}/${image}`
}

/** The inputs for AWS at a place: its region, role and account, unless the inputs say otherwise. */
export function awsInputsAt(inputs: AwsInputs, { region, roleArn, accountId }: Place): AwsInputs {
  const allowed =
    inputs.allowedAccountIds.length > 0 || accountId === undefined ? inputs.allowedAccountIds : [accountId]
  return {
    ...inputs,
    awsRegion: inputs.awsRegion ?? region,
    roleToAssume: inputs.roleToAssume ?? roleArn,
    allowedAccountIds: allowed,
  }
}

/** A service deployment is named after its cluster and service. */
export function attachedPlace(place: Place, { deploymentId }: Pick<DeployInputs, 'deploymentId'>): Place {
  const [, cluster, service] = /\bservice-deployment\/([^/]+)\/([^/]+)\//.exec(deploymentId ?? '') ?? []
  return cluster && service ? { ...place, cluster, service } : place
}
