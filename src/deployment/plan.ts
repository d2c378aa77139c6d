import type { TaskDefinitionChange } from '../task-definition/diff.ts'
import type { Engine } from './event.ts'

/** What a deployment will do, decided before anything changes. `dry-run` prints it and stops. */
export interface Plan {
  readonly cluster: string
  readonly service: string
  readonly region: string
  readonly engine: Engine
  /** ECS's name of the strategy (`ROLLING`, `BLUE_GREEN`, `LINEAR`, `CANARY`), where the service says one. */
  readonly strategy?: string | undefined
  /** What the service runs now: ARN. */
  readonly previousTaskDefinition: string | undefined
  /** ARN when an existing revision is deployed as it is; absent when a revision has to be registered or found first. */
  readonly taskDefinition?: string | undefined
  /** How the new definition differs from the one that runs now; values of environment and secrets are masked. */
  readonly changes: readonly TaskDefinitionChange[]
  /** Images by container, old and new. */
  readonly images: readonly { readonly container: string; readonly from?: string | undefined; readonly to: string }[]
  readonly desiredCount?: number | undefined
  readonly codeDeploy?:
    | {
        readonly application: string
        readonly deploymentGroup: string
        readonly deploymentConfig?: string | undefined
        readonly appSpec: string
      }
    | undefined
  /** True when the service runs this content already and nothing will be done. */
  readonly unchanged: boolean
}
