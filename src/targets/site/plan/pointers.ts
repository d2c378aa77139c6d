import { Failure } from '../../../failure.ts'
import type { Distribution } from '../../../ports.ts'
import { setting, text, untrusted } from '../../../text.ts'
import { pastOf, placeOf } from '../release/site-state.ts'
import type { FoundState, StateStore } from '../release/state-store.ts'
import { folderAt, originPathOf } from '../request/release-folder.ts'
import type { SiteRequest } from '../request/site-request.ts'

/** What a distribution serves: the OriginPath of its origins that have the bucket. */
export interface Pointer {
  readonly distribution: string
  readonly path: string
  /** That of a release, or empty: the prefix itself. */
  readonly folder: string
}

/** What the distributions of a site serve. Throws `inputs-invalid` where one serves neither the prefix nor a release of it. */
export function pointersOf(
  distributions: readonly Distribution[],
  { bucket, prefix }: Pick<SiteRequest, 'bucket' | 'prefix'>,
): readonly Pointer[] {
  return distributions.flatMap(({ id, origins }) => {
    const own = origins.filter(({ domain }) => domain.startsWith(`${bucket}.s3`))
    const paths = new Set(own.map(({ path }) => path))
    if (own.length === 0) throw noOrigin(id, bucket)
    return [...paths].map((path): Pointer => {
      const folder = folderAt(prefix, path)
      if (folder === undefined || paths.size > 1) throw otherPath(id, [...paths], prefix)
      return { distribution: id, path, folder }
    })
  })
}

function noOrigin(id: string, bucket: string): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`The distribution ${untrusted(id)} has no origin of the bucket ${untrusted(bucket)}`,
    why: text`with ${setting('publish')}: origin-path, a release becomes visible by OriginPath of that origin`,
    fix: text`Correct ${setting('bucket')} or ${setting('distribution-id')}. Nothing has been changed.`,
  })
}

function otherPath(id: string, paths: readonly string[], prefix: string): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`OriginPath of the distribution ${untrusted(id)} is ${untrusted(paths.map((path) => path || '(empty)').join(', '))}`,
    why: text`with ${setting('publish')}: origin-path, all its origins of the bucket have the path ${untrusted(originPathOf(prefix, '') || '(empty)')}, or that of one release below it`,
    fix: text`Correct ${setting('prefix')}, or OriginPath. Nothing has been changed.`,
  })
}

/**
 * The state of a site by what its distributions serve. It differs from the record after a run that was killed between the switch and the
 * record, and after a switch by hand to an earlier release, which is a rollback.
 */
export async function asPointed(
  found: FoundState,
  pointers: readonly Pointer[],
  store: StateStore,
): Promise<FoundState> {
  const { live, history } = found.state
  const folders = [...new Set(pointers.map(({ folder }) => folder))]
  const [folder = ''] = folders
  if (folders.length !== 1 || folder === '' || folder === live?.folder) return found
  const [, id = ''] = folder.split('/')
  const release = await store.readRelease(id)
  if (release === undefined) return found
  const others = [...(live ? [live] : []), ...history].filter((one) => one.id !== id)
  // Its files are whole, and edges may have those of the release before.
  const pending = found.state.pending ?? [...release.files.keys()]
  const isEarlier = history.some((one) => one.id === id)
  const number = Math.max(release.number, (live?.number ?? 0) + 1)
  const served = { ...pastOf(release), ...(isEarlier && { number, restores: placeOf(release) }) }
  return { ...found, state: { ...found.state, live: served, history: others, pending } }
}
