import { partitionOf } from '../../../partitions.ts'

/** The page of a service's deployments in the AWS console. `cluster` and `service` are names. */
export function serviceConsoleUrl(region: string, cluster: string, service: string): string | undefined {
  const path = `${encodeURIComponent(cluster)}/services/${encodeURIComponent(service)}`
  return consoleUrl(region, `ecs/v2/clusters/${path}/deployments`)
}

/** The page of a CodeDeploy deployment in the AWS console. */
export function codeDeployConsoleUrl(region: string, deploymentId: string): string | undefined {
  return consoleUrl(region, `codesuite/codedeploy/deployments/${encodeURIComponent(deploymentId)}`)
}

/** Undefined where the console of a partition is not known. */
function consoleUrl(region: string, page: string): string | undefined {
  const host = partitionOf(region).consoleHost?.(region)
  return host && `https://${host}/${page}?region=${region}`
}
