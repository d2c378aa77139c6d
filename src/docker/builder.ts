import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { ownBuilder } from '../image/build-error-rules.ts'
import { buildFailure, pushFailure } from '../image/build-failure.ts'
import type { SourceLine } from '../image/closing-words.ts'
import { isDigest } from '../image/reference.ts'
import type { Mistake } from '../mistake.ts'
import type { BuildDestination, Builder, BuildRequest, RegistryLogin } from '../ports.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { buildxArguments, classicArguments, needsBuildx, needsOwnStore, secretVariable } from './arguments.ts'
import { classicOutput, type OutputReader, plainOutput, pushOutput, rawOutput } from './build-output.ts'
import { type DockerConfiguration, writeConfiguration } from './configuration.ts'
import { requireDigestOnly } from './digest-only.ts'
import { runDocker } from './docker-command.ts'
import { placeOfDockerfile } from './dockerfile-place.ts'
import { type Engine, findEngine } from './engine.ts'

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
    async buildAndPush(request, destination) {
      const configuration = await writeConfiguration(
        await options.login(),
        options.environment,
        options.temporary,
        options.onConfiguration,
      )
      try {
        return await build(open(options, configuration, request), request, destination)
      } finally {
        await configuration.remove()
      }
    },
  }
}

interface Session {
  readonly options: DockerOptions
  readonly configuration: DockerConfiguration
  readonly environment: Readonly<Record<string, string | undefined>>
}

function open(options: DockerOptions, configuration: DockerConfiguration, request: BuildRequest): Session {
  // A build must not see the inputs and the right to request OIDC tokens.
  const passed = Object.entries(options.environment).filter(([name]) => !/^(INPUT_|ACTIONS_ID_TOKEN_)/.test(name))
  const secrets = request.secrets.map(({ value }, index) => [secretVariable(index), value])
  return {
    options,
    configuration,
    environment: { ...Object.fromEntries([...passed, ...secrets]), DOCKER_CONFIG: configuration.directory },
  }
}

async function build(session: Session, request: BuildRequest, destination: BuildDestination): Promise<string> {
  const { options, environment } = session
  const engine = await findEngine({ environment, directory: options.directory, signal: options.signal })
  requireFeatures(engine, request)
  requireDigestOnly(engine, destination)
  const docker = text`Docker ${untrusted(engine.version)}`
  const buildx = engine.kind === 'classic' ? 'without Buildx' : text`and Buildx ${untrusted(engine.buildx)}`
  const title = text`Building with ${docker} ${buildx}`
  const metadataFile = join(session.configuration.directory, 'metadata.json')
  const built = (arguments_: readonly string[]) =>
    options.grouped(title, () => runBuild(session, request, engine, arguments_))
  switch (engine.kind) {
    case 'buildx':
    case 'buildx-tag': {
      const kind = engine.kind === 'buildx' ? 'push-by-digest' : 'push-tag'
      await built(buildxArguments(request, destination, { kind, metadataFile }, engine.progress))
      return digestFrom(await readFile(metadataFile, 'utf8'))
    }
    case 'buildx-load':
      await built(buildxArguments(request, destination, { kind: 'load' }, engine.progress))
      return pushTag(session, destination)
    case 'classic':
      await built(classicArguments(request, destination))
      return pushTag(session, destination)
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
  const reader = readerOf(engine)(sink)
  const { exitCode } = await run(session, arguments_, reader)
  const end = reader.end(exitCode)
  if (exitCode !== 0) throw buildFailure(end)
}

function readerOf(engine: Engine): (sink: Parameters<typeof rawOutput>[0]) => OutputReader {
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
  const references: unknown = JSON.parse(output)
  const reference = Array.isArray(references)
    ? references.find((candidate) => String(candidate).startsWith(`${name}@`))
    : undefined
  return requireDigest(String(reference ?? '').slice(name.length + 1))
}

/** Buildx prints on stderr alone; every other command prints its error last. */
function run({ options, environment }: Session, arguments_: readonly string[], reader?: OutputReader) {
  const { directory, signal } = options
  const errorsLast = arguments_[0] !== 'buildx'
  return runDocker({ arguments: arguments_, environment, directory, signal, onLine: reader?.onLine, errorsLast })
}

/** BuildKit's metadata (`--metadata-file`): `containerimage.digest` is what was pushed. */
function digestFrom(metadata: string): string {
  const parsed: unknown = JSON.parse(metadata)
  const digest =
    typeof parsed === 'object' && parsed !== null && 'containerimage.digest' in parsed
      ? parsed['containerimage.digest']
      : ''
  return requireDigest(String(digest))
}

function requireDigest(digest: string): string {
  if (isDigest(digest)) return digest
  throw new Failure({
    code: 'build-failed',
    what: text`Docker did not report the digest that it pushed`,
    why: text`the metadata of the build has no containerimage.digest`,
    fix: text`Update Docker or Buildx on the runner.`,
  })
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
