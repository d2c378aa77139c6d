import type { Context } from '../../../deployment/context.ts'
import type { Terms } from '../../../deployment/terms.ts'
import type { Reading } from '../plan/read-site.ts'
import type { Release } from '../release/release.ts'
import type { StateStore } from '../release/state-store.ts'
import { folderOf } from '../request/release-folder.ts'
import type { SiteAccess, SiteRequest } from '../request/site-request.ts'

/** Everything that one change of a site knows. */
export interface SiteChange {
  readonly request: SiteRequest
  readonly access: SiteAccess
  readonly store: StateStore
  readonly reading: Reading
  readonly terms: Terms
  readonly context: Context
  /** Id of the new release. */
  readonly id: string
  readonly number: number
}

/** With OriginPath: the release whose folder is whole, the one that is rolled back to, or the live one where it is wanted again. */
export function releaseThere({ reading: { wanted, live, comparison } }: SiteChange): Release | undefined {
  const isSame = comparison.changes.length === 0 && comparison.gone.length === 0
  return wanted.of ?? (isSame && live?.digest === wanted.digest ? live : undefined)
}

/** With OriginPath: the folder of the new release. */
export function folderFor(change: SiteChange): string {
  const there = releaseThere(change)
  return there ? (there.folder ?? '') : folderOf(change.id)
}
