import { basename, dirname, resolve } from 'node:path'
import { deadlineIn } from '../../clock.ts'
import { redactLines } from '../../diagnosis/redact-lines.ts'
import { dockerBuilder } from '../../docker/builder.ts'
import { configurationPrefix, removeConfiguration } from '../../docker/configuration.ts'
import { addArtifact } from '../../github/artifacts.ts'
import type { RepositoryRequest } from '../../image/build-preflight.ts'
import { type Published, type PublishPorts, publish } from '../../image/publish.ts'
import { publishJoined } from '../../image/publish-joined.ts'
import type { Builder, RegistryLogin } from '../../ports.ts'
import { openRegistry } from '../../registry/distribution.ts'
import { openLayout } from '../../registry/layout-files.ts'
import { shareLogin } from '../../registry/login.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { sourceLine } from '../../source.ts'
import { text, untrusted } from '../../text.ts'
import { givenInputs, lostValues } from '../inputs/lost-inputs.ts'
import { openAws } from '../world/open-aws.ts'
import { type BuildOrigin, revisionOutput, sourceOfContext, workspaceOf } from '../world/source-commit.ts'
import { network, type World } from '../world/world.ts'
import { planBuild } from './build-plan.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'
import { reportDryRun, setOutputs } from './build-push-outputs.ts'
import { wantedTags } from './build-tags.ts'
import { joinProblems } from './join-problems.ts'

/** How long one request to AWS or to the registry is tried again. Milliseconds. */
const retryTime = 10 * 60_000

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
  for (const [, secret] of inputs.secrets) runner.mask(secret)
  const lost = lostValues('build-push', givenInputs(buildPushInputs, inputs))
  const problems = [...lost, ...joinProblems(inputs)]
  if (problems.length > 0) throw invalidInputs(problems)
  const found = sourceOfContext(inputs.context, inputs.revision, runner)
  reportSource(found, inputs, runner)
  const wanted = await wantedTags(inputs, found, runner)
  const { tags } = wanted
  if (inputs.dryRun) return reportDryRun(inputs, tags, found, runner)
  if (inputs.digests.length > 0) return await joinDigests(inputs, tags, found, runner, world)
  const layout =
    inputs.ociLayout === undefined
      ? undefined
      : await openLayout(inputs.ociLayout, [workspaceOf(runner), temporary(runner)])
  try {
    const published = await publish(
      {
        repository: repositoryOf(inputs),
        tags,
        digestOnly: inputs.pushByDigest,
        source: layout === undefined ? await planBuild(inputs, wanted, found, runner) : { kind: 'layout', layout },
      },
      openPorts(inputs, runner, world),
    )
    await report(published, found, runner)
  } finally {
    await layout?.close()
  }
}

async function joinDigests(
  inputs: BuildPushInputs,
  tags: readonly [string, ...string[]],
  found: BuildOrigin,
  runner: Runner,
  world: BuildWorld,
): Promise<void> {
  const { digests, platforms } = inputs
  const request = { repository: repositoryOf(inputs), tags, digests, platforms }
  await report(await publishJoined(request, openPorts(inputs, runner, world)), found, runner)
}

function repositoryOf({
  repository: name,
  createRepository: create,
  immutableTags,
}: BuildPushInputs): RepositoryRequest {
  return { name, create, immutableTags }
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
  const { clock, signal, environment, log } = runner
  const say = log.info
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
    builder:
      world.builder ??
      dockerBuilder({
        login: login.current,
        environment,
        directory: workspaceOf(runner),
        temporary: temporary(runner),
        signal,
        say,
        warn: (warning) => log.warning(warning.message, 'Build check', warning),
        grouped: log.grouped,
        redact: redactLines,
        onConfiguration: (directory) => runner.saveState(savedConfiguration, directory),
      }),
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

function temporary({ environment }: Runner): string {
  return environment.RUNNER_TEMP ?? '/tmp'
}
