import type { JsonObject, RevisionHistory } from '../../../ports.ts'
import type { Untrusted } from '../../../text.ts'
import type { EcsContext } from './ecs-context.ts'

/** The revision to roll back to, as requested. */
export type RollbackGoal =
  /** What served before the revision that the service runs now. */
  | { readonly kind: 'last-good' }
  /**
   * `family:7` or an ARN. `from`: only while the service still runs this revision (ARN), or has rolled back already. `why`, where
   * no user requested it.
   */
  | { readonly kind: 'revision'; readonly reference: string; readonly from?: string; readonly why?: string }
  /** The newest revision with this image: a whole reference, `sha256:…` or a tag. In any container, unless one is named. */
  | { readonly kind: 'image'; readonly image: string; readonly container?: string | undefined }

/** The revision to roll back to. `arn` and `definition` are AWS's own. */
export interface RollbackTarget {
  readonly arn: string
  readonly definition: JsonObject
  /** Why this revision, in a sentence. */
  readonly basis: Untrusted
  readonly warnings: readonly Untrusted[]
}

/** The deployment history that a rollback reads. */
export interface RollbackPorts {
  readonly ecs: EcsContext['ecs']
  readonly revisions: RevisionHistory
  /** Of the deployment group; needed only for services of CodeDeploy. */
  readonly group: { readonly application: string; readonly deploymentGroup: string }
  /** Milliseconds since 1970. */
  readonly now: number
}
