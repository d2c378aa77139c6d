import { roleArn } from '../../arn.ts'
import type { Config } from '../../config/schema.ts'
import { firstUnproven } from '../../deployment/environment-order.ts'
import { Failure } from '../../failure.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'
import { environmentHistory } from '../targets/environment-before.ts'
import { fullImage } from '../targets/place.ts'
import type { World } from '../world/world.ts'
import type { PromoteInputs } from './promote-inputs.ts'

/** The inputs, completed by an environment of slipway.yml, and the services that have to run the image before it is promoted. */
export interface AtEnvironment {
  readonly inputs: PromoteInputs
  /** Without the service that an earlier step has deployed. */
  readonly others: readonly string[]
}

/** Reads slipway.yml where the inputs name an environment; what they set has precedence. */
export async function atEnvironment(inputs: PromoteInputs, runner: Runner): Promise<AtEnvironment> {
  const { environment, service, config: file } = inputs
  if (environment === undefined) {
    if (service !== undefined) throw invalidInputs([text`service is set and environment is not: set environment, too`])
    return { inputs, others: [] }
  }
  const { loadConfig } = await import('../../config/load.ts')
  const { selectTarget, serviceNames } = await import('../../config/select-target.ts')
  const { config } = loadConfig(await runner.files.readText(file, 'config'), file)
  const names = serviceNames(config, environment)
  if (service !== undefined) selectTarget(config, environment, service)
  const others = service === undefined ? [] : names.filter((name) => name !== service)
  return { inputs: await completed(inputs, environment, config), others }
}

async function completed(inputs: PromoteInputs, name: string, config: Config): Promise<PromoteInputs> {
  const { selectImages } = await import('../../config/select-images.ts')
  const { selectImageTags } = await import('../../config/select-target.ts')
  const environment = config.environments[name]
  if (environment === undefined) return inputs
  const { region, account, role } = environment
  const { to, tag, tags, repository, digest, allowedAccountIds: ids } = inputs
  const isTagged = to.length > 0 || tag !== undefined || tags.length > 0
  const isShort = inputs.image === undefined && repository !== undefined && digest !== undefined
  const image = isShort ? `${repository}@${digest}` : inputs.image
  return {
    ...inputs,
    ...(isShort && { repository: undefined, digest: undefined }),
    image: fullImage(image, selectImages(config)),
    awsRegion: inputs.awsRegion ?? region,
    roleToAssume: inputs.roleToAssume ?? (role && roleArn(role, account, region)),
    allowedAccountIds: ids.length > 0 || to.length > 0 ? ids : [account],
    tags: isTagged ? tags : selectImageTags(config, name),
  }
}

/**
 * Whether all other services of the environment run the image, by GitHub's deployment page. Logs which one does not yet: then its own
 * job promotes. Throws `environment-order-unproven` where the page cannot be read.
 */
export async function isRunByAll(
  { inputs, others }: AtEnvironment,
  digest: string,
  runner: Runner,
  world: World,
): Promise<boolean> {
  const { environment = '' } = inputs
  if (others.length === 0) return true
  const history = environmentHistory(inputs, runner, world)
  const order = { environment, before: environment, services: others, digest: digest as `sha256:${string}`, commit: '' }
  const found = await firstUnproven({ ...order, run: runner.environment.GITHUB_RUN_ID ?? '' }, history)
  if (found === undefined) return true
  if (found.isUnread)
    throw new Failure({
      code: 'environment-order-unproven',
      what: text`Not promoted: could not verify that ${untrusted(found.service)} runs the image in ${untrusted(environment)}`,
      why: found.why,
      fix: text`Run the job again; nothing was copied or tagged.`,
    })
  runner.log.info(
    text`Not promoted yet: ${untrusted(found.service)} does not run the image in ${untrusted(environment)} (${found.why}). Its own job promotes it.`,
  )
  return false
}
