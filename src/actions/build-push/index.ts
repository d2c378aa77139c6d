import { basename, dirname, resolve } from 'node:path'
import type { Deadline } from '../../clock.ts'
import { configurationPrefix, removeConfiguration } from '../../docker/configuration.ts'
import { publish } from '../../image/publish.ts'
import { publishJoined } from '../../image/publish-joined.ts'
import type { ImageSource } from '../../image/publish-request.ts'
import { openLayout } from '../../registry/layout-files.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { givenInputs, lostValues } from '../inputs/lost-inputs.ts'
import { openAws, regionOf } from '../world/open-aws.ts'
import { sourceOfContext, workspaceOf } from '../world/source-commit.ts'
import { network } from '../world/world.ts'
import { prepareCopies } from './also-push.ts'
import { withCache } from './build-cache.ts'
import { planBuild } from './build-plan.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'
import { reportCopies, reportDryRun, reportImage, reportNoImage } from './build-push-outputs.ts'
import { wantedTags } from './build-tags.ts'
import { buildWithoutPush } from './build-without-push.ts'
import { countCalls } from './count-calls.ts'
import { openGate } from './image-gate.ts'
import { joinProblems } from './join-problems.ts'
import { openBuilder, savedConfiguration, temporary } from './open-builder.ts'
import { type BuildWorld, openPorts } from './open-ports.ts'
import { prepareInputs } from './prepare-inputs.ts'
import { reportSource } from './report-source.ts'
import { requestedRepository } from './requested-repository.ts'
import { reuseMistakes } from './reuse-inputs.ts'
import { withBake } from './with-bake.ts'
import { writeBuildSummary } from './write-build-summary.ts'

/** Builds and pushes one image. The network is a parameter, so that tests define the responses of AWS and the registry. */
export function createBuildPush(world: BuildWorld): Action<typeof buildPushInputs> {
  return {
    inputs: buildPushInputs,
    main: (inputs, runner) => main(inputs, runner, world),
    post: (_, runner) => post(runner),
  }
}

/** `build-push` with the network of the runner. */
export const action = createBuildPush(network)

async function main(given: BuildPushInputs, runner: Runner, world: BuildWorld): Promise<void> {
  const started = runner.clock.monotonic()
  for (const [, secret] of given.secrets) runner.mask(secret)
  const mistakes = [
    ...lostValues('build-push', givenInputs(buildPushInputs, given)),
    ...reuseMistakes(given.reuse, given.reuseMaxAge),
    ...joinProblems(given),
  ]
  if (mistakes.length > 0) throw invalidInputs(mistakes)
  const inputs = prepareInputs(await withBake(given, runner), runner)
  const repository = await requestedRepository(inputs, regionOf(inputs, runner.environment), runner.files)
  const found = sourceOfContext(inputs.context, inputs.revision, runner)
  reportSource(found, inputs, runner)
  const wanted = await wantedTags(inputs, found, runner)
  const { tags } = wanted
  if (inputs.dryRun) return reportDryRun(inputs, repository.name, tags, found, runner)
  const calls = countCalls(world.fetch)
  const open = () => openPorts(inputs, runner, world, calls)
  if (!inputs.push || inputs.call === 'check') {
    const { request } = await planBuild(inputs, wanted, found, runner)
    const ports = { builder: world.builder ?? openBuilder(runner), connect: open }
    await buildWithoutPush(inputs, { request, tags, origin: found }, ports, runner)
    return reportNoImage(repository.name, tags, found, { reused: 'false' }, runner)
  }
  const copies = await prepareCopies(inputs, repository.creation, runner, world)
  const layout =
    inputs.ociLayout === undefined
      ? undefined
      : await openLayout(inputs.ociLayout, [workspaceOf(runner), temporary(runner)])
  try {
    const opened = open()
    const { registry } = opened
    const reach = (deadline: Deadline) => openAws(inputs, runner, deadline, world.requestHandler)
    const gate = await openGate(inputs, { repository: repository.name, tags, registry, runner, open: reach })
    const builder = withCache(opened.builder, inputs, found, runner, () => opened)
    const ports = { ...opened, builder, approve: gate.approve }
    const { digests, platforms, pushByDigest: digestOnly } = inputs
    const source = async (): Promise<ImageSource> =>
      layout === undefined ? await planBuild(inputs, wanted, found, runner) : { kind: 'layout', layout }
    const published =
      digests.length > 0
        ? await publishJoined({ repository, tags, digests, platforms }, ports)
        : await publish({ repository, tags, digestOnly, source: await source() }, ports)
    await reportImage(published, found, registry, runner)
    await gate.afterwards(published.digest)
    await reportCopies(published, await copies(published), runner)
    if (inputs.jobSummary) await writeBuildSummary(published, { inputs, found, started, registry }, runner)
    runner.log.info(calls.line())
  } finally {
    await layout?.close()
  }
}

/** Removes the password that a killed `main` may have left behind. */
async function post(runner: Runner): Promise<void> {
  const directory = runner.state(savedConfiguration)
  if (directory === undefined || !basename(directory).startsWith(configurationPrefix)) return
  if (resolve(dirname(directory)) === resolve(temporary(runner))) await removeConfiguration(directory)
}
