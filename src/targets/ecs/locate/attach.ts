import { resourceName } from '../../../arn.ts'
import { deadlineIn } from '../../../clock.ts'
import type { Context, Rollout } from '../../../deployment/context.ts'
import { warnOfExpiry } from '../../../deployment/credential-expiry.ts'
import type { DeploymentRecord } from '../../../deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { End } from '../../../deployment/outcomes.ts'
import { startPace } from '../../../deployment/pace.ts'
import { untrusted } from '../../../text.ts'
import { watchCodeDeploy } from '../codedeploy/watch-codedeploy.ts'
import { codeDeployConsoleUrl, serviceConsoleUrl } from '../facts/console-url.ts'
import { versionOf } from '../facts/revision-version.ts'
import { startedEvent } from '../facts/started-event.ts'
import { planInWords } from '../prepare/plan-words.ts'
import { expectedMinutes } from '../prepare/service-plan.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { watchServiceDeployment, withBakeTimes } from '../watch/watch-service-deployment.ts'
import { type Located, locate } from './locate.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** Goes on watching a deployment by its id. Changes nothing. */
export async function* attach(id: string, request: ServiceRequest, context: Context): Events<End | undefined> {
  const located = await locate(id, request, context)
  const rollout = yield* begin(located, request, context)
  return request.dryRun ? undefined : yield* watch(located, rollout)
}

/** Tells what a deployment of our own tells before it is watched, and keeps it for the post step. */
export async function* begin(
  located: Located,
  request: ServiceRequest,
  context: Context,
  isTakenBack = false,
): Events<Rollout> {
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
    const began = located.begunAt?.getTime()
    context.keep({ startedAt: began ?? at, createdAt: began, ...recordOf(located) })
    if (!isTakenBack) yield { kind: 'versioned', at, version: versionOf(taskDefinition), reused: true }
    yield startedEvent({ at, engine, deploymentId: id, consoleUrl, adopted: true }, request)
  }
  return { request, context, service, taskDefinition, previousTaskDefinition }
}

function recordOf(located: Located): Partial<DeploymentRecord> {
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
export async function* watch(located: Located, found: Rollout): Events<End> {
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
