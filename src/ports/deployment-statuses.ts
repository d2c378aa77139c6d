import type { Text } from '../text.ts'

/** Progress on the deployment that GitHub made for this job's environment. Best effort; never throws. */
export interface DeploymentStatuses {
  /** Sets the status with a description, of which 140 characters are kept. Takes at most 5 s. */
  update(state: 'in_progress' | 'success' | 'failure' | 'error', description: Text): Promise<void>
}
