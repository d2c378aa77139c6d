import { resolve } from 'node:path'
import { type Bases, dockerfileBases } from '../../image/dockerfile-bases.ts'
import { argumentsOf, nameAndValue } from '../../image/key-values.ts'
import type { BuildSecrets, OutsideInputs } from '../../image/outside-inputs.ts'
import type { InputsReuse } from '../../image/reuse-by-inputs.ts'
import type { BuildRequest } from '../../ports.ts'
import { readRegularFile } from '../../regular-file.ts'
import type { Runner } from '../../runner/action.ts'
import { text, untrusted } from '../../text.ts'
import { workspaceOf } from '../world/source-commit.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** A build, as far as its inputs outside of the commit depend on it. */
interface Known {
  readonly request: BuildRequest
  /** Text of the Dockerfile; undefined where it is not in the workspace. */
  readonly dockerfile: string | undefined
}

/** Base images and build secrets of a build. No registry is asked yet. */
export async function outsideInputs(
  { githubToken, repository }: BuildPushInputs,
  { request, dockerfile }: Known,
  runner: Runner,
): Promise<OutsideInputs> {
  const { environment } = runner
  const bases: Bases =
    dockerfile === undefined
      ? { kind: 'unknown', why: 'the Dockerfile is not in the workspace' }
      : dockerfileBases(dockerfile, {
          buildArgs: new Map(argumentsOf(request, environment)),
          platforms: request.platforms,
          contexts: new Map(request.buildContexts.map(nameAndValue)),
        })
  const secrets = await secretsOf(request, workspaceOf(runner), jobTokens(githubToken, environment))
  return { bases, secrets, salt: repository }
}

/** GitHub issues these anew for every job, so their value tells nothing about an image. */
function jobTokens(githubToken: string | undefined, environment: Runner['environment']): readonly string[] {
  const { GITHUB_TOKEN, GH_TOKEN, ACTIONS_RUNTIME_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = environment
  const all = [githubToken, GITHUB_TOKEN, GH_TOKEN, ACTIONS_RUNTIME_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN]
  return all.flatMap((token) => (token ? [token] : []))
}

async function secretsOf(
  { secrets, secretFiles }: BuildRequest,
  workspace: string,
  tokens: readonly string[],
): Promise<BuildSecrets> {
  const all = secrets.map(({ id, value }) => ({ id, value: withoutTokens(Buffer.from(value), tokens) }))
  for (const { id, path } of secretFiles) {
    const value = await readRegularFile(resolve(workspace, path))
    if (value === undefined)
      return { kind: 'unknown', why: text`the file of the secret ${untrusted(id)} cannot be read` }
    all.push({ id, value: withoutTokens(value, tokens) })
  }
  return { kind: 'known', all }
}

/** The value with a fixed word for each token of the job, such as in a line of .npmrc. */
function withoutTokens(value: Uint8Array, tokens: readonly string[]): Uint8Array {
  const written = tokens.reduce(
    (before, token) => before.replaceAll(Buffer.from(token).toString('latin1'), '(token of the job)'),
    Buffer.from(value).toString('latin1'),
  )
  return Buffer.from(written, 'latin1')
}

/** How an image of another commit is found, where `reuse: inputs` asks for it and it can be known. The log has why it cannot. */
export function reuseByInputs(
  { reuse, reuseMaxAge }: BuildPushInputs,
  {
    request,
    hash,
    outside,
  }: { readonly request: BuildRequest; readonly hash: string; readonly outside: OutsideInputs },
  runner: Runner,
): InputsReuse | undefined {
  if (reuse !== 'inputs') return undefined
  if (request.noCache || request.noCacheFilters.length > 0 || request.pull) {
    runner.log.info(text`No image of another commit is reused: no-cache, no-cache-filters and pull request a new build`)
    return undefined
  }
  const { bases } = outside
  return { hash, maxAge: reuseMaxAge, changeable: bases.kind === 'known' ? bases.changeable : undefined }
}
