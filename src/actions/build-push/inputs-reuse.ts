import { resolve } from 'node:path'
import { dockerfileBases } from '../../image/dockerfile-bases.ts'
import { argumentsOf, nameAndValue } from '../../image/key-values.ts'
import type { InputsReuse } from '../../image/reuse-by-inputs.ts'
import type { BuildRequest } from '../../ports.ts'
import { readRegularFile } from '../../regular-file.ts'
import type { Runner } from '../../runner/action.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { workspaceOf } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** What is known of a build for `reuse: inputs`. */
interface Known {
  readonly request: BuildRequest
  /** Over all inputs but the commit, base images and secrets. */
  readonly hash: string
  /** Text of the Dockerfile; undefined where it is not in the workspace. */
  readonly dockerfile: string | undefined
}

/** How an image of another commit is found, where `reuse: inputs` asks for it and it can be known. The log has why it cannot. */
export async function inputsReuse(
  { reuse, reuseMaxAge, repository }: BuildPushInputs,
  known: Known,
  runner: Runner,
): Promise<InputsReuse | undefined> {
  if (reuse !== 'inputs') return undefined
  const secrets = await secretsOf(known, runner)
  if ('unknown' in secrets) {
    runner.log.info(text`No image of another commit is reused: ${secrets.unknown}`)
    return undefined
  }
  const { request, hash, dockerfile = '' } = known
  const bases = dockerfileBases(dockerfile, {
    buildArgs: new Map(argumentsOf(request, runner.environment)),
    platforms: request.platforms,
    contexts: new Map(request.buildContexts.map(nameAndValue)),
  })
  return { hash, bases, secrets: secrets.all, salt: repository, maxAge: reuseMaxAge }
}

type Secrets = { readonly all: InputsReuse['secrets'] } | { readonly unknown: Text }

async function secretsOf({ request, dockerfile }: Known, runner: Runner): Promise<Secrets> {
  if (request.noCache || request.noCacheFilters.length > 0 || request.pull)
    return { unknown: text`no-cache, no-cache-filters and pull request a new build` }
  if (dockerfile === undefined)
    return { unknown: text`the Dockerfile is not in the workspace, so its base images are unknown` }
  const all: InputsReuse['secrets'][number][] = [...request.secrets]
  for (const { id, path } of request.secretFiles) {
    const value = await readRegularFile(resolve(workspaceOf(runner), path))
    if (value === undefined) return { unknown: text`the file of the secret ${untrusted(id)} cannot be read` }
    all.push({ id, value })
  }
  return { all }
}
