import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildFailure, pushFailure } from '../image/build-failure.ts'
import type { SourceLine } from '../image/closing-words.ts'
import type { Mistake } from '../mistake.ts'
import type { BuildDestination, Builder, BuildRequest, RegistryLogin } from '../ports.ts'
import { asName, type Text, text } from '../text.ts'
import {
  buildxArguments,
  checkArguments,
  classicArguments,
  localArguments,
  secretsOf,
  secretVariable,
} from './arguments.ts'
import {
  classicOutput,
  type OutputReader,
  type OutputSink,
  plainOutput,
  pushOutput,
  rawOutput,
} from './build-output.ts'
import { type DockerConfiguration, writeConfiguration } from './configuration.ts'
import { runDocker } from './docker-command.ts'
import { placeOfDockerfile } from './dockerfile-place.ts'
import { type Engine, findEngine, titleOf } from './engine.ts'
import { passedEnvironment } from './passed-environment.ts'
import { digestInMetadata, digestInReferences } from './pushed-digest.ts'
import { type Purpose, requireFeatures } from './requirements.ts'
import { runCheck } from './run-check.ts'
import { tagLoaded } from './tag-loaded.ts'

/** What the Docker builder needs: registry login, environment, folders and cancellation. */
export interface DockerOptions {
  /** Undefined: only registries that the job is logged in to are used. */
  readonly login?: (() => Promise<RegistryLogin>) | undefined
  /** Process environment, for DOCKER_HOST, proxies and the like. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The workspace: what relative paths of the request are relative to. */
  readonly directory: string
  /** RUNNER_TEMP. */
  readonly temporary: string
  readonly signal: AbortSignal
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
  const within = async <Result>(request: BuildRequest, work: (session: Session) => Promise<Result>) => {
    const configuration = await writeConfiguration(
      await options.login?.(),
      options.environment,
      options.temporary,
      options.onConfiguration,
    )
    try {
      return await work(open(options, configuration, request))
    } finally {
      await configuration.remove()
    }
  }
  return {
    buildAndPush: (request, destination) => within(request, (session) => build(session, request, destination)),
    buildOnly: (request, names) => within(request, (session) => buildOnly(session, request, names)),
    check: (request) => within(request, (session) => check(session, request)),
  }
}

interface Session {
  readonly options: DockerOptions
  readonly configuration: DockerConfiguration
  readonly environment: Readonly<Record<string, string | undefined>>
}

function open(options: DockerOptions, configuration: DockerConfiguration, request: BuildRequest): Session {
  const secrets = Object.fromEntries(secretsOf(request).map(({ value }, index) => [secretVariable(index), value]))
  return {
    options,
    configuration,
    environment: { ...passedEnvironment(options.environment), ...secrets, DOCKER_CONFIG: configuration.directory },
  }
}

async function build(session: Session, request: BuildRequest, destination: BuildDestination): Promise<string> {
  const { options } = session
  const engine = await engineFor(session, request, 'push')
  const title = titleOf('Building', engine)
  const metadataFile = join(session.configuration.directory, 'metadata.json')
  const built = (arguments_: readonly string[]) =>
    options.grouped(title, () => runBuild(session, request, engine, arguments_))
  switch (engine.kind) {
    case 'buildx':
    case 'buildx-tag': {
      const kind = engine.kind === 'buildx' ? 'push-by-digest' : 'push-tag'
      await built(buildxArguments(request, destination, { kind, metadataFile }, engine.progress))
      if (kind === 'push-tag') await tagLoaded(request, destination, (words) => run(session, words))
      return digestInMetadata(await readFile(metadataFile, 'utf8').catch(() => ''))
    }
    case 'buildx-load':
      await built(buildxArguments(request, destination, { kind: 'load' }, engine.progress))
      await tagLoaded(request, destination, (words) => run(session, words))
      return pushTag(session, destination)
    case 'classic':
      await built(classicArguments(request, destination))
      await tagLoaded(request, destination, (words) => run(session, words))
      return pushTag(session, destination)
  }
}

async function buildOnly(session: Session, request: BuildRequest, names: readonly string[]): Promise<void> {
  const engine = await engineFor(session, request, 'local')
  const arguments_ = localArguments(request, names, engine.kind === 'classic' ? undefined : engine.progress)
  await session.options.grouped(titleOf('Building', engine), () => runBuild(session, request, engine, arguments_))
}

async function check(session: Session, request: BuildRequest): Promise<void> {
  const engine = await engineFor(session, request, 'check')
  if (engine.kind === 'classic') return
  const { options } = session
  const work = (onLine: OutputReader['onLine']) =>
    options.grouped(titleOf('Checking', engine), () =>
      run(session, checkArguments(request, engine.progress), { onLine }),
    )
  await runCheck(work, sinkOf(session, request))
}

async function engineFor({ options, environment }: Session, request: BuildRequest, purpose: Purpose): Promise<Engine> {
  const { directory, signal } = options
  const engine = await findEngine({ environment, directory, signal }, request.builder)
  requireFeatures(engine, request, purpose)
  return engine
}

function sinkOf({ options }: Session, request: BuildRequest): OutputSink {
  const placeOf = (source: SourceLine) => placeOfDockerfile(request, options.directory, source)
  return { say: options.say, warn: options.warn, redact: options.redact, placeOf }
}

async function runBuild(
  session: Session,
  request: BuildRequest,
  engine: Engine,
  arguments_: readonly string[],
): Promise<void> {
  const reader = readerOf(engine)(sinkOf(session, request))
  const { exitCode } = await run(session, arguments_, reader)
  const end = reader.end(exitCode)
  if (exitCode !== 0) throw buildFailure(end)
}

function readerOf(engine: Engine): (sink: OutputSink) => OutputReader {
  if (engine.kind === 'classic') return classicOutput
  return engine.progress === 'rawjson' ? rawOutput : plainOutput
}

/**
 * An engine with the classic image store pushes only tags; its manifest is uploaded last, so the tag never names an incomplete
 * image.
 */
async function pushTag(session: Session, { name, tag }: BuildDestination): Promise<string> {
  const { say, warn, redact, grouped } = session.options
  await grouped(text`Pushing ${asName(`${name}:${tag}`)}`, async () => {
    const reader = pushOutput({ say, warn, redact, placeOf: () => undefined })
    const { exitCode } = await run(session, ['push', '--', `${name}:${tag}`], reader)
    const { error } = reader.end(exitCode)
    if (exitCode !== 0) throw pushFailure(error)
  })
  const inspect = ['image', 'inspect', '--format={{json .RepoDigests}}', '--', `${name}:${tag}`]
  const { exitCode, output, tail } = await run(session, inspect)
  if (exitCode !== 0) throw buildFailure({ exitCode, error: tail.at(-1) ?? '' })
  return digestInReferences(output, name)
}

/** Buildx prints on stderr alone; every other command prints its error last. */
function run({ options, environment }: Session, arguments_: readonly string[], reader?: Pick<OutputReader, 'onLine'>) {
  const { directory, signal } = options
  const errorsLast = arguments_[0] !== 'buildx'
  return runDocker({ arguments: arguments_, environment, directory, signal, onLine: reader?.onLine, errorsLast })
}
