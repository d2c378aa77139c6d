import type { DeploymentRecord } from '../../../deployment/deployment-record.ts'
import { versionOf } from './revision-version.ts'

/** How a service is deployed, by its `deploymentController` and `strategy`. */
export type Engine = 'ecs-rolling' | 'codedeploy'

/** What only the target itself reads of the record. */
export interface OwnRecord {
  readonly cluster: string
  readonly service: string
  readonly region: string
  readonly engine?: Engine | undefined
  readonly serviceDeploymentArn?: string | undefined
  readonly codeDeploy?: { readonly application: string; readonly deploymentGroup: string } | undefined
  /** One-off tasks that may run. */
  readonly tasks?: KeptTasks | undefined
}

/** What is kept of one-off tasks while they run. */
export interface KeptTasks {
  readonly cluster: string
  readonly startedBy: string
  readonly onCancel: 'stop' | 'leave'
  /** Empty: RunTask was sent, and no reply has come yet. */
  readonly arns: readonly string[]
}

/** What is kept of the deployment of a service. `deploymentId`: `service-deployment/…`, `ecs-svc/…`, or CodeDeploy's `d-…`. */
export interface EcsRecord extends Omit<DeploymentRecord, 'target' | 'own' | 'from' | 'to'>, OwnRecord {
  /** ARN of what was live before. */
  readonly previousTaskDefinition?: string | undefined
  /** ARN of the revision to deploy. Absent until it is known: nothing can be in flight before that. */
  readonly taskDefinition?: string | undefined
}

const ownMembers = ['cluster', 'service', 'region', 'engine', 'serviceDeploymentArn', 'codeDeploy', 'tasks'] as const

/** A part of the record in the form that the core saves. */
export function keptPart(part: Partial<EcsRecord>): Partial<DeploymentRecord> {
  const { previousTaskDefinition: from, taskDefinition: to, ...rest } = part
  const isOwn = (name: string) => ownMembers.some((own) => own === name)
  const members = Object.entries(rest)
  return {
    ...Object.fromEntries(members.filter(([name]) => !isOwn(name))),
    ...('previousTaskDefinition' in part && { from: versionOf(from) }),
    ...('taskDefinition' in part && { to: versionOf(to) }),
    own: Object.fromEntries(members.filter(([name]) => isOwn(name))),
  }
}

/** The record as the target reads it. */
export function ecsRecordOf({ own, from, to, target: _, ...rest }: DeploymentRecord): EcsRecord {
  return { ...rest, ...(own as OwnRecord), previousTaskDefinition: from?.id, taskDefinition: to?.id }
}
