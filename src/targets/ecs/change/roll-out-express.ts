import type { Events } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import { text, untrusted } from '../../../text.ts'
import { isSteady, primary } from '../facts/service-facts.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { type ExpressUpdate, expressUpdate } from '../strategy/express-settings.ts'
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
  const end = yield* follow(rollout, updated, express?.starts)
  return express && bad.includes(end.outcome) ? { ...end, left: await settingsLeft(express, rollout, end) } : end
}

const bad: readonly ServiceEnd['outcome'][] = ['failed', 'rolled-back', 'rollback-failed', 'stopped']

/** A rollback restores the revision of before. Whether the settings go with it, AWS does not say: they are read. */
async function settingsLeft(
  { former, changes }: ExpressUpdate,
  { context, service }: Rollout,
  { left }: ServiceEnd,
): Promise<ServiceEnd['left']> {
  const names = untrusted(changes.map(({ name }) => name).join(', '))
  try {
    const now = await context.ecs.describeExpress(service.serviceArn ?? '')
    const stay = expressUpdate(former, now ?? {})?.changes ?? []
    if (stay.length === 0) return left
    const listed = untrusted(stay.map(({ name, from, to }) => `${name} ${from} (before: ${to})`).join(', '))
    return text`Settings stay as this deployment set them: ${listed}. To restore them, set their inputs to the values of before.`
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return text`Whether settings are as before (${names}) is unknown: ${error.parts.what}.`
  }
}
