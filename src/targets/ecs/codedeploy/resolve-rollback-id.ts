import { Failure } from '../../../failure.ts'
import type { CodeDeploy, CodeDeployDeployment } from '../../../ports.ts'
import { setting, text, untrusted } from '../../../text.ts'

/** What an id means. */
export interface ResolvedDeployment {
  readonly id: string
  readonly deployment: CodeDeployDeployment
  /** Id of the rollback by which it was found. */
  readonly rollbackId?: string | undefined
}

/**
 * The deployment that an id refers to. CodeDeploy rolls back by a second deployment, which has an id of its own and
 * ends `Succeeded` when what was deployed has failed; so the id of a rollback means the deployment that it rolls back (API
 * RollbackInfo, `rollbackTriggeringDeploymentId`). Throws `deployment-not-found`, and what reading a deployment throws.
 */
export async function resolveRollbackId(
  id: string,
  { describeDeployment }: Pick<CodeDeploy, 'describeDeployment'>,
): Promise<ResolvedDeployment> {
  const deployment = await describeDeployment(id)
  if (deployment.creator !== 'codeDeployRollback') return { id, deployment }
  const first = deployment.rollbackInfo?.rollbackTriggeringDeploymentId
  if (first) return { id: first, deployment: await describeDeployment(first), rollbackId: id }
  throw new Failure({
    code: 'deployment-not-found',
    what: text`The deployment ${untrusted(id)} is a CodeDeploy rollback, and the deployment that it rolls back is unknown`,
    why: text`codedeploy:GetDeployment returned no rollbackInfo.rollbackTriggeringDeploymentId`,
    fix: text`Find the deployment before this one in the CodeDeploy console, and set ${setting('deployment-id')} to its id.`,
  })
}
