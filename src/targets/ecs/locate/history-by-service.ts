import { resourceName } from '../../../arn.ts'
import type { EcsDeployment, Service } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { serviceConsoleUrl } from '../facts/console-url.ts'
import type { KnownDeployment } from './known-deployment.ts'

/** What the service itself shows of a deployment that is not listed any more: AWS keeps service deployments for 90 days. */
export function byService(
  { id = '', taskDefinition, rolloutState, rolloutStateReason, createdAt, updatedAt }: EcsDeployment,
  service: Service,
  { region, cluster }: { readonly region: string; readonly cluster: string },
): KnownDeployment {
  const [clusterName, serviceName] = [resourceName(service.clusterArn ?? cluster), service.serviceName ?? '']
  const isOver = rolloutState === 'COMPLETED' || rolloutState === 'FAILED'
  return {
    engine: 'ecs-rolling',
    id,
    consoleUrl: serviceConsoleUrl(region, clusterName, serviceName),
    cluster: clusterName,
    service: serviceName,
    taskDefinition,
    previousTaskDefinition: undefined,
    outcome: isOver ? (rolloutState === 'COMPLETED' ? 'succeeded' : 'failed') : undefined,
    reason: rolloutStateReason === undefined ? undefined : untrusted(rolloutStateReason),
    startedAt: createdAt?.getTime() ?? 0,
    endedAt: isOver ? updatedAt?.getTime() : undefined,
  }
}
