import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { type Untrusted, untrusted } from '../../../text.ts'
import { completeAppSpec, taskDefinitionOf } from '../codedeploy-group/appspec.ts'
import { shortName } from '../request/revision-version.ts'
import type { RollbackPorts } from '../request/rollback-goal.ts'

/** `appSpec`: JSON text with the task definition in it, of the deployment `id`. `missing`: why it has to be made. */
export type EarlierAppSpec =
  | { readonly appSpec: string; readonly id: string }
  | { readonly appSpec?: undefined; readonly missing: Untrusted }

/**
 * The AppSpec of the group's last successful deployment of a revision (ARN), as it was: its hooks, and the container, network
 * and platform that went with that revision.
 */
export async function findEarlierAppSpec(
  arn: string,
  { revisions, group }: Pick<RollbackPorts, 'revisions' | 'group'>,
): Promise<EarlierAppSpec> {
  let why = `its deployment group has no successful deployment of ${shortName(arn)}`
  const read = revisions.codeDeployDeployments(group.application, group.deploymentGroup)
  const deployments = await unlessDenied(read, () => {
    why = 'not authorized to perform codedeploy:ListDeployments and codedeploy:BatchGetDeployments'
  })
  const last = deployments?.find(({ status, revision }) => status === 'Succeeded' && taskDefinitionOf(revision) === arn)
  const written = last?.revision?.appSpecContent?.content
  if (last === undefined || written === undefined)
    return { missing: untrusted(`The AppSpec is generated from the service, without lifecycle hooks: ${why}.`) }
  return { appSpec: completeAppSpec(written, arn), id: last.deploymentId ?? '' }
}
