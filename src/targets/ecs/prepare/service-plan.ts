import type { SettingChange } from '../../../deployment/plan.ts'
import type { Version } from '../../../deployment/version.ts'
import type { TaskDefinitionChange } from '../../../task-definition/diff.ts'
import type { Untrusted } from '../../../text.ts'
import type { GroupName } from '../codedeploy-group/group-name.ts'
import type { GroupSettings } from '../codedeploy-group/group-settings.ts'
import type { Engine } from '../request/ecs-record.ts'
import type { FormerSettings } from '../request/former-settings.ts'
import type { ServiceRequest } from '../request/service-request.ts'

/** What a deployment will do with a service, decided before anything changes. */
export interface ServicePlan {
  readonly cluster: string
  readonly service: string
  readonly region: string
  readonly engine: Engine
  /** ECS's name of the strategy (`ROLLING`, `BLUE_GREEN`, `LINEAR`, `CANARY`), where the service says one. */
  readonly strategy?: string | undefined
  /** True for a service in Express Mode, whose strategy ECS manages. */
  readonly isExpress?: boolean | undefined
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
  /** Of the definition that is deployed. */
  readonly family?: string | undefined
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

/** No wait is longer than a job on GitHub's machines. Minutes. */
const longestMinutes = 360

/** How long the deployment may take, in minutes; CodeDeploy's own waits come on top. Undefined: nothing is deployed. */
export function expectedMinutes(
  { waitMinutes, waitFor = 'terminated' }: Pick<ServiceRequest, 'waitMinutes' | 'waitFor'>,
  { codeDeploy, unchanged }: Pick<ServicePlan, 'codeDeploy' | 'unchanged'>,
): number | undefined {
  if (unchanged) return undefined
  const { readyWait = 0, terminationWait = 0 } = codeDeploy?.settings ?? {}
  const wanted = waitMinutes + readyWait + (waitFor === 'terminated' ? terminationWait : 0)
  return Math.min(wanted, Math.max(longestMinutes, waitMinutes))
}
