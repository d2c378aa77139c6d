import { resourceName } from '../../../arn.ts'
import type { ServiceRequest } from '../request/service-request.ts'

/** Where CodeDeploy keeps the deployments of one service. */
export interface GroupName {
  readonly application: string
  readonly deploymentGroup: string
}

/** The console and the AWS CLI cut cluster and service here to stay within CodeDeploy's 100 characters (`aws ecs deploy`). */
const longestPart = 46

/** The names that the inputs give, or those under which the ECS console and the AWS CLI make them. */
export function groupNameOf({
  cluster,
  service,
  codeDeploy,
}: Pick<ServiceRequest, 'cluster' | 'service' | 'codeDeploy'>): GroupName {
  const parts = [cluster, service].map((name) => resourceName(name).slice(0, longestPart)).join('-')
  return {
    application: codeDeploy.application ?? `AppECS-${parts}`,
    deploymentGroup: codeDeploy.deploymentGroup ?? `DgpECS-${parts}`,
  }
}
