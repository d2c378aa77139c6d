import { basename, dirname, resolve } from 'node:path'
import { deadlineIn } from '../../clock.ts'
import { configurationPrefix, removeConfiguration } from '../../docker/configuration.ts'
import { addArtifact } from '../../github/artifacts.ts'
import { type Published, type PublishPorts, publish } from '../../image/publish.ts'
import type { Builder, RegistryLogin } from '../../ports.ts'
import { openRegistry } from '../../registry/distribution.ts'
import { openLayout } from '../../registry/layout-files.ts'
import { shareLogin } from '../../registry/login.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { sourceLine } from '../../source.ts'
import { asName, text, untrusted } from '../../text.ts'
import { givenInputs, lostValues } from '../inputs/lost-inputs.ts'
import { openAws } from '../world/open-aws.ts'
import { type BuildOrigin, revisionOutput, sourceOfContext, workspaceOf } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'
import { withCache } from './build-cache.ts'
import { planBuild } from './build-plan.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'
import { wantedTags } from './build-tags.ts'
import { buildWithoutPush } from './build-without-push.ts'
import { openBuilder, savedConfiguration, temporary } from './open-builder.ts'
import { prepareInputs } from './prepare-inputs.ts'
import { withBake } from './with-bake.ts'

/** How long one request to AWS or to the registry is tried again. Milliseconds. */
const retryTime = 10 * 60_000

interface BuildWorld extends World {
  /** Builds in the place of Docker. */
  readonly builder?: Builder | undefined
}

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
  for (const [, secret] of given.secrets) runner.mask(secret)
  const lost = lostValues('build-push', givenInputs(buildPushInputs, given))
  if (lost.length > 0) throw invalidInputs(lost)
  const inputs = prepareInputs(await withBake(given, runner), runner)
  const found = sourceOfContext(inputs.context, inputs.revision, runner)
  reportSource(found, inputs, runner)
  const wanted = await wantedTags(inputs, found, runner)
  const { tags } = wanted
  if (inputs.dryRun) return reportDryRun(inputs, tags, found, runner)
  if (!inputs.push || inputs.call === 'check') {
    const { request } = await planBuild(inputs, wanted, found, runner)
    const ports = { builder: world.builder ?? openBuilder(runner), connect: () => openPorts(inputs, runner, world) }
    await buildWithoutPush(inputs, { request, tags, origin: found }, ports, runner)
    return setOutputs(runner, { ...withoutImage(inputs.repository, tags, found), reused: 'false' })
  }
  const layout =
    inputs.ociLayout === undefined
      ? undefined
      : await openLayout(inputs.ociLayout, [workspaceOf(runner), temporary(runner)])
  try {
    const ports = openPorts(inputs, runner, world)
    const published = await publish(
      {
        repository: { name: inputs.repository, create: inputs.createRepository, immutableTags: inputs.immutableTags },
        tags,
        source: layout === undefined ? await planBuild(inputs, wanted, found, runner) : { kind: 'layout', layout },
      },
      { ...ports, builder: withCache(ports.builder, inputs, found, runner, () => ports) },
    )
    await report(published, found, runner)
  } finally {
    await layout?.close()
  }
}

function reportSource(
  { source, event, checkout, remote }: BuildOrigin,
  { context }: BuildPushInputs,
  { log }: Runner,
): void {
  if (source === undefined) return
  const place = untrusted(context)
  const missing =
    checkout === undefined
      ? text`no Git checkout at "${place}"`
      : text`the commit of the Git checkout at "${place}" cannot be read`
  const line = sourceLine(source, event, remote === undefined ? missing : undefined)
  if (line !== undefined) log.info(line)
}

/** Removes the password that a killed `main` may have left behind. */
async function post(runner: Runner): Promise<void> {
  const directory = runner.state(savedConfiguration)
  if (directory === undefined || !basename(directory).startsWith(configurationPrefix)) return
  if (resolve(dirname(directory)) === resolve(temporary(runner))) await removeConfiguration(directory)
}

function openPorts(inputs: BuildPushInputs, runner: Runner, world: BuildWorld): PublishPorts {
  const { clock, signal, environment } = runner
  const say = runner.log.info
  const connect = () => openAws(inputs, runner, deadlineIn(clock, retryTime), world.requestHandler).ecr
  const ecr = connect()
  let unused: typeof ecr | undefined = ecr
  const login = shareLogin(async () => {
    // A build may take hours: a later token is requested with a timeout of its own and with fresh credentials.
    const asked = unused ?? connect()
    unused = undefined
    return masked(await asked.login(), runner)
  })
  return {
    ecr,
    registry: openRegistry({
      login: login.forClient(),
      clock,
      signal,
      retryTime,
      fetch: world.fetch,
      environment,
      onRetry: say,
    }),
    registryHost: async () => new URL((await login.current()).endpoint).host,
    builder: world.builder ?? openBuilder(runner, login.current),
    say,
  }
}

/** The password is masked in the form that Docker's files have, too. */
function masked(login: RegistryLogin, runner: Runner): RegistryLogin {
  runner.mask(login.password)
  runner.mask(Buffer.from(`${login.username}:${login.password}`).toString('base64'))
  return login
}

async function report(
  { repository, digest, tag, tags, reused }: Published,
  origin: BuildOrigin,
  runner: Runner,
): Promise<void> {
  const image = `${repository.uri}@${digest}`
  setOutputs(runner, {
    digest,
    image,
    name: repository.uri,
    repository: repository.name,
    tag,
    tags: tags.join('\n'),
    reused: String(reused),
    revision: revisionOutput(origin),
  })
  await addArtifact(runner.environment, image)
}

/** Calls neither AWS nor Docker. */
function reportDryRun(
  { repository, ociLayout, context }: BuildPushInputs,
  tags: readonly [string, ...string[]],
  origin: BuildOrigin,
  runner: Runner,
): void {
  const from =
    ociLayout === undefined ? text`built from "${untrusted(context)}"` : text`pushed from "${untrusted(ociLayout)}"`
  runner.log.info(text`Dry run: ${asName(repository)}:${asName(tags.join(', '))} would be ${from}; nothing changed.`)
  setOutputs(runner, { ...withoutImage(repository, tags, origin), reused: '' })
}

/** Outputs where nothing was pushed. */
function withoutImage(repository: string, tags: readonly [string, ...string[]], origin: BuildOrigin) {
  const nothing = { digest: '', image: '', name: '' }
  return { ...nothing, repository, tag: tags[0], tags: tags.join('\n'), revision: revisionOutput(origin) }
}

function setOutputs(runner: Runner, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
}
