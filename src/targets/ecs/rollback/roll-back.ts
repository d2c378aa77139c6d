import type { Context } from '../../../deployment/context.ts'
import { deploy } from '../../../deployment/deploy.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { End } from '../../../deployment/outcomes.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import type { RevisionHistory } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { groupNameOf } from '../codedeploy-group/group-name.ts'
import { locateGroup } from '../codedeploy-group/group-search.ts'
import { engineOf, requireService, runningTaskDefinition } from '../facts/service-facts.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { findEarlierAppSpec } from './earlier-appspec.ts'
import { findRollbackTarget } from './find-rollback-target.ts'
import { findMoving } from './in-flight.ts'
import { requireImages } from './require-images.ts'
import type { RollbackGoal, RollbackTarget } from './rollback-goal.ts'
import { turnRound } from './stop-in-flight.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** A rollback is a deployment of an existing revision. */
export interface RollbackRequest extends Omit<ServiceRequest, 'wanted'> {
  readonly goal: RollbackGoal
}

/** AWS as a rollback sees it. */
export interface RollbackContext extends Context {
  readonly revisions: RevisionHistory
}

/**
 * Rolls one service back. A deployment that is in flight is stopped with rollback and followed to its end; otherwise the
 * revision of the goal is deployed by the service's own engine. Registers nothing. The last event is `finished`, with
 * `succeeded` when the service is back and `rollback-failed` when it is not.
 */
export async function* rollBack(request: RollbackRequest, context: RollbackContext): Events<void> {
  let target: RollbackTarget | undefined
  const wanted: ServiceRequest['wanted'] = async (read, current) => {
    const service = await requireService(read, request, context.ecs)
    const preparing = forPreparation(context, request)
    const isCodeDeploy = engineOf(service, request.service) === 'codedeploy'
    const group = isCodeDeploy
      ? (await locateGroup(request, service, preparing, () => undefined)).name
      : groupNameOf(request)
    const ports = { ...preparing, revisions: readOnce(context.revisions), group, now: context.clock.now() }
    const found = await findRollbackTarget(request.goal, service, ports)
    const { region } = request
    const doubts = await requireImages({ target: found, current, service, region, ecr: context.ecr })
    const isBack = found.arn === runningTaskDefinition(service)
    const how = isCodeDeploy && !isBack ? await findEarlierAppSpec(found.arn, ports) : undefined
    const known = how?.appSpec === undefined ? '' : `, with the AppSpec and hooks of deployment ${how.id}`
    const missing = how && how.appSpec === undefined ? [how.missing] : []
    target = {
      ...found,
      basis: untrusted(`${found.basis.untrusted}${known}`),
      warnings: [...found.warnings, ...doubts, ...missing],
    }
    return { definition: found.definition, arn: found.arn, appSpec: how?.appSpec }
  }
  const asked: ServiceRequest = { ...request, wanted, isJustChanged: true }
  const moving = request.goal.kind === 'last-good' ? await lookForMoving(asked, context) : undefined
  if (moving) yield* turnRound(moving, asked, context)
  else yield* retold(deploy(asked, context), () => target)
}

/** The deployment history is needed twice: for the revision, and for how it was deployed. */
function readOnce(history: RevisionHistory): RevisionHistory {
  let deployments: ReturnType<RevisionHistory['codeDeployDeployments']> | undefined
  return {
    activeRevisions: (...asked) => history.activeRevisions(...asked),
    codeDeployDeployments(...asked) {
      deployments ??= history.codeDeployDeployments(...asked)
      return deployments
    },
  }
}

/** An error of this read occurs again in the deployment, which reports it. */
async function lookForMoving(request: ServiceRequest, context: Context) {
  try {
    return await findMoving(request, forPreparation(context, request))
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** The events of a deployment, as what they mean for a rollback. */
async function* retold(events: Events<void>, target: () => RollbackTarget | undefined): Events<void> {
  let isStarted = false
  for await (const event of events) {
    if (event.kind === 'started') isStarted = true
    if (event.kind === 'planned') {
      yield { ...event, plan: { ...event.plan, basis: target()?.basis } }
      for (const message of target()?.warnings ?? []) yield { kind: 'warning', at: event.at, message }
    } else if (event.kind === 'finished') {
      yield { ...event, verdict: { ...event.verdict, outcome: outcomeOf(event.verdict.outcome, isStarted) } }
    } else yield event
  }
}

/** Where its engine took the service away from the old revision again, or left it between two, the rollback failed. */
function outcomeOf(outcome: End['outcome'], isStarted: boolean): End['outcome'] {
  return isStarted && (outcome === 'failed' || outcome === 'rolled-back') ? 'rollback-failed' : outcome
}
