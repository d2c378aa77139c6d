import { partitionOfRegion } from '../arn.ts'

/** Where the AWS console of a region is; every partition has its own. */
function origin(region: string): string {
  switch (partitionOfRegion(region)) {
    case 'aws-cn':
      return 'https://console.amazonaws.cn'
    case 'aws-us-gov':
      return 'https://console.amazonaws-us-gov.com'
    case 'aws':
      return `https://${region}.console.aws.amazon.com`
  }
}

/** The page of a service's deployments in the AWS console. `cluster` and `service` are names. */
export function serviceConsoleUrl(region: string, cluster: string, service: string): string {
  const path = `${encodeURIComponent(cluster)}/services/${encodeURIComponent(service)}`
  return `${origin(region)}/ecs/v2/clusters/${path}/deployments?region=${region}`
}

/** The page of a CodeDeploy deployment in the AWS console. */
export function codeDeployConsoleUrl(region: string, deploymentId: string): string {
  return `${origin(region)}/codesuite/codedeploy/deployments/${encodeURIComponent(deploymentId)}?region=${region}`
}
