import { Failure } from '../../../failure.ts'
import type { JsonObject, Service } from '../../../ports.ts'
import { text } from '../../../text.ts'
import type { OneOffTask } from '../request/service-request.ts'

/** `networkConfiguration` of a one-off task: its own, filled up with that of the service. Undefined without subnets. */
export function networkOf(task: OneOffTask, service: Service | undefined): JsonObject | undefined {
  const own = service?.networkConfiguration?.awsvpcConfiguration
  const subnets = task.subnets.length > 0 ? task.subnets : own?.subnets
  const securityGroups = task.securityGroups.length > 0 ? task.securityGroups : own?.securityGroups
  if (!subnets?.length) return undefined
  const assignPublicIp = task.assignPublicIp ?? own?.assignPublicIp
  return {
    awsvpcConfiguration: {
      subnets,
      ...(securityGroups?.length ? { securityGroups } : {}),
      ...(assignPublicIp ? { assignPublicIp } : {}),
    },
  }
}

/**
 * Refuses what only a task in subnets can have where it would get none, of the service or its own: security groups and a
 * public address go into one configuration with them (API_AwsVpcConfiguration, subnets is required). Throws `inputs-invalid`.
 */
export function requireSubnets(task: OneOffTask | undefined, service: Service | undefined): void {
  const given = task ? withoutSubnets(task, service) : []
  if (given.length === 0) return
  const one = given.length === 1
  throw new Failure({
    code: 'inputs-invalid',
    what: text`${given.join(' and ')} ${one ? 'requires' : 'require'} run-task-subnets`,
    why: text`${service ? 'the service has no subnets' : 'there is no service'} that the task could inherit subnets from, and awsvpcConfiguration requires subnets`,
    fix: text`Set run-task-subnets, or remove ${given.join(' and ')}. Nothing has been changed.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html',
  })
}

function withoutSubnets(task: OneOffTask, service: Service | undefined): readonly string[] {
  const own = service?.networkConfiguration?.awsvpcConfiguration?.subnets ?? []
  if (task.subnets.length > 0 || own.length > 0) return []
  return [
    ...(task.securityGroups.length > 0 ? ['run-task-security-groups'] : []),
    ...(task.assignPublicIp === 'ENABLED' ? ['run-task-assign-public-IP'] : []),
  ]
}
