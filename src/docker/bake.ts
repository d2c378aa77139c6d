import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import { runDocker } from './docker-command.ts'
import { passedEnvironment } from './passed-environment.ts'
import type { DockerOptions } from './session.ts'

/** What `docker buildx bake` is asked for. */
export interface BakeRequest {
  /** Paths of definitions; the usual names when empty. */
  readonly files: readonly string[]
  /** A target or a group; `default` when undefined. */
  readonly target: string | undefined
  /** Overrides: `web.args.A=1`. */
  readonly set: readonly string[]
}

/** Buildx before 0.20 prints them with the caches that they are for; it reads them again at the build. */
const credentials = /^(?:ACTIONS_RUNTIME_TOKEN|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)$/

/** The definition as JSON. Builds nothing. Throws `docker-unavailable`, or `file-invalid` with the error of Buildx. */
export async function printBake(
  { files, target, set }: BakeRequest,
  { environment, directory, signal }: Pick<DockerOptions, 'environment' | 'directory' | 'signal'>,
): Promise<string> {
  const passed = Object.entries(passedEnvironment(environment)).filter(([name]) => !credentials.test(name))
  const options = [...files.map((file) => `--file=${file}`), ...set.map((override) => `--set=${override}`)]
  const { exitCode, output, tail } = await runDocker({
    arguments: ['buildx', 'bake', '--print', ...options, '--', ...(target === undefined ? [] : [target])],
    environment: Object.fromEntries(passed),
    directory,
    signal,
    errorsLast: true,
  })
  if (exitCode === 0) return output
  // What the docker CLI says of an option that only its plugin has.
  if (tail.some((line) => line.startsWith('unknown flag: --print'))) throw noBuildx()
  const words = tail.filter((line) => !/^#\d+ /.test(line)).slice(-10)
  throw new Failure({
    code: 'file-invalid',
    what: text`docker buildx bake --print failed`,
    why: text`${untrusted(words.join('\n').replace(/^ERROR: /gm, '') || `exit code ${exitCode}, and nothing was printed`)}`,
    fix: text`Correct the definition, or the inputs bake-files, bake-target and bake-set; "docker buildx bake --print" reproduces it.`,
  })
}

function noBuildx(): Failure {
  return new Failure({
    code: 'docker-unavailable',
    what: text`A bake definition needs Buildx, and the docker CLI of the runner has no "docker buildx"`,
    fix: text`Run docker/setup-buildx-action before this step, or set the inputs of the build instead of bake-files, bake-target and bake-set.`,
  })
}
