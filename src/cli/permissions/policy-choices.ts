import type { Feature } from './permission.ts'
import type { ActionName } from './permission-tables.ts'

/** What a person chooses about the policies. */
export interface PolicyChoices {
  /** Actions that the roles of environments are for; `build-push` is of the role that builds. */
  readonly actions: readonly ActionName[]
  readonly with: readonly Feature[]
  readonly without: readonly Feature[]
  /** Services that CodeDeploy deploys, beside those whose CodeDeploy names are in slipway.yml. */
  readonly codeDeployServices: readonly string[]
  /** `cluster`: all services of the cluster, for roles of many services. */
  readonly scope: 'service' | 'cluster'
  /** Roles of tasks whose definition is not in a file. */
  readonly passedRoles: readonly string[]
  /** Roles that Amazon ECS itself assumes: of volumes of tasks, or of Express services. */
  readonly infrastructureRoles: readonly string[]
  readonly kmsKeys: readonly string[]
  readonly signingProfiles: readonly string[]
}
