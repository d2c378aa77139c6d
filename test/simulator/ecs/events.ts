/** Service events in the words of Amazon ECS (Developer Guide, "Service event messages"), without the `(service …)` in front. */
import { nameOf } from '../identifiers.ts'

/** `DescribeServices` shows the newest hundred. */
export const mostEvents = 100

const tasks = (arns: readonly string[]) => arns.map((taskArn) => `(task ${nameOf(taskArn)})`).join(' ')
const troubleshooting = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.'

export const started = (arns: readonly string[]) => `has started ${arns.length} tasks: ${tasks(arns)}.`
export const stopped = (arns: readonly string[]) => `has stopped ${arns.length} running tasks: ${tasks(arns)}.`
export const registered = (count: number, targetGroupArn: string) =>
  `registered ${count} targets in (target-group ${targetGroupArn})`
export const deregistered = (count: number, targetGroupArn: string) =>
  `deregistered ${count} targets in (target-group ${targetGroupArn})`
export const draining = (count: number) => `has begun draining connections on ${count} tasks.`
export const steady = 'has reached a steady state.'
export const completed = (deploymentId: string) => `(deployment ${deploymentId}) deployment completed.`
export const failed = (deploymentId: string, why: string) => `(deployment ${deploymentId}) deployment failed: ${why}.`
export const rollingBack = (deploymentId: string) => `rolling back to deployment ${deploymentId}.`
export const inconsistent = `is unable to consistently start tasks successfully. ${troubleshooting}`
export const deadlocked =
  'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.'
export const describeTarget = (taskId: string, port: number, targetGroupArn: string) =>
  `(task ${taskId}) (port ${port}) is unhealthy in (target-group ${targetGroupArn})`

/** `reason` as AWS has it: `no container instance met all of its requirements.` follows `because`, all others `Reason:`. */
export function notPlaced(reason: string): string {
  const sentence = reason.replace(/\.?$/, '.')
  const joined = reason.startsWith('no container instance') ? `because ${sentence}` : `Reason: ${sentence}`
  return `was unable to place a task${joined.startsWith('Reason') ? '.' : ''} ${joined} ${troubleshooting}`
}

/** As in real service events about roles: https://github.com/tmknom/terraform-aws-codedeploy-for-ecs/pull/18 */
export const notLaunched = (error: string) => `failed to launch a task with (error ${error}).`

/** In front of messages about a task set. */
export const ofService = (service: string, taskSet?: string) =>
  taskSet ? `(service ${service}, taskSet ${taskSet})` : `(service ${service})`
