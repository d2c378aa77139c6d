import { resourceName } from '../../../arn.ts'
import { deadlineIn } from '../../../clock.ts'
import type { DeploymentRecord } from '../../../deployment/deployment-record.ts'
import { startPace } from '../../../deployment/pace.ts'
import type { Pause } from '../../../deployment/pause.ts'
import type { Events, Found, PauseDecision } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { type Untrusted, untrusted } from '../../../text.ts'
import { watchCodeDeploy } from '../codedeploy/watch-codedeploy.ts'
import { codeDeployConsoleUrl, serviceConsoleUrl } from '../facts/console-url.ts'
import { startedEvent } from '../facts/started-event.ts'
import { planInWords } from '../prepare/plan-words.ts'
import type { ServicePlan } from '../prepare/service-plan.ts'
import { expectedMinutes } from '../prepare/service-plan.ts'
import type { EcsContext, Rollout } from '../request/ecs-context.ts'
import type { EcsRecord } from '../request/ecs-record.ts'
import { keptPart } from '../request/ecs-record.ts'
import { versionOf } from '../request/revision-version.ts'
import { endOf, type ServiceEnd } from '../request/service-end.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { reattach } from '../request/watch-again.ts'
import { readyWait } from '../watch/pause-end.ts'
import { watchServiceDeployment, withBakeTimes } from '../watch/watch-service-deployment.ts'
import { type Located, locate } from './locate.ts'
import { situationOf } from './pause-decision.ts'

/** A deployment of the service that was started earlier. Throws `deployment-not-found`. */
export async function foundDeployment(id: string, request: ServiceRequest, context: EcsContext): Promise<Found> {
  const located = await locate(id, request, context)
  const rollout = rolloutOf(located, request, context)
  const again = { cluster: request.cluster, service: request.service }
  const plan = planOf(located, request)
  return {
    id: located.id,
    plan: planInWords(plan),
    minutes: expectedMinutes(request, plan),
    warnings: warningsOf(located),
    known: knownOf(located, context),
    started: startedOf(located, request, context),
    async *watch(answered) {
      return endOf(yield* watch(located, { ...rollout, request: { ...request, answered } }), located.engine)
    },
    watchAgain: reattach(located.id, again),
    waits: {
      situation: (decision) => situationOf(decision, located, rollout),
      answer: (answer, pause) => answerOne(answer, pause, located, forPreparation(context, request)),
    },
    stop: () => stop(located, forPreparation(context, request)),
  }
}

/** The first deployment of a service has nothing to go back to. */
async function stop(located: Located, { ecs, codeDeploy }: EcsContext): Promise<void> {
  if (located.kind === 'service-deployment') await ecs.rollBackServiceDeployment(located.arn)
  if (located.kind === 'codedeploy') await codeDeploy.stopDeployment(located.id, true)
}

/** False: nothing waited there any more. */
async function answerOne(
  answer: PauseDecision['answer'],
  pause: Pause,
  located: Located,
  { ecs, codeDeploy }: EcsContext,
): Promise<boolean> {
  if (located.kind === 'service-deployment')
    return await ecs.continueServiceDeployment(located.arn, pause.id, answer === 'continue' ? 'CONTINUE' : 'ROLLBACK')
  if (answer === 'continue') return await codeDeploy.continueDeployment(located.id, readyWait)
  // CodeDeploy knows no other answer than to go on; what waits is stopped instead.
  await codeDeploy.stopDeployment(located.id, true)
  return true
}

function rolloutOf(
  { service, taskDefinition, previous: previousTaskDefinition }: Located,
  request: ServiceRequest,
  context: EcsContext,
): Rollout {
  return { request, context, service, taskDefinition, previousTaskDefinition }
}

function planOf({ engine, service, previous, taskDefinition }: Located, request: ServiceRequest): ServicePlan {
  return {
    cluster: request.cluster,
    service: request.service,
    region: request.region,
    engine,
    from: versionOf(previous),
    to: versionOf(taskDefinition),
    strategy: service.deploymentConfiguration?.strategy,
    changes: [],
    images: [],
    unchanged: false,
  }
}

function warningsOf(located: Located): readonly Untrusted[] {
  if (located.kind !== 'codedeploy' || located.rollbackId === undefined) return []
  const { id, rollbackId } = located
  return [untrusted(`${rollbackId} is the rollback of deployment ${id}: this run reports how ${id} ends.`)]
}

function startedOf(located: Located, request: ServiceRequest, { clock }: EcsContext): Found['started'] {
  const { engine, service, id } = located
  const { cluster, region } = request
  const name = service.serviceName ?? request.service
  const consoleUrl =
    located.kind === 'codedeploy'
      ? codeDeployConsoleUrl(region, id)
      : serviceConsoleUrl(region, resourceName(service.clusterArn ?? cluster), name)
  return startedEvent({ at: clock.now(), engine, deploymentId: id, consoleUrl, adopted: true }, request)
}

/** What has happened since its beginning belongs to the deployment, and may be the evidence for its end. */
function knownOf(located: Located, { clock }: EcsContext): Partial<DeploymentRecord> {
  const { engine, taskDefinition, previous: previousTaskDefinition, id: deploymentId } = located
  const createdAt = located.startedAt?.getTime()
  const startedAt = createdAt ?? clock.now()
  const known = { stage: 'watching', engine, taskDefinition, previousTaskDefinition, deploymentId } as const
  return keptPart({ ...known, startedAt, createdAt, ...recordOf(located) })
}

function recordOf(located: Located): Partial<EcsRecord> {
  switch (located.kind) {
    case 'codedeploy': {
      const { applicationName: application = '', deploymentGroupName: deploymentGroup = '' } = located.deployment
      return { codeDeploy: { application, deploymentGroup } }
    }
    case 'service-deployment':
      return { serviceDeploymentArn: located.arn }
    case 'task-set':
      return { isCreation: true }
  }
}

/** Watches a deployment that was found to its end. */
async function* watch(located: Located, found: Rollout): Events<ServiceEnd> {
  if (located.kind === 'codedeploy') return yield* watchCodeDeploy(found, located.id, located.group)
  if (located.kind === 'task-set') {
    const { watchFirstTaskSet } = await import('../change/watch-first-task-set.ts')
    return yield* watchFirstTaskSet(found, located.id)
  }
  const { arn, own, deployment } = located
  const rollout = withBakeTimes(found, deployment.deploymentConfiguration)
  const { request, context } = rollout
  const pace = startPace(context.clock, request.longestGap)
  const deadline = deadlineIn(context.clock, request.waitMinutes * 60_000)
  return yield* watchServiceDeployment({ rollout, arn, own, deadline, pace })
}
