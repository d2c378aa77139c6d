import { resourceName } from '../../arn.ts'
import { hasRollbackTarget, primary } from '../../deployment/engine.ts'
import type { Service } from '../../ports.ts'
import { text, untrusted } from '../../text.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** What ECS calls active deployments, and takes no sixth of (its own error names the number). */
const mostDeployments = 5

/** The way of the ECS deployment controller: room to move, what is in the way, and the way back. */
export function judgeRollout({ service, engine }: PreflightFacts): readonly Finding[] {
  if (service === undefined || engine === undefined) return []
  const rolling = engine === 'ecs-rolling'
  return [
    ...(rolling ? [...judgeArithmetic(service), ...judgeActive(service), ...judgeWayBack(service)] : []),
    ...(service.desiredCount === 0 && service.schedulingStrategy !== 'DAEMON' ? [nothingStarts] : []),
  ]
}

const nothingStarts: Finding = {
  code: 'desired-count-zero',
  severity: 'notes',
  what: text`The desired count of the service is 0`,
  why: text`no task will start, so the deployment proves nothing about the new version`,
  fix: text`Set desired-count if the service is to run.`,
}

/** minimumHealthyPercent is rounded up, maximumPercent down (API DeploymentConfiguration); DAEMON services have their own rules. */
function judgeArithmetic(service: Service): readonly Finding[] {
  const { desiredCount = 0, deploymentConfiguration = {}, schedulingStrategy } = service
  const { minimumHealthyPercent = 100, maximumPercent = 200, strategy = 'ROLLING' } = deploymentConfiguration
  if (strategy !== 'ROLLING' || schedulingStrategy === 'DAEMON' || desiredCount === 0) return []
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100)
  const most = Math.floor((desiredCount * maximumPercent) / 100)
  const settings = text`with a desired count of ${desiredCount}, minimumHealthyPercent ${minimumHealthyPercent} keeps ${least} running and maximumPercent ${maximumPercent} allows ${most}`
  if (most <= desiredCount && least >= desiredCount) {
    return [
      {
        code: 'percent-deadlock',
        severity: 'blocks',
        what: text`The deployment has no room to move: no task may stop and none may start`,
        why: settings,
        fix: text`Set maximumPercent of the service to ${Math.ceil(((desiredCount + 1) / desiredCount) * 100)} or more, or lower minimumHealthyPercent.`,
      },
    ]
  }
  if (least > 0 || most > desiredCount) return []
  return [
    {
      code: 'percent-downtime',
      severity: 'warns',
      what: text`All tasks may stop before a new one runs`,
      why: settings,
      fix: text`Raise maximumPercent of the service above 100, or minimumHealthyPercent above 0, unless a gap is wanted.`,
    },
  ]
}

function judgeActive(service: Service): readonly Finding[] {
  const deployments = service.deployments ?? []
  const current = primary(service)
  if (deployments.length >= mostDeployments + 1) {
    return [
      {
        code: 'deployments-full',
        severity: 'blocks',
        what: text`The service has ${deployments.length} deployments, and Amazon ECS takes no more`,
        why: text`old ones stay active until their last task has stopped; scale-in protection and long drains keep tasks`,
        fix: text`Wait until they are gone, or end the protection of their tasks.`,
      },
    ]
  }
  if (current?.rolloutState !== 'IN_PROGRESS') return []
  return [
    {
      code: 'deployment-replaced',
      severity: 'warns',
      what: text`A deployment of ${untrusted(resourceName(current.taskDefinition ?? ''))} is in progress`,
      why: text`a new deployment replaces it`,
      fix: text`Wait until it has ended, if it is to be seen through.`,
    },
  ]
}

function judgeWayBack(service: Service): readonly Finding[] {
  if (!hasRollbackTarget(service)) {
    return [
      {
        code: 'first-deployment',
        severity: 'notes',
        what: text`There is nothing that Amazon ECS could roll back to`,
        why: text`no deployment of this service was ever complete`,
        fix: text`Watch this one yourself: if it fails, it stays as it is.`,
      },
    ]
  }
  const { enable, rollback } = service.deploymentConfiguration?.deploymentCircuitBreaker ?? {}
  if (enable && rollback) return []
  return [
    enable
      ? {
          code: 'no-automatic-rollback',
          severity: 'notes',
          what: text`A failed deployment is stopped, and not rolled back`,
          why: text`the deployment circuit breaker of the service has rollback off`,
          fix: text`Set deploymentConfiguration.deploymentCircuitBreaker.rollback of the service to true.`,
        }
      : {
          code: 'circuit-breaker-off',
          severity: 'notes',
          what: text`A failed deployment is not stopped by Amazon ECS`,
          why: text`the deployment circuit breaker of the service is off, so ECS goes on starting tasks that fail`,
          fix: text`Set deploymentConfiguration.deploymentCircuitBreaker of the service to enable and rollback.`,
        },
  ]
}
