import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import { type ImageTarget, namedImage, selectImages } from '../../config/select-images.ts'
import { Failure } from '../../failure.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'
import { revisionOutput, sourceOfContext } from '../world/source-commit.ts'
import { type BuildRow, type BuildRows, buildRows } from './build-rows.ts'
import { namedCache, requireOwnCaches } from './cache-names.ts'
import { digestsOfImages, digestsOfParts } from './collected-digests.ts'
import { type PlanImagesInputs, planImagesInputs } from './plan-images-inputs.ts'
import { unchangedImages } from './unchanged-images.ts'

/**
 * Plans the jobs of build.yml. At first, which images are built on which runners (`plan`); then, with that plan, the settings of
 * one job, and the digests that jobs have put out.
 */
export const action: Action<typeof planImagesInputs> = {
  inputs: planImagesInputs,
  async main(inputs, runner) {
    const outputs = await outputsOf(inputs, runner)
    for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
  },
}

async function outputsOf(inputs: PlanImagesInputs, runner: Runner): Promise<Record<string, string>> {
  const { plan, buildOutputs = {}, joinOutputs, config: file } = inputs
  // The digests of all are collected by a job without a checkout.
  if (plan !== undefined && joinOutputs !== undefined)
    return { digests: JSON.stringify(digestsOfImages(plan, buildOutputs, joinOutputs)) }
  const { config } = loadConfig(await runner.files.readText(file, 'config'), file)
  return plan === undefined ? await planned(config, inputs, runner) : ofJob(config, plan, inputs)
}

async function planned(config: Config, inputs: PlanImagesInputs, runner: Runner): Promise<Record<string, string>> {
  const images = selectImages(config)
  if (images.length === 0 && !inputs.allowNone) throw noImage(inputs.config)
  const isLayout = inputs.ociLayout !== undefined
  if (isLayout && images.length > 1)
    throw invalidInputs([
      text`oci-layout is one image, and slipway.yml has ${images.length}: push each with the action build-push`,
    ])
  const origin = sourceOfContext(images[0]?.context ?? '.', undefined, runner)
  const unchanged = inputs.buildAll ? [] : await unchangedImages(images, origin, runner)
  const plan = buildRows(images, unchanged, { runner: inputs.runner, isLayout })
  requireOwnCaches(inputs.cacheTo, plan)
  for (const row of plan.build) runner.log.info(rowLine(row))
  return {
    plan: JSON.stringify(plan),
    unchanged: JSON.stringify(unchanged),
    repository: images.find(({ name }) => name === '')?.repository ?? '',
    revision: revisionOutput(origin),
    tag: origin.source?.revision ?? '',
    tags: tagsOf(images, unchanged, inputs.tag ?? origin.source?.revision ?? ''),
  }
}

/** The tag that each of several images gets, where it is built: what a dry run has in the place of digests. */
function tagsOf(images: readonly ImageTarget[], unchanged: readonly string[], tag: string): string {
  const built = images.filter(({ name }) => name !== '' && !unchanged.includes(name))
  return built.length === 0 || tag === ''
    ? '{}'
    : JSON.stringify(Object.fromEntries(built.map(({ name }) => [name, tag])))
}

function noImage(config: string): Failure {
  return new Failure({
    code: 'config-invalid',
    what: text`${untrusted(config)} has neither image nor images, so there is nothing to build`,
    fix: text`Add image with its repository; docs/slipway-yml.md lists all keys.`,
  })
}

function rowLine({ image, platform, runner }: BuildRow) {
  const name = image === '' ? text`The image` : text`The image ${untrusted(image)}`
  const where = untrusted([runner].flat().join(', '))
  return text`${name} is built for ${untrusted(platform || 'the platform of the runner')} on ${where}`
}

/** What one job needs to know of its image, and the digests of its platforms where they were built. */
function ofJob(config: Config, plan: BuildRows, inputs: PlanImagesInputs): Record<string, string> {
  const { image, buildOutputs } = inputs
  const parts = buildOutputs === undefined ? [] : digestsOfParts(plan, image, buildOutputs)
  return { ...settingsOf(namedImage(config, image), inputs), 'part-digests': parts.join('\n') }
}

function settingsOf(target: ImageTarget, inputs: PlanImagesInputs): Record<string, string> {
  const named = (caches: readonly string[]) => caches.map((cache) => namedCache(cache, inputs)).join('\n')
  return {
    repository: target.repository,
    'image-region': target.region,
    'image-role': target.roleArn ?? '',
    context: target.context,
    file: target.file ?? '',
    target: target.target ?? '',
    platforms: target.platforms.join(','),
    'build-args': [...target.buildArgs, ...inputs.buildArgs].join('\n'),
    'cache-from': named(inputs.cacheFrom),
    'cache-to': named(inputs.cacheTo),
  }
}
