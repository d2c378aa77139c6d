import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { buildFailure } from '../image/build-failure.ts'
import { isDigest } from '../image/reference.ts'
import type { BuildDestination, Builder, BuildRequest, RegistryLogin } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { buildxArguments, classicArguments, needsBuildx, secretVariable } from './arguments.ts'
import { type DockerConfiguration, writeConfiguration } from './configuration.ts'
import { type DockerResult, runDocker } from './docker-command.ts'
import { findEngine } from './engine.ts'

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
  options.say(
    text`Building with Docker ${untrusted(engine.version)}${engine.kind === 'classic' ? ' without Buildx' : ''}`,
  )
  switch (engine.kind) {
    case 'buildx':
    case 'buildx-tag': {
      const metadataFile = join(session.configuration.directory, 'metadata.json')
      await run(
        session,
        buildxArguments(request, destination, {
          kind: engine.kind === 'buildx' ? 'push-by-digest' : 'push-tag',
          metadataFile,
        }),
      )
      return digestFrom(await readFile(metadataFile, 'utf8'))
    }
    case 'buildx-load':
      await run(session, buildxArguments(request, destination, { kind: 'load' }))
      return pushTag(session, destination)
    case 'classic':
      requireClassic(request)
      await run(session, classicArguments(request, destination))
      return pushTag(session, destination)
  }
}

/**
 * An engine with the classic image store pushes only tags; its manifest is uploaded last, so the tag never names an incomplete
 * image.
 */
async function pushTag(session: Session, { name, tag }: BuildDestination): Promise<string> {
  await run(session, ['push', '--', `${name}:${tag}`])
  const { output } = await run(
    session,
    ['image', 'inspect', '--format={{json .RepoDigests}}', '--', `${name}:${tag}`],
    false,
  )
  const references: unknown = JSON.parse(output)
  const reference = Array.isArray(references)
    ? references.find((candidate) => String(candidate).startsWith(`${name}@`))
    : undefined
  return requireDigest(String(reference ?? '').slice(name.length + 1))
}

async function run(
  { options, environment }: Session,
  arguments_: readonly string[],
  isShown = true,
): Promise<DockerResult> {
  const onLine = isShown ? (line: string) => options.say(text`${untrusted(line)}`) : undefined
  const result = await runDocker({
    arguments: arguments_,
    environment,
    directory: options.directory,
    signal: options.signal,
    onLine,
  })
  if (result.exitCode === 0) return result
  throw buildFailure(result.exitCode, result.tail)
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

function requireClassic(request: BuildRequest): void {
  const wanted = needsBuildx(request)
  if (wanted.length === 0) return
  throw new Failure({
    code: 'docker-unavailable',
    what: text`Docker Buildx is not installed, and ${wanted.join(', ')} ${wanted.length === 1 ? 'requires' : 'require'} it`,
    fix: text`Run docker/setup-buildx-action before this step, or install the Buildx plugin on the runner.`,
  })
}
