import type { Failure } from '../../../failure.ts'
import type { JsonObject } from '../../../ports.ts'

/** A deployment of another run that blocks ours. */
export interface Conflict {
  readonly kind: 'conflict'
  /** What to say when nothing is done about it. */
  readonly failure: Failure
  /** CodeDeploy's id of it, where it is known. Undefined with ECS's own controller. */
  readonly codeDeployId?: string | undefined
  /** A rollback is never stopped: it restores a good state. */
  readonly isRollback: boolean
  /** What it deploys, where that can be read. */
  readonly definition?: JsonObject | undefined
}
