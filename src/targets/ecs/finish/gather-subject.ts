import type { Untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'

/** The deployment whose evidence is gathered. */
export interface GatherSubject {
  readonly cluster: string
  readonly service: string
  /** ARN of the deployed revision; empty where none was deployed. */
  readonly taskDefinition: string
  /** When AWS made the deployment, in milliseconds since 1970: nothing older is evidence. */
  readonly createdAt?: number | undefined
  /** Where that is not known: nothing older than `since` is, by the runner's clock with allowance for its error. */
  readonly since: number
  readonly statusReason?: Untrusted | undefined
  /** Alarms that ended the deployment according to AWS; empty where it does not name them. */
  readonly triggeredAlarms?: readonly string[] | undefined
  /** Whether this run or another user requested the stop that ended it; undefined: it was not stopped, or this is unknown. */
  readonly stopped?: Evidence['stopped']
  /** What this run observed, where it requested the stop. */
  readonly stopReason?: Untrusted | undefined
  /** True when the service is back on its former version, to which the targets belong by now. */
  readonly isBack?: boolean | undefined
  readonly isByCodeDeploy: boolean
  readonly codeDeployDeploymentId?: string | undefined
}
