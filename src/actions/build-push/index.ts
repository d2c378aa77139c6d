import { basename, dirname, resolve } from 'node:path'
import type { Deadline } from '../../clock.ts'
import { redactLines } from '../../diagnosis/redact-lines.ts'
import { dockerBuilder } from '../../docker/builder.ts'
import { configurationPrefix, removeConfiguration } from '../../docker/configuration.ts'
import { addArtifact } from '../../github/artifacts.ts'
import { type Published, type PublishPorts, publish } from '../../image/publish.ts'
import { rememberDigests } from '../../image/remember-digests.ts'
import type { Builder, RegistryLogin } from '../../ports.ts'
import { openRegistry } from '../../registry/distribution.ts'
import { openLayout } from '../../registry/layout-files.ts'
import { shareLogin } from '../../registry/login.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { asName, text, untrusted } from '../../text.ts'
import { givenInputs, lostValues } from '../inputs/lost-inputs.ts'
import { openAws, regionOf } from '../world/open-aws.ts'
import { type BuildOrigin, revisionOutput, sourceOfContext, workspaceOf } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'
import { prepareCopies } from './also-push.ts'
import { planBuild } from './build-plan.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'
import { wantedTags } from './build-tags.ts'
import { type CallCounts, countCalls } from './count-calls.ts'
import { openGate } from './image-gate.ts'
import { openRepositories, throughEndpoint } from './open-repositories.ts'
import { reportSource } from './report-source.ts'
import { requestedRepository } from './requested-repository.ts'
import { reuseMistakes } from './reuse-inputs.ts'
import { writeBuildSummary } from './write-build-summary.ts'

/** How long one request to AWS or to the registry is tried again. Milliseconds. */
const retryTime = 10 * 60_000
/** What never responds is given up this soon, as long as nothing was built. Milliseconds. */
const silentTime = 60_000

const savedConfiguration = 'docker-configuration'

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

async function main(inputs: BuildPushInputs, runner: Runner, world: BuildWorld): Promise<void> {
  const started = runner.clock.monotonic()
  for (const [, secret] of inputs.secrets) runner.mask(secret)
  const mistakes = [
    ...lostValues('build-push', givenInputs(buildPushInputs, inputs)),
    ...reuseMistakes(inputs.reuse, inputs.reuseMaxAge),
  ]
  if (mistakes.length > 0) throw invalidInputs(mistakes)
  const repository = await requestedRepository(inputs, regionOf(inputs, runner.environment), runner.files)
  const found = sourceOfContext(inputs.context, inputs.revision, runner)
  reportSource(found, inputs, runner)
  const wanted = await wantedTags(inputs, found, runner)
  const { tags } = wanted
  if (inputs.dryRun) return reportDryRun({ ...inputs, repository: repository.name }, tags, found, runner)
  const copies = await prepareCopies(inputs, repository.creation, runner, world)
  const layout =
    inputs.ociLayout === undefined
      ? undefined
      : await openLayout(inputs.ociLayout, [workspaceOf(runner), temporary(runner)])
  const calls = countCalls(world.fetch)
  try {
    const ports = openPorts(inputs, runner, world, calls)
    const open = (deadline: Deadline) => openAws(inputs, runner, deadline, world.requestHandler)
    const { registry } = ports
    const gate = await openGate(inputs, { repository: repository.name, tags, registry, runner, open })
    const published = await publish(
      {
        repository,
        tags,
        source: layout === undefined ? await planBuild(inputs, wanted, found, runner) : { kind: 'layout', layout },
      },
      { ...ports, approve: gate.approve },
    )
    await gate.afterwards(published.digest)
    await report(published, await copies(published), found, runner)
    await writeBuildSummary(published, { inputs, found, started, registry }, runner)
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

function openPorts(inputs: BuildPushInputs, runner: Runner, world: BuildWorld, calls: CallCounts): PublishPorts {
  const { clock, signal, environment, log } = runner
  const say = log.info
  const { onCall } = calls
  const connect = (silent?: { readonly silentTime: number }) =>
    openRepositories(inputs, runner, retryTime, world.requestHandler, { onCall, ...silent })
  const ecr = connect({ silentTime })
  let unused: typeof ecr | undefined = ecr
  const login = shareLogin(async () => {
    // A build may take hours: a later token is requested with a timeout of its own and with fresh credentials.
    const asked = unused ?? connect()
    unused = undefined
    return masked(throughEndpoint(await asked.login(), environment), runner)
  })
  return {
    ecr,
    registry: rememberDigests(
      openRegistry({
        login: login.forClient(),
        clock,
        signal,
        retryTime,
        fetch: calls.fetch,
        environment,
        onRetry: say,
      }),
    ),
    registryHost: async () => new URL((await login.current()).endpoint).host,
    builder:
      world.builder ??
      dockerBuilder({
        login: login.current,
        environment,
        directory: workspaceOf(runner),
        temporary: temporary(runner),
        signal,
        clock,
        say,
        warn: (warning) => log.warning(warning.message, 'Build check', warning),
        grouped: log.grouped,
        redact: redactLines,
        onConfiguration: (directory) => runner.saveState(savedConfiguration, directory),
      }),
    say,
    warn: log.warning,
    now: clock.now,
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
  copies: readonly string[],
  origin: BuildOrigin,
  runner: Runner,
): Promise<void> {
  const image = `${repository.uri}@${digest}`
  setOutputs(runner, {
    digest,
    image,
    images: [image, ...copies].join('\n'),
    name: repository.uri,
    repository: repository.name,
    tag,
    tags: tags.join('\n'),
    reused: String(reused),
    revision: revisionOutput(origin),
  })
  for (const one of [image, ...copies]) await addArtifact(runner.environment, one)
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
  const [tag] = tags
  const nothing = { digest: '', image: '', images: '', name: '', reused: '', 'scan-status': '', findings: '' }
  setOutputs(runner, { ...nothing, repository, tag, tags: tags.join('\n'), revision: revisionOutput(origin) })
}

function setOutputs(runner: Runner, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
}

function temporary({ environment }: Runner): string {
  return environment.RUNNER_TEMP ?? '/tmp'
}
