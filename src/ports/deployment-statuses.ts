import type { Text } from '../text.ts'

/** Progress on the deployment that GitHub made for this job's environment. Best effort; never throws. */
export interface DeploymentStatuses {
  /** Sets the status with a description, of which 140 characters are kept. Takes at most 5 s. */
  update(state: 'in_progress', description: Text): Promise<void>
  /**
   * The last status of this step, with what was deployed. Retried where GitHub fails, as the next environment may depend on it;
   * takes at most 10 s. `in_progress`: the deployment continues without this step.
   */
  end(state: 'in_progress' | 'success' | 'failure', description: Text): Promise<void>
}
