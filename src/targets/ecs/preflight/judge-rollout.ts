import { resourceName } from '../../../arn.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { Service } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import { isExpress } from '../facts/express-mode.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'
import { hasRollbackTarget, primary } from '../facts/service-facts.ts'

/** What ECS calls active deployments, and takes no sixth of (its own error names the number). */
const mostDeployments = 5

/** How the ECS deployment controller would go about it: room to move, what is in progress, and what it could roll back to. */
export function judgeRollout(facts: PreflightFacts): readonly Finding[] {
  const { service, engine } = facts
  if (service === undefined || engine === undefined) return []
  const isRolling = engine === 'ecs-rolling'
  return [
    ...(isRolling ? [...judgeRoom(service, facts), ...judgeActive(service), ...judgeRollback(service)] : []),
    ...(service.desiredCount === 0 && service.schedulingStrategy !== 'DAEMON'
      ? [
          finding('desired-count-zero', {
            what: text`The desired count of the service is 0`,
            why: text`no task will start, so the deployment proves nothing about the new version`,
            fix: text`Set desired-count if the service is to run.`,
          }),
        ]
      : []),
  ]
}

/** What the percentages of a rolling update leave of the desired count. */
export interface Room {
  readonly desired: number
  readonly minimum: number
  readonly maximum: number
  /** Tasks that stay, and tasks that may run. */
  readonly least: number
  readonly most: number
  /** True when none may stop and none may start. */
  readonly isStuck: boolean
  /** True when that is so for every desired count. */
  readonly isAlwaysStuck: boolean
}

/**
 * minimumHealthyPercent is rounded up, maximumPercent down (API DeploymentConfiguration). Undefined where that decides nothing:
 * for another strategy, for DAEMON services, which have their own rules, and without tasks.
 */
export function roomOf(service: Service): Room | undefined {
  const { desiredCount: desired = 0, deploymentConfiguration = {}, schedulingStrategy } = service
  const { minimumHealthyPercent: minimum = 100, maximumPercent: maximum = 200 } = deploymentConfiguration
  const isRolling = (deploymentConfiguration.strategy ?? 'ROLLING') === 'ROLLING'
  if (!isRolling || schedulingStrategy === 'DAEMON' || desired === 0) return undefined
  if ((service.deploymentController?.type ?? 'ECS') !== 'ECS') return undefined
  const least = Math.ceil((desired * minimum) / 100)
  const most = Math.floor((desired * maximum) / 100)
  const isStuck = most <= desired && least >= desired
  return { desired, minimum, maximum, least, most, isStuck, isAlwaysStuck: minimum >= 100 && maximum <= 100 }
}

function judgeRoom(service: Service, { isScaled }: PreflightFacts): readonly Finding[] {
  const room = roomOf(service)
  if (room === undefined) return []
  const { desired, minimum, maximum, least, most } = room
  const why = text`with a desired count of ${desired}, minimumHealthyPercent ${minimum} keeps ${least} running and maximumPercent ${maximum} allows ${most}`
  if (room.isStuck) {
    // A task that is missing already is started in the new version, and another count may leave room.
    const isMissing = (service.runningCount ?? desired) < desired
    return [
      finding(
        'percent-deadlock',
        {
          what: text`The service deployment configuration allows no task to stop and none to start`,
          why,
          fix: text`Set maximumPercent of the service to ${Math.ceil(((desired + 1) / desired) * 100)} or more, or lower minimumHealthyPercent (inputs maximum-percent and minimum-healthy-percent).`,
        },
        isMissing || !(room.isAlwaysStuck || isScaled === false),
      ),
    ]
  }
  if (least > 0 || most > desired) return []
  return [
    finding('percent-downtime', {
      what: text`All tasks may stop before a new one runs`,
      why,
      fix: text`Raise maximumPercent of the service above 100, or minimumHealthyPercent above 0, unless downtime is intended.`,
    }),
  ]
}

function judgeActive(service: Service): readonly Finding[] {
  const deployments = service.deployments ?? []
  const current = primary(service)
  if (deployments.length >= mostDeployments + 1) {
    return [
      finding('deployments-full', {
        what: text`${deployments.length} active deployments exist, and Amazon ECS may create no new one`,
        why: text`a deployment stays active until its last task has stopped; task protection and long deregistration delays keep tasks`,
        fix: text`Wait until they have ended, or end the protection of their tasks.`,
      }),
    ]
  }
  if (current?.rolloutState !== 'IN_PROGRESS') return []
  return [
    finding('deployment-replaced', {
      what: text`A deployment of ${untrusted(resourceName(current.taskDefinition ?? ''))} is in progress`,
      why: text`a new deployment replaces it`,
      fix: text`Wait until it has ended if its result matters.`,
    }),
  ]
}

function judgeRollback(service: Service): readonly Finding[] {
  if (!hasRollbackTarget(service)) {
    return [
      finding('first-deployment', {
        what: text`There is no deployment that Amazon ECS could roll back to`,
        why: text`no deployment of this service was ever complete`,
        fix: text`Watch this one: if it fails, nothing is rolled back.`,
      }),
    ]
  }
  // Express Mode rolls back by its own alarm, and nothing can be set.
  if (isExpress(service)) return []
  const { enable, rollback } = service.deploymentConfiguration?.deploymentCircuitBreaker ?? {}
  if (enable && rollback) return []
  return [
    enable
      ? finding('no-automatic-rollback', {
          what: text`Amazon ECS stops a failed deployment and does not roll it back`,
          why: text`the deployment circuit breaker of the service has rollback off`,
          fix: text`Set circuit-breaker: roll-back.`,
        })
      : finding('circuit-breaker-off', {
          what: text`Amazon ECS does not stop a failed deployment`,
          why: text`the deployment circuit breaker of the service is off, so ECS keeps starting tasks that fail`,
          fix: text`Set circuit-breaker: roll-back.`,
        }),
  ]
}
