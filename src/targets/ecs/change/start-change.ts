import type { Changed, Obstacle } from '../../../deployment/conflict.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import type { DeploymentGroup } from '../../../ports.ts'
import { isExpress } from '../facts/express-mode.ts'
import { runningTaskDefinition } from '../facts/service-facts.ts'
import { changed, obstacleOf } from '../prepare/obstacles.ts'
import type { Reading } from '../prepare/read-target.ts'
import type { ServicePlan } from '../prepare/service-plan.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { settingsUpdate, updateSettings } from '../strategy/service-settings.ts'
import { rollOut } from './update-and-watch.ts'

/** Begins the deployment by the API that the service is deployed by, and watches it to its end. */
export async function* startChange(
  rollout: Rollout,
  { engine, inFlight, service, isListed, express }: Reading,
  { settingsOnly }: ServicePlan,
  group: DeploymentGroup | undefined,
): Events<ServiceEnd | Obstacle | Changed> {
  if (isExpress(service)) {
    const { rollOutExpress } = await import('./roll-out-express.ts')
    return yield* rollOutExpress(rollout, express)
  }
  if (engine === 'ecs-rolling') return yield* rollOut(rollout)
  // CodeDeploy knows nothing of the settings of a service: they come first, so that its new tasks have them.
  const settings = settingsUpdate(rollout.request, rollout.service, engine)
  const { taskDefinition: serving } = rollout
  const shown = settings ? await updateSettings(rollout, settings) : service
  if (settingsOnly)
    return runningTaskDefinition(shown) === serving ? { outcome: 'succeeded', serving } : changed(service)
  try {
    return yield* (await import('../codedeploy/blue-green.ts')).deployByCodeDeploy(rollout, group, inFlight)
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'deployment-conflict') throw error
    if (isListed) return changed(service)
    return obstacleOf({ kind: 'conflict', failure: error, isRollback: false }, rollout.request, rollout.context)
  }
}
