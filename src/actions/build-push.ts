import { basename, dirname, resolve } from 'node:path'
import { deadlineIn } from '../clock.ts'
import { dockerBuilder } from '../docker/builder.ts'
import { configurationPrefix, removeConfiguration } from '../docker/configuration.ts'
import { addArtifact } from '../github/artifacts.ts'
import { readPullRequest } from '../github/event.ts'
import { revisionLabel } from '../image/manifest.ts'
import { type Published, type PublishPorts, publish } from '../image/publish.ts'
import { type GitContext, sourceRevision, tagsFor } from '../image/tags.ts'
import type { BuildRequest, RegistryLogin } from '../ports.ts'
import { openRegistry } from '../registry/distribution.ts'
import { openLayout } from '../registry/layout-files.ts'
import type { Action, Runner } from '../runner/action.ts'
import { invalidInputs } from '../runner/inputs.ts'
import { type BuildPushInputs, buildPushInputs } from './build-push-inputs.ts'
import { connectAws } from './connect.ts'
import { givenInputs, lostValues } from './lost-inputs.ts'
import { network, type World } from './world.ts'

/** How long one request to AWS or to the registry is tried again. Milliseconds. */
const patience = 10 * 60_000

const savedConfiguration = 'docker-configuration'

/** Builds and pushes one image. The world is handed in, so that tests decide what AWS and the registry say. */
export function createBuildPush(world: World): Action<typeof buildPushInputs> {
  return {
    inputs: buildPushInputs,
    main: (inputs, runner) => main(inputs, runner, world),
    post: (_, runner) => post(runner),
  }
}

export const action = createBuildPush(network)

async function main(inputs: BuildPushInputs, runner: Runner, world: World): Promise<void> {
  for (const [, secret] of inputs.secrets) runner.mask(secret)
  const lost = lostValues('build-push', givenInputs(buildPushInputs, inputs))
  if (lost.length > 0) throw invalidInputs(lost)
  const git = await readGit(runner.environment)
  const ports = openPorts(inputs, runner, world)
  const layout =
    inputs.ociLayout === undefined
      ? undefined
      : await openLayout(inputs.ociLayout, [workspace(runner), temporary(runner)])
  try {
    const published = await publish(
      {
        repository: { name: inputs.repository, create: inputs.createRepository, immutableTags: inputs.immutableTags },
        tags: wantedTags(inputs, git),
        revision: sourceRevision(git),
        source:
          layout === undefined
            ? { kind: 'build', request: buildRequest(inputs, git, runner) }
            : { kind: 'layout', layout },
      },
      ports,
    )
    await tell(published, runner)
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

function openPorts(inputs: BuildPushInputs, runner: Runner, world: World): PublishPorts {
  const { clock, signal, environment, log } = runner
  const connection = () => connectAws(inputs, runner, deadlineIn(clock, patience), world.requestHandler)
  let ecr: PublishPorts['ecr'] | undefined = connection().ecr
  const first = ecr
  let current: Promise<RegistryLogin> | undefined
  const renew = () => {
    // A build may take hours: a later token is asked for with a time limit of its own.
    current = (ecr ?? connection().ecr).login().then((login) => masked(login, runner))
    ecr = undefined
    return current
  }
  const login = () => current ?? renew()
  const say = log.info
  return {
    ecr: first,
    registry: openRegistry({ login: renew, clock, signal, patience, fetch: world.fetch, environment, onRetry: say }),
    registryHost: async () => new URL((await login()).endpoint).host,
    builder: dockerBuilder({
      login,
      environment,
      directory: workspace(runner),
      temporary: temporary(runner),
      signal,
      say,
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

async function readGit(environment: Runner['environment']): Promise<GitContext> {
  const pullRequest = await readPullRequest(environment)
  return {
    sha: environment.GITHUB_SHA ?? '',
    ref: environment.GITHUB_REF ?? '',
    headSha: pullRequest?.headSha,
    pullRequest: pullRequest?.number,
  }
}

/** `tag` comes first; without it the first of `tags`; without any the commit. */
function wantedTags(inputs: BuildPushInputs, git: GitContext): readonly [string, ...string[]] {
  const [first, ...others] = new Set([...(inputs.tag === undefined ? [] : [inputs.tag]), ...tagsFor(inputs.tags, git)])
  return first === undefined ? [sourceRevision(git)] : [first, ...others]
}

function buildRequest(inputs: BuildPushInputs, git: GitContext, { clock, environment }: Runner): BuildRequest {
  const { context, file, target, platforms, buildArgs, cacheFrom, cacheTo, provenance, network, noCache, pull } = inputs
  const labels = {
    [revisionLabel]: sourceRevision(git),
    'org.opencontainers.image.source': `${environment.GITHUB_SERVER_URL ?? 'https://github.com'}/${environment.GITHUB_REPOSITORY ?? ''}`,
    'org.opencontainers.image.created': createdAt(environment, clock.now()),
    ...Object.fromEntries(inputs.labels),
  }
  const secrets = inputs.secrets.map(([id, value]) => ({ id, value }))
  const secretFiles = inputs.secretFiles.map(([id, path]) => ({ id, path }))
  return {
    context,
    file,
    target,
    platforms,
    buildArgs,
    labels,
    secrets,
    secretFiles,
    cacheFrom,
    cacheTo,
    provenance,
    network,
    noCache,
    pull,
  }
}

/** SOURCE_DATE_EPOCH, in seconds, stands for the time of a reproducible build (reproducible-builds.org). */
function createdAt(environment: Runner['environment'], now: number): string {
  const epoch = Number(environment.SOURCE_DATE_EPOCH || Number.NaN)
  return new Date(Number.isFinite(epoch) ? epoch * 1000 : now).toISOString()
}

async function tell({ repository, digest, tag, tags, reused }: Published, runner: Runner): Promise<void> {
  const image = `${repository.uri}@${digest}`
  const outputs = {
    digest,
    image,
    name: repository.uri,
    repository: repository.name,
    tag,
    tags: tags.join('\n'),
    reused: String(reused),
  }
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
  await addArtifact(runner.environment, image)
}

function workspace({ environment }: Runner): string {
  return environment.GITHUB_WORKSPACE ?? process.cwd()
}

function temporary({ environment }: Runner): string {
  return environment.RUNNER_TEMP ?? '/tmp'
}
