import { matchesPaths } from '../../config/path-filter.ts'
import type { Origin } from '../../deployment/origin.ts'
import { openComparedFiles } from '../../github/compared-files.ts'
import type { Runner } from '../../runner/action.ts'
import type { Source } from '../../source.ts'
import { text, untrusted } from '../../text.ts'
import type { DeployInputs } from '../inputs/deploy-inputs.ts'
import type { World } from '../world/world.ts'
import type { JudgeKept } from './container-images.ts'

/**
 * Judges an image that this run has not built by the files that changed since the commit that is live, as GitHub compares the two:
 * none of them may be one of the image. A push tells what changed since the push before, whose run may have failed, or have ended before
 * this environment. With `guard: off` nothing is compared.
 */
export function keptImages(
  { githubToken: token, guard }: Pick<DeployInputs, 'githubToken' | 'guard'>,
  source: Source | undefined,
  { environment, clock, signal }: Runner,
  { fetch }: World,
): JudgeKept {
  if (guard === 'off') return async () => undefined
  const apiUrl = environment.GITHUB_API_URL ?? 'https://api.github.com'
  const { repository = '', revision = '' } = source ?? {}
  const files = openComparedFiles({ token, apiUrl, repository, fetch, clock, signal })
  return async ({ paths }, live) => {
    if (source === undefined) return text`the commit of this run is unknown`
    const incomparable = strangeOrigin(live, source)
    if (live === undefined || incomparable !== undefined) return incomparable
    if (live.commit === revision) return undefined
    const changed = await files.between(live.commit, revision)
    const since = text`since the live commit ${untrusted(live.commit.slice(0, 7))}`
    if ('unknown' in changed) return text`which files changed ${since} is unknown: ${untrusted(changed.unknown)}`
    const first = changed.find((file) => matchesPaths(paths, file))
    return first === undefined ? undefined : text`${untrusted(first)} changed ${since}`
  }
}

function strangeOrigin(live: Origin | undefined, { repository }: Source) {
  if (live === undefined) return text`the live revision has no tag slipway:commit`
  if (live.repository.toLowerCase() === repository.toLowerCase()) return undefined
  return text`the live revision was deployed from ${untrusted(live.repository)}`
}
