import type { Outcome } from '../../../deployment/verdict.ts'
import type { CodeDeploy, RevisionHistory } from '../../../ports.ts'
import type { Untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { Engine } from '../request/ecs-record.ts'

/** A deployment to explain. */
export interface KnownDeployment {
  readonly engine: Engine
  readonly id: string
  readonly consoleUrl: string | undefined
  readonly cluster: string
  readonly service: string
  readonly taskDefinition: string | undefined
  /** What serves after it went back, or what served before it. */
  readonly previousTaskDefinition: string | undefined
  /** Undefined: it is still in progress. */
  readonly outcome: Outcome | undefined
  /** AWS's own words about the end. */
  readonly reason: Untrusted | undefined
  /** Alarms of which ECS says that they ended it; empty where it does not name them. */
  readonly triggeredAlarms?: readonly string[] | undefined
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number | undefined
}

/** What is read of AWS to explain an earlier deployment. */
export interface HistoryPorts extends Pick<EcsContext, 'ecs' | 'clock' | 'signal'> {
  readonly codeDeploy: CodeDeploy
  readonly revisions: RevisionHistory
}
