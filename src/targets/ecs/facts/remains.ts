import type { Service } from '../../../ports.ts'
import { quoted, type Text, text } from '../../../text.ts'

/** What is left of a service whose first deployment did not end well, and what to do about it. */
export function remains(
  { runningCount = 0, desiredCount = 0, resourceManagementType, serviceArn = '' }: Service,
  { cluster, service }: { readonly cluster: string; readonly service: string },
): Text {
  const command =
    resourceManagementType === 'ECS'
      ? `aws ecs delete-express-gateway-service --service-arn ${serviceArn}`
      : `aws ecs delete-service --force --cluster ${cluster} --service ${service}`
  return text`The service exists now, with ${runningCount} of ${desiredCount} tasks running. Run the job again to deploy to it, or delete it: ${quoted(command)}.`
}
