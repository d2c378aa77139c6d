import { resourceName } from '../../../arn.ts'
import { deadlineIn } from '../../../clock.ts'
import { warnOfExpiry } from '../../../deployment/credential-expiry.ts'
import { startPace } from '../../../deployment/pace.ts'
import type { Pause } from '../../../deployment/pause.ts'
import type { Events, Found, PauseDecision } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { untrusted } from '../../../text.ts'
import { watchCodeDeploy } from '../codedeploy/watch-codedeploy.ts'
import { codeDeployConsoleUrl, serviceConsoleUrl } from '../facts/console-url.ts'
import { startedEvent } from '../facts/started-event.ts'
import { planInWords } from '../prepare/plan-words.ts'
import { expectedMinutes } from '../prepare/service-plan.ts'
import type { EcsContext, Rollout } from '../request/ecs-context.ts'
import type { EcsRecord } from '../request/ecs-record.ts'
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
  return {
    id: located.id,
    from: versionOf(located.previous),
    to: versionOf(located.taskDefinition),
    begin: (isTakenBack) => begin(located, rollout, isTakenBack),
    async *watch(answered) {
      return endOf(yield* watch(located, { ...rollout, request: { ...request, answered } }), located.engine)
    },
    watchAgain: reattach(located.id, again),
    waits: {
      situation: (decision) => situationOf(decision, located, rollout),
      answer: (answer, pause) => answerOne(answer, pause, located, forPreparation(context, request)),
    },
  }
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

/** Tells what a deployment of our own tells before it is watched, and keeps it for the post step. */
async function* begin(located: Located, { request, context }: Rollout, isTakenBack: boolean): Events<void> {
  const { engine, service, id, taskDefinition, previous: previousTaskDefinition } = located
  const { cluster, region } = request
  const at = context.clock.now()
  const [before, wanted] = [versionOf(previousTaskDefinition), versionOf(taskDefinition)]
  const [from, to] = isTakenBack ? [wanted, before] : [before, wanted]
  const plan = {
    ...{ cluster, service: request.service, region, engine, from, to },
    ...{ strategy: service.deploymentConfiguration?.strategy, changes: [], images: [], unchanged: false },
  }
  yield { kind: 'planned', at, plan: planInWords(plan) }
  yield* warnOfExpiry(request, expectedMinutes(request, plan), context)
  if (located.kind === 'codedeploy' && located.rollbackId !== undefined) {
    const message = `${located.rollbackId} is the rollback of deployment ${id}: this run reports how ${id} ends.`
    yield { kind: 'warning', at, message: untrusted(message) }
  }
  const consoleUrl =
    located.kind === 'codedeploy'
      ? codeDeployConsoleUrl(region, id)
      : serviceConsoleUrl(region, resourceName(service.clusterArn ?? cluster), service.serviceName ?? request.service)
  if (!request.dryRun) {
    context.keep({ stage: 'watching', engine, taskDefinition, previousTaskDefinition, deploymentId: id })
    // What has happened since its beginning belongs to the deployment, and may be the evidence for its end.
    const began = located.startedAt?.getTime()
    context.keep({ startedAt: began ?? at, createdAt: began, ...recordOf(located) })
    if (!isTakenBack) yield { kind: 'versioned', at, version: versionOf(taskDefinition), reused: true }
    yield startedEvent({ at, engine, deploymentId: id, consoleUrl, adopted: true }, request)
  }
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
