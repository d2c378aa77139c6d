import type { GroupName } from '../targets/ecs/codedeploy-group/group-name.ts'
import type { GroupSettings } from '../targets/ecs/codedeploy-group/group-settings.ts'
import type { Engine } from '../targets/ecs/facts/service-facts.ts'
import type { FormerSettings } from '../targets/ecs/request/former-settings.ts'
import type { SettingChange } from '../targets/ecs/strategy/setting-changes.ts'
import type { TaskDefinitionChange } from '../task-definition/diff.ts'
import type { Untrusted } from '../text.ts'
import type { Version } from './version.ts'

/** What a deployment will do, decided before anything changes. `dry-run` prints it and stops. */
export interface Plan {
  readonly cluster: string
  readonly service: string
  readonly region: string
  readonly engine: Engine
  /** ECS's name of the strategy (`ROLLING`, `BLUE_GREEN`, `LINEAR`, `CANARY`), where the service says one. */
  readonly strategy?: string | undefined
  /** How traffic is shifted, `5 % for 10 min`, where that is done in steps. */
  readonly steps?: string | undefined
  /** What the deployment changes at the settings of the service; empty or absent: they stay. */
  readonly settings?: readonly SettingChange[] | undefined
  /** What the service had where its settings change. */
  readonly former?: FormerSettings | undefined
  /** True when the service runs this content already and only its settings change, which starts no deployment. */
  readonly settingsOnly?: boolean | undefined
  /** What is live now; absent where nothing is. */
  readonly from?: Version | undefined
  /** What is deployed, where it exists already; absent where it has to be made or found first. */
  readonly to?: Version | undefined
  /** How the new definition differs from the one that runs now; values of environment and secrets are masked. */
  readonly changes: readonly TaskDefinitionChange[]
  /** Images by container, old and new. */
  readonly images: readonly { readonly container: string; readonly from?: string | undefined; readonly to: string }[]
  /** Number of tasks, where it changes. */
  readonly desiredCount?: { readonly from: number; readonly to: number } | undefined
  readonly codeDeploy?:
    | (GroupName & {
        readonly deploymentConfig?: string | undefined
        readonly appSpec: string
        /** As the group has them, or as they are overridden; absent where nothing is going to be done. */
        readonly settings?: GroupSettings | undefined
      })
    | undefined
  /** True when the service runs this content already and nothing will be done. */
  readonly unchanged: boolean
  /** True when there is no such service yet: it will be created. */
  readonly creates?: boolean | undefined
  /** True when nothing is going to be done in any case: the plan is all there is. */
  readonly dryRun?: boolean | undefined
  /** Why this revision was chosen, where the program chose it: for a rollback. */
  readonly basis?: Untrusted | undefined
}
