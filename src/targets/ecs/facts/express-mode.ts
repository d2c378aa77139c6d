import { Failure } from '../../../failure.ts'
import type { Service } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import { givenNames } from '../request/requested-settings.ts'
import type { ServiceRequest } from '../request/service-request.ts'

/** A service in Express Mode, whose load balancer, scaling and deployment configuration ECS manages (API Service). */
export function isExpress({ resourceManagementType }: Service): boolean {
  return resourceManagementType === 'ECS'
}

/** The failure for a missing Express service, with what it would be created from; any other error as it is. */
export function missingExpress(error: unknown): unknown {
  if (!(error instanceof Failure) || error.parts.code !== 'service-not-found') return error
  const fix = text`Correct service-name, cluster or aws-region. To create the service, set infrastructure-role-arn, and execution-role-arn or task-definition. Nothing has been changed.`
  return new Failure({ ...error.parts, fix })
}

type Asked = Pick<
  ServiceRequest,
  | 'desiredCount'
  | 'volumeConfigurations'
  | 'enableEcsManagedTags'
  | 'propagateTags'
  | 'settings'
  | 'express'
  | 'service'
>

/**
 * Throws `service-unsupported` for what is asked of an Express service and its API does not take (API
 * UpdateExpressGatewayService), and for what only an Express service has.
 */
export function requireSupported(request: Asked, service: Service): void {
  const name = untrusted(service.serviceName ?? request.service)
  if (!isExpress(service)) {
    if (request.express === undefined) return
    throw new Failure({
      code: 'service-unsupported',
      what: text`The service ${name} is not an Express service`,
      why: text`its resourceManagementType is ${untrusted(service.resourceManagementType ?? 'CUSTOMER')}, and UpdateExpressGatewayService takes Express services only`,
      fix: text`Deploy it with actions/deploy. Nothing has been changed.`,
    })
  }
  const unsupported = [
    ...(request.desiredCount === undefined ? [] : ['desired-count']),
    ...(request.volumeConfigurations === undefined ? [] : ['service-managed-ebs-volume']),
    ...(request.enableEcsManagedTags === undefined ? [] : ['enable-ecs-managed-tags']),
    ...(request.propagateTags === undefined ? [] : ['propagate-tags']),
    ...givenNames(request.settings),
  ]
  if (unsupported.length === 0) return
  const listed: Text = unsupported.flatMap((one, index) => [index === 0 ? '' : ', ', setting(one)])
  throw new Failure({
    code: 'service-unsupported',
    what: text`The Express service ${name} does not support ${listed}`,
    why: text`Express Mode manages its count, deployment configuration and tags, and UpdateExpressGatewayService has no such members`,
    fix: text`Remove them. For the count, set min-task-count and max-task-count of actions/deploy-express. Nothing has been changed.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateExpressGatewayService.html',
  })
}
