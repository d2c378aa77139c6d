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

/** The page of a task in the AWS console, with its log. `cluster` is a name, `task` an id. */
export function taskConsoleUrl(region: string, cluster: string, task: string): string | undefined {
  return consoleUrl(region, `ecs/v2/clusters/${encodeURIComponent(cluster)}/tasks/${encodeURIComponent(task)}/logs`)
}

/** The page of a stream of CloudWatch Logs in the AWS console, which encodes names twice, with `$` for `%`. */
export function logConsoleUrl(region: string, logGroup: string, logStream: string): string | undefined {
  const twice = (name: string) => encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$')
  const page = consoleUrl(region, 'cloudwatch/home')
  return page && `${page}#logsV2:log-groups/log-group/${twice(logGroup)}/log-events/${twice(logStream)}`
}

/** Undefined where the console of a partition is not known. */
function consoleUrl(region: string, page: string): string | undefined {
  const host = partitionOf(region).consoleHost?.(region)
  return host && `https://${host}/${page}?region=${region}`
}
