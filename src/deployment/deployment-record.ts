import type { Engine } from '../targets/ecs/facts/service-facts.ts'
import type { CancelPolicy } from './policies.ts'

/** What is kept of a deployment for the post step, which runs in a process of its own. All of it is plain text. */
export interface DeploymentRecord {
  readonly cluster: string
  readonly service: string
  readonly region: string
  readonly policy: CancelPolicy
  readonly engine?: Engine | undefined
  /** Milliseconds since 1970: when the run began to deploy, or the start of the deployment that was found. */
  readonly startedAt: number
  readonly previousTaskDefinition?: string | undefined
  /** Absent until a revision is known: nothing can be in flight before that. */
  readonly taskDefinition?: string | undefined
  /** `updating`: the call that starts the deployment is under way, and its reply may have been lost. */
  readonly stage: 'preparing' | 'registering' | 'updating' | 'watching' | 'ended'
  /** True when there was no such service before: there is nothing to go back to. */
  readonly isCreation?: boolean | undefined
  /** As people see it: `service-deployment/…`, `ecs-svc/…`, or CodeDeploy's `d-…`. */
  readonly deploymentId?: string | undefined
  readonly serviceDeploymentArn?: string | undefined
  /** When AWS made the deployment, by its own clock: milliseconds since 1970. */
  readonly createdAt?: number | undefined
  readonly codeDeploy?: { readonly application: string; readonly deploymentGroup: string } | undefined
  /** ARN of a one-off task that may still run. */
  readonly runTaskArns?: readonly string[] | undefined
}

/** Reads what `JSON.stringify` wrote; undefined when there is nothing, or nothing that this version understands. */
export function parseRecord(saved: string | undefined): DeploymentRecord | undefined {
  if (!saved) return undefined
  try {
    const record: unknown = JSON.parse(saved)
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is DeploymentRecord {
  if (typeof value !== 'object' || value === null) return false
  return ['cluster', 'service', 'region', 'policy', 'stage'].every(
    (member) => typeof (value as Record<string, unknown>)[member] === 'string',
  )
}
