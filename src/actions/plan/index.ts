import { deploymentRows } from '../../config/deployment-rows.ts'
import { type LoadedConfig, loadConfig } from '../../config/load.ts'
import { requireContainerImages } from '../../config/released-images.ts'
import type { Config } from '../../config/schema.ts'
import { selectBeanstalk } from '../../config/select-beanstalk.ts'
import { selectImage, selectImages } from '../../config/select-images.ts'
import { selectSite } from '../../config/select-site.ts'
import { memberNames, selectEnvironment, selectTargets } from '../../config/select-target.ts'
import { originsIn } from '../../config/setting-origins.ts'
import { Failure } from '../../failure.ts'
import { withOrigins } from '../../origins.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { flag, type InputReader, invalidInputs, optionalText, requiredText, words } from '../../runner/inputs.ts'
import { asName, setting, text, untrusted } from '../../text.ts'
import { revisionOutput, sourceOfContext } from '../world/source-commit.ts'

const environmentNames: InputReader<readonly string[]> = (given) => requiredText(given).split(/\r?\n/).flatMap(words)

const inputs = {
  config: (given: string) => given || 'slipway.yml',
  environments: environmentNames,
  'single-image': flag(false),
  'approval-environment': optionalText,
  'after-environment': optionalText,
  'promote-to': optionalText,
  'promote-environment': optionalText,
}

/** Reads slipway.yml for a workflow: which environments and services in which order, which image, and of which commit. */
export const action: Action<typeof inputs> = {
  inputs,
  async main(given, runner) {
    const { config: file, environments, singleImage, approvalEnvironment, afterEnvironment } = given
    const loaded = loadConfig(await runner.files.readText(file, 'config'), file)
    const { config } = loaded
    requireDeployableImages(loaded, environments, singleImage)
    const targets = selectTargets(config, environments)
    const everything = environments.map((name) => selectEnvironment(config, name))
    const [first] = everything
    const image = selectImage(config)
    const rows = deploymentRows(config, environments, afterEnvironment)
    if (afterEnvironment !== undefined) selectEnvironment(config, afterEnvironment)
    if (given.promoteEnvironment !== undefined) selectEnvironment(config, given.promoteEnvironment)
    if (given.promoteTo !== undefined && image === undefined) throw nothingToPromote(config)
    if (approvalEnvironment !== undefined) requireOne(rows)
    const origin = sourceOfContext(image?.context ?? '.', undefined, runner)
    const outputs = {
      matrix: JSON.stringify(rows),
      repository: image?.repository,
      several: config.images === undefined ? undefined : 'true',
      filtered: selectImages(config).some(({ paths }) => paths !== undefined) ? 'true' : undefined,
      'image-environment': image?.environment,
      'image-region': image?.region,
      'image-role': image?.roleArn,
      context: image?.context,
      file: image?.file,
      target: image?.target,
      platforms: image?.platforms.join(','),
      'build-args': image?.buildArgs.join('\n'),
      'slack-channel': first?.slackChannel,
      revision: revisionOutput(origin),
      tag: origin.source?.revision,
    }
    for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value ?? '')
    for (const { environment, name, cluster, service, region } of targets) {
      runner.log.info(
        text`${asName(environment)}: ${asName(name)} → cluster ${asName(cluster)}, service ${asName(service)}, ${region}`,
      )
    }
    for (const environment of environments) logOthers(config, environment, runner)
    for (const { environment } of everything.filter(({ roleArn }) => roleArn === undefined)) {
      const role = text`${setting('role-to-assume')} is missing: a deployment to ${untrusted(environment)} uses the ambient credentials of the job, and the reusable workflow sets up none`
      runner.log.warning(withOrigins(role, originsIn(loaded, environment, '')))
    }
  },
}

function nothingToPromote({ images }: Config): Failure {
  const has = images === undefined ? 'no image' : 'several images'
  return invalidInputs([
    text`promote-to copies the one image of slipway.yml, which has ${has}: call the workflow promote.yml for each`,
  ])
}

/** Of several images, slipway.yml says which containers get which; a caller with one image of its own deploys no others. */
function requireDeployableImages(loaded: LoadedConfig, environments: readonly string[], singleImage: boolean): void {
  const { config, file, at } = loaded
  if (config.images === undefined) return
  requireContainerImages(loaded, singleImage ? [] : environments)
  if (!singleImage) return
  throw new Failure({
    code: 'config-invalid',
    what: text`The configuration has several images, and this step builds and deploys one`,
    mistakes: [{ file, ...at(['images']), message: text`images is not deployed by the root action` }],
    fix: text`Use the workflow deploy.yml, which builds all images and gives each service its own; or build.yml, and the action deploy with its output digests.`,
  })
}

/** What is deployed to an environment beside services of Amazon ECS. */
function logOthers(config: Config, environment: string, { log }: Runner): void {
  for (const name of memberNames(config, environment)) {
    const { settings: site } = selectSite(config, environment, name) ?? {}
    const { settings: beanstalk } = selectBeanstalk(config, environment, name) ?? {}
    const where = site ? `bucket ${site.bucket}` : beanstalk && `environment ${beanstalk['environment-name']}`
    if (where !== undefined) log.info(text`${asName(environment)}: ${asName(name)} → ${untrusted(where)}`)
  }
}

/** GitHub cannot run a job between two rows of a matrix, so the services of one approval share one row. */
function requireOne(rows: readonly { readonly environment: string; readonly service: string }[]): void {
  const [first] = rows
  if (rows.length === 1 && first?.service !== '') return
  const names = rows.map(({ environment, service }) =>
    service === '' ? `${environment} (in waves)` : `${environment}/${service}`,
  )
  throw invalidInputs([
    text`approval-environment requires exactly one service in one environment, not ${untrusted(names.join(', '))}: call the workflow once for each`,
  ])
}
