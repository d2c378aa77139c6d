import type { Clock } from '../clock.ts'
import type { SourceLine } from '../image/closing-words.ts'
import type { Mistake } from '../mistake.ts'
import type { BuildRequest, RegistryLogin } from '../ports.ts'
import type { Text } from '../text.ts'
import { secretsOf, secretVariable } from './arguments.ts'
import type { OutputReader, OutputSink } from './build-output.ts'
import { type DockerConfiguration, writeConfiguration } from './configuration.ts'
import { type DockerResult, runDocker } from './docker-command.ts'
import { placeOfDockerfile } from './dockerfile-place.ts'
import { passedEnvironment } from './passed-environment.ts'

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

/** How the docker CLI is called for one piece of work, with the login of the registry. */
export interface Session {
  readonly options: DockerOptions
  readonly configuration: DockerConfiguration
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Works with the login of the registry, which is removed afterwards, and with the secrets of the request, if there is one. */
export async function inSession<Result>(
  options: DockerOptions,
  request: BuildRequest | undefined,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { login, environment, temporary, onConfiguration } = options
  const configuration = await writeConfiguration(await login?.(), environment, temporary, onConfiguration)
  const secrets = (request === undefined ? [] : secretsOf(request)).map(({ value }, at) => [secretVariable(at), value])
  try {
    return await work({
      options,
      configuration,
      environment: {
        ...passedEnvironment(environment),
        ...Object.fromEntries(secrets),
        DOCKER_CONFIG: configuration.directory,
      },
    })
  } finally {
    await configuration.remove()
  }
}

/** Where the lines of a build go. */
export function sinkOf({ options }: Session, request: BuildRequest): OutputSink {
  const { say, warn, redact, directory } = options
  return { say, warn, redact, placeOf: (source: SourceLine) => placeOfDockerfile(request, directory, source) }
}

/** Runs the docker CLI. Buildx prints on stderr alone; every other command prints its error last. */
export function run(
  { options, environment }: Session,
  arguments_: readonly string[],
  reader?: Pick<OutputReader, 'onLine'>,
): Promise<DockerResult> {
  const { directory, signal } = options
  const errorsLast = arguments_[0] !== 'buildx'
  return runDocker({ arguments: arguments_, environment, directory, signal, onLine: reader?.onLine, errorsLast })
}
