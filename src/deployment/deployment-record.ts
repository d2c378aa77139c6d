import type { CancelPolicy } from './policies.ts'
import type { Version } from './version.ts'

/** What is kept of a deployment for the post step, which runs in a process of its own. All of it is plain text. */
export interface DeploymentRecord {
  /** Kind of the target, by which it is opened again. */
  readonly target: string
  /** What only the target reads. */
  readonly own: object
  readonly policy: CancelPolicy
  /** Milliseconds since 1970: when the run began to deploy, or the start of the deployment that was found. */
  readonly startedAt: number
  /** What was live before. */
  readonly from?: Version | undefined
  /** Absent until the version is known: nothing can be in flight before that. */
  readonly to?: Version | undefined
  /** `updating`: the call that starts the deployment is under way, and its reply may have been lost. */
  readonly stage: 'preparing' | 'registering' | 'updating' | 'watching' | 'ended'
  /** True when there was nothing of this name before: there is nothing to go back to. */
  readonly isCreation?: boolean | undefined
  /** The id in reports. */
  readonly deploymentId?: string | undefined
  /** When AWS made the deployment, by its own clock: milliseconds since 1970. */
  readonly createdAt?: number | undefined
  /** What was done before the deployment and stays without it, as the end of a sentence: settings, a task that runs. */
  readonly left?: string | undefined
  /** The deployment is complete, and these checks and tasks of it are not: their names. */
  readonly unfinished?: string | undefined
  /** Outputs that are set at once, as what they name goes on without this run. */
  readonly outputs?: Readonly<Record<string, string>> | undefined
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
  const members = value as Record<string, unknown>
  const isNamed = ['target', 'policy', 'stage'].every((member) => typeof members[member] === 'string')
  return isNamed && typeof members.own === 'object' && members.own !== null
}
