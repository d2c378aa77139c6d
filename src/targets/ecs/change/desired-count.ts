import { resourceName } from '../../../arn.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { Failure } from '../../../failure.ts'
import type { ScalableTarget } from '../../../ports.ts'
import { setting, text, type Untrusted, untrusted } from '../../../text.ts'
import type { Reading } from '../prepare/read-target.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'

const permission = 'application-autoscaling:DescribeScalableTargets'

/** A request whose desired count may be set. */
export interface OwnCount {
  readonly request: ServiceRequest
  readonly warning?: Untrusted | undefined
}

/**
 * The request with the desired count that may be set. Another count than the service has is refused where autoscaling owns
 * it: it would undo the count at its next step, or the count would undo what the load asked for. The same count is left out
 * unless nothing scales the service, as autoscaling may have changed it by the time of the update. Asks AWS only when a
 * count is given. Throws `service-unsupported`.
 */
export async function ownCount(
  request: ServiceRequest,
  { service, engine }: Reading,
  { scaling }: EcsContext,
): Promise<OwnCount> {
  const { desiredCount, forceDesiredCount } = request
  // CodeDeploy keeps the count that the service has.
  if (desiredCount === undefined || forceDesiredCount || engine === 'codedeploy') return { request }
  const isChanged = desiredCount !== service.desiredCount
  const cluster = resourceName(service.clusterArn ?? request.cluster)
  const name = service.serviceName ?? resourceName(request.service)
  let isDenied = false
  const found = await unlessDenied(scaling.describeScalableTarget(cluster, name), () => {
    isDenied = true
  })
  const target = found && scales(found) ? found : undefined
  if (target && isChanged) throw owned(name, desiredCount, service.desiredCount ?? 0, target)
  const message = `Not authorized to perform ${permission}: whether Application Auto Scaling owns the desired count is unknown. It is set to ${desiredCount}.`
  if (isChanged) return { request, warning: isDenied ? untrusted(message) : undefined }
  return { request: target || isDenied ? { ...request, desiredCount: undefined } : request }
}

/** A target all of whose activities are suspended sets no count (Application Auto Scaling, "Suspend and resume scaling"). */
function scales({ SuspendedState: off }: ScalableTarget): boolean {
  return !(off?.DynamicScalingInSuspended && off.DynamicScalingOutSuspended && off.ScheduledScalingSuspended)
}

function owned(name: string, wanted: number, now: number, { MinCapacity = 0, MaxCapacity = 0 }: ScalableTarget) {
  return new Failure({
    code: 'service-unsupported',
    what: text`Application Auto Scaling owns the desired count of ${untrusted(name)}, so it is not set to ${wanted}`,
    why: text`its scalable target has MinCapacity ${MinCapacity} and MaxCapacity ${MaxCapacity}; the desired count is ${now}`,
    fix: text`Remove ${setting('desired-count')}, or set force-desired-count: true (autoscaling can change the count again). Nothing has been changed.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html',
  })
}
