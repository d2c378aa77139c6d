import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { Failure } from '../failure.ts'
import { ownBuilder } from '../image/build-error-rules.ts'
import { buildFailure } from '../image/build-failure.ts'
import type { SourceLine } from '../image/closing-words.ts'
import { isPassingPush } from '../image/passing-push.ts'
import type { Mistake } from '../mistake.ts'
import type { BuildDestination, Builder, BuildRequest, RegistryLogin } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { buildxArguments, classicArguments, needsBuildx, needsOwnStore, secretVariable } from './arguments.ts'
import { classicOutput, type OutputReader, plainOutput, rawOutput } from './build-output.ts'
import { type DockerConfiguration, writeConfiguration } from './configuration.ts'
import { runDocker } from './docker-command.ts'
import { placeOfDockerfile } from './dockerfile-place.ts'
import { type Engine, findEngine } from './engine.ts'
import { pushAgain } from './push-again.ts'
import { type Pusher, pushImage } from './push-image.ts'
import { digestInMetadata } from './pushed-digest.ts'
import { resolveImages } from './resolve-images.ts'

/** What the Docker builder needs: registry login, environment, folders and cancellation. */
export interface DockerOptions {
  readonly login: () => Promise<RegistryLogin>
  /** Process environment, for DOCKER_HOST, proxies and the like. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The workspace: what relative paths of the request are relative to. */
  readonly directory: string
  /** RUNNER_TEMP. */
  readonly temporary: string
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly say: (line: Text) => void
  /** A warning of a build check, with its place. */
  readonly warn: (warning: Mistake) => void
  /** Runs the work, whose lines the log folds under the title. */
  readonly grouped: <Result>(title: Text, work: () => Promise<Result>) => Promise<Result>
  /** Removes credentials from lines that belong together. */
  readonly redact: (lines: readonly string[]) => readonly string[]
  /** Called with the folder of the password before it is written, so that the post step can remove it after a kill. */
  readonly onConfiguration: (directory: string) => void
}

/** Builds with the docker CLI: Buildx where it is, `docker build` and `docker push` where it is not. */
export function dockerBuilder(options: DockerOptions): Builder {
  return {
    async resolveImages(references) {
      if (references.length === 0) return []
      return await configured(options, ({ directory: DOCKER_CONFIG }) => {
        const environment = { ...passedOn(options.environment), DOCKER_CONFIG }
        return resolveImages(references, { ...options, environment }, options.clock)
      })
    },
    async buildAndPush(request, destination) {
      return await configured(options, (configuration) =>
        build(open(options, configuration, request), request, destination),
      )
    },
  }
}

/** Works with the login of the registry, which is removed afterwards. */
async function configured<Result>(
  { login, environment, temporary, onConfiguration }: DockerOptions,
  work: (configuration: DockerConfiguration) => Promise<Result>,
): Promise<Result> {
  const configuration = await writeConfiguration(await login(), environment, temporary, onConfiguration)
  try {
    return await work(configuration)
  } finally {
    await configuration.remove()
  }
}

/** A build must not see the inputs and the right to request OIDC tokens. */
function passedOn(environment: DockerOptions['environment']): DockerOptions['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(INPUT_|ACTIONS_ID_TOKEN_)/.test(name)))
}

interface Session {
  readonly options: DockerOptions
  readonly configuration: DockerConfiguration
  readonly environment: Readonly<Record<string, string | undefined>>
}

function open(options: DockerOptions, configuration: DockerConfiguration, request: BuildRequest): Session {
  const secrets = request.secrets.map(({ value }, index) => [secretVariable(index), value])
  return {
    options,
    configuration,
    environment: {
      ...passedOn(options.environment),
      ...Object.fromEntries(secrets),
      DOCKER_CONFIG: configuration.directory,
    },
  }
}

async function build(session: Session, request: BuildRequest, destination: BuildDestination): Promise<string> {
  const { options, environment } = session
  const engine = await findEngine({ environment, directory: options.directory, signal: options.signal })
  requireFeatures(engine, request)
  const docker = text`Docker ${untrusted(engine.version)}`
  const buildx = engine.kind === 'classic' ? 'without Buildx' : text`and Buildx ${untrusted(engine.buildx)}`
  const title = text`Building with ${docker} ${buildx}`
  const metadataFile = join(session.configuration.directory, 'metadata.json')
  const load = { kind: 'load', idFile: join(session.configuration.directory, 'image-id') } as const
  const built = (arguments_: readonly string[]) =>
    options.grouped(title, () => runBuild(session, request, engine, arguments_))
  switch (engine.kind) {
    case 'buildx':
    case 'buildx-tag': {
      const kind = engine.kind === 'buildx' ? 'push-by-digest' : 'push-tag'
      await built(buildxArguments(request, destination, { kind, metadataFile }, engine.progress))
      return digestInMetadata(await readFile(metadataFile, 'utf8').catch(() => ''))
    }
    case 'buildx-load':
      await built(buildxArguments(request, destination, load, engine.progress))
      return pushImage(pusher(session), destination, await readImageId(load.idFile))
    case 'classic':
      await built(classicArguments(request, destination, load))
      return pushImage(pusher(session), destination, await readImageId(load.idFile))
  }
}

async function runBuild(
  session: Session,
  request: BuildRequest,
  engine: Engine,
  arguments_: readonly string[],
): Promise<void> {
  const { options } = session
  const placeOf = (source: SourceLine) => placeOfDockerfile(request, options.directory, source)
  const sink = { say: options.say, warn: options.warn, redact: options.redact, placeOf }
  // The cache makes the next try a push alone, which it would not be without cache.
  const isCached = !request.noCache && request.noCacheFilters.length === 0
  await pushAgain(options, async () => {
    const reader = readerOf(engine)(sink)
    const { exitCode } = await run(session, arguments_, reader)
    const end = reader.end(exitCode)
    return exitCode === 0 ? undefined : { failure: buildFailure(end), isPassing: isCached && isPassingPush(end) }
  })
}

function readerOf(engine: Engine): (sink: Parameters<typeof rawOutput>[0]) => OutputReader {
  if (engine.kind === 'classic') return classicOutput
  return engine.progress === 'rawjson' ? rawOutput : plainOutput
}

async function readImageId(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim()
}

function pusher(session: Session): Pusher {
  return { ...session.options, run: (arguments_, reader) => run(session, arguments_, reader) }
}

/** Buildx prints on stderr alone; every other command prints its error last. */
function run({ options, environment }: Session, arguments_: readonly string[], reader?: OutputReader) {
  const { directory, signal } = options
  const errorsLast = arguments_[0] !== 'buildx'
  return runDocker({ arguments: arguments_, environment, directory, signal, onLine: reader?.onLine, errorsLast })
}

/** What the engine cannot do is an error before the build. */
function requireFeatures(engine: Engine, request: BuildRequest): void {
  const [wanted, missing, fix] =
    engine.kind === 'classic'
      ? [
          needsBuildx(request),
          text`Docker Buildx is not installed`,
          text`Run docker/setup-buildx-action before this step, or install the Buildx plugin on the runner.`,
        ]
      : [
          engine.kind === 'buildx-load' ? needsOwnStore(request) : [],
          text`Buildx uses Docker's classic image store (driver docker)`,
          ownBuilder,
        ]
  if (wanted.length === 0) return
  throw new Failure({
    code: 'docker-unavailable',
    what: text`${missing}, and ${wanted.join(', ')} ${wanted.length === 1 ? 'requires' : 'require'} ${engine.kind === 'classic' ? 'it' : 'another'}`,
    fix,
  })
}
