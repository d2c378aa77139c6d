import type { DeploymentState } from '../deployment/state.ts'
import type { Subject } from './subject.ts'

/** What every view gets. */
export interface Report {
  readonly subject: Subject
  readonly state: DeploymentState
}
