import type { CodeDeployDeployment } from './codedeploy.ts'

/** What there was before: revisions of a family, and deployments that have ended. */
export interface RevisionHistory {
  /** ARNs of the ACTIVE revisions of a family, newest first, at most `limit`. */
  activeRevisions(family: string, limit: number): Promise<readonly string[]>
  /**
   * The deployments of a deployment group of about the last three months, newest first. Empty when there is no such group.
   * AppSpecs: of the last 20 that succeeded.
   */
  codeDeployDeployments(application: string, group: string): Promise<readonly CodeDeployDeployment[]>
}
