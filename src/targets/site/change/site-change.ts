import type { Context } from '../../../deployment/context.ts'
import type { Terms } from '../../../deployment/terms.ts'
import type { Reading } from '../plan/read-site.ts'
import type { StateStore } from '../release/state-store.ts'
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
