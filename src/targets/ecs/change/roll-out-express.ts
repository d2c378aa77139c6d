import type { Events } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { isSteady, primary } from '../facts/service-facts.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import type { ExpressUpdate } from '../strategy/express-settings.ts'
import { isAdoptable, makesDeployment } from '../strategy/update-effects.ts'
import { adopt, follow } from './update-and-watch.ts'

/**
 * Deploys an Express service by its own API with a task definition (UpdateExpressGatewayService); its service deployment is
 * watched as every other (DescribeServiceDeployments).
 */
export async function* rollOutExpress(rollout: Rollout, express: ExpressUpdate | undefined): Events<ServiceEnd> {
  const { request, context, service, taskDefinition } = rollout
  if (express === undefined && isAdoptable(rollout)) return yield* adopt(rollout)
  const isSame = makesDeployment(rollout) === 'no'
  context.keep({ stage: 'updating', engine: 'ecs-rolling', taskDefinition })
  const updated = await forPreparation(context, request).ecs.updateExpress(request.cluster, {
    serviceArn: service.serviceArn ?? '',
    // Left out where it runs already: a definition that ECS manages stays so.
    ...(isSame ? {} : { taskDefinitionArn: taskDefinition }),
    ...express?.members,
  })
  const isSettled = isSame && !express?.starts && isSteady(updated)
  if (isSettled && primary(updated)?.taskDefinition === taskDefinition) {
    return { outcome: 'succeeded', serving: taskDefinition }
  }
  return yield* follow(rollout, updated, express?.starts)
}
