import type { JsonObject } from '../../ports.ts'
import type { Placing } from './placing.ts'

/** What a new service is made of, beside its placing. */
export interface NewService {
  readonly placing: Placing
  readonly targetGroup: string | undefined
  readonly container: string
  /** Of the container; the target group sends its requests there. */
  readonly port: number | undefined
}

/** A service of Fargate with one task, in the shape of CreateService; a failed deployment is rolled back by the circuit breaker. */
export function newService({ placing, targetGroup, container, port }: NewService): JsonObject {
  const { subnets, securityGroups, isPublic } = placing
  return {
    desiredCount: 1,
    launchType: 'FARGATE',
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets,
        ...(securityGroups.length > 0 && { securityGroups }),
        assignPublicIp: isPublic ? 'ENABLED' : 'DISABLED',
      },
    },
    ...(targetGroup !== undefined && {
      loadBalancers: [{ targetGroupArn: targetGroup, containerName: container, containerPort: port ?? 80 }],
      healthCheckGracePeriodSeconds: 60,
    }),
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
  }
}
