import { matchesPaths } from '../../config/path-filter.ts'
import type { ImageTarget } from '../../config/select-images.ts'
import { type ChangedFiles, changedFiles } from '../../git/changed-files.ts'
import { readEventRange } from '../../github/event-range.ts'
import type { Runner } from '../../runner/action.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { BuildOrigin } from '../world/source-commit.ts'

/**
 * Names of the images of which the push or pull request changed no file. What changed is unknown for a new branch, a forced push,
 * another commit than that of the event, and without the history: then every image is built. Logs why.
 */
export async function unchangedImages(
  images: readonly ImageTarget[],
  { checkout }: BuildOrigin,
  runner: Runner,
): Promise<readonly string[]> {
  if (images.every(({ paths }) => paths === undefined)) return []
  const { log } = runner
  const changed = await changesOf(checkout, runner)
  if (changed.kind === 'unknown') {
    log.info(text`Every image is built: which files changed is unknown, because ${untrusted(changed.why)}`)
    return []
  }
  const unchanged = images.filter(
    ({ paths }) => paths !== undefined && !changed.files.some((file) => matchesPaths(paths, file)),
  )
  for (const { name } of unchanged) log.info(notBuilt(name, changed.files.length))
  return unchanged.map(({ name }) => name)
}

function notBuilt(name: string, files: number): Text {
  const image = name === '' ? text`The image` : text`The image ${untrusted(name)}`
  return text`${image} is not built, and digests does not have it: none of the ${files} changed files matches its paths`
}

async function changesOf(checkout: BuildOrigin['checkout'], runner: Runner): Promise<ChangedFiles> {
  const { environment, signal } = runner
  const range = readEventRange(environment)
  if (range.kind === 'unknown') return range
  const head = checkout?.commit
  if (checkout === undefined || head === undefined) return { kind: 'unknown', why: 'the workspace has no Git checkout' }
  if (!range.heads.includes(head))
    return { kind: 'unknown', why: `the checkout is of ${head}, and the event is about ${range.heads.join(', ')}` }
  const { base, fromMergeBase } = range
  return await changedFiles({ root: checkout.root, environment, signal }, { base, head, fromMergeBase })
}
