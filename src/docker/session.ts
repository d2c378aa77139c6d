import type { Mistake } from '../mistake.ts'
import type { BuildRequest, RegistryLogin } from '../ports.ts'
import type { Text } from '../text.ts'
import { secretsOf, secretVariable } from './arguments.ts'
import type { OutputReader } from './build-output.ts'
import { writeConfiguration } from './configuration.ts'
import { type DockerResult, runDocker } from './docker-command.ts'

/** What the Docker builder needs: registry login, environment, folders and cancellation. */
export interface DockerOptions {
  /** Undefined: no registry is used but those that the job is logged in to. */
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

/** The docker CLI with the login and the secrets of one build. */
export interface Session {
  readonly options: DockerOptions
  /** For files of this build, such as its metadata. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Runs the work with a configuration of its own, which is removed at the end. */
export async function withSession<Result>(
  options: DockerOptions,
  request: BuildRequest,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { environment, temporary, onConfiguration } = options
  const configuration = await writeConfiguration(await options.login?.(), environment, temporary, onConfiguration)
  try {
    const secrets = secretsOf(request).map(({ value }, index) => [secretVariable(index), value])
    const own = { ...Object.fromEntries(secrets), DOCKER_CONFIG: configuration.directory }
    return await work({
      options,
      folder: configuration.directory,
      environment: { ...passedEnvironment(environment), ...own },
    })
  } finally {
    await configuration.remove()
  }
}

/** The environment of a build, which must not see the inputs and the right to request OIDC tokens. */
export function passedEnvironment(environment: DockerOptions['environment']): DockerOptions['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(INPUT_|ACTIONS_ID_TOKEN_)/.test(name)))
}

/** Runs the docker CLI. Buildx prints on stderr alone; every other command prints its error last. */
export async function runIn(
  { options, environment }: Session,
  arguments_: readonly string[],
  reader?: Pick<OutputReader, 'onLine'>,
): Promise<DockerResult> {
  const { directory, signal } = options
  const errorsLast = arguments_[0] !== 'buildx'
  return await runDocker({ arguments: arguments_, environment, directory, signal, onLine: reader?.onLine, errorsLast })
}
