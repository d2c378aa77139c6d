import { begun } from '../../../begun.ts'
import { type Judgement, olderThan } from '../../../deployment/commit-guard.ts'
import type { Context, Rollout } from '../../../deployment/context.ts'
import { warnOfExpiry } from '../../../deployment/credential-expiry.ts'
import { beginOrder } from '../../../deployment/environment-order.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { End } from '../../../deployment/outcomes.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import type { DeploymentGroup } from '../../../ports.ts'
import { findRegistered, type Registration } from '../../../task-definition/register.ts'
import { renderText, untrusted } from '../../../text.ts'
import type { Conflict, Obstacle } from '../facts/obstacle.ts'
import { runningTaskDefinition } from '../facts/service-facts.ts'
import { changed, rollingConflict } from '../prepare/conflict.ts'
import { decidePlan, withSettings } from '../prepare/decide-plan.ts'
import { tellDryRun } from '../prepare/dry-run.ts'
import { planInWords } from '../prepare/plan-words.ts'
import { check, tellChecks } from '../prepare/preflight-checks.ts'
import { groupFor, type Prepared, prepare } from '../prepare/prepare.ts'
import { isStill, lookAgain } from '../prepare/recheck-service.ts'
import type { ServicePlan } from '../prepare/service-plan.ts'
import { expectedMinutes } from '../prepare/service-plan.ts'
import { warningsBefore } from '../prepare/warnings.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { settingsUpdate, updateSettings } from '../strategy/service-settings.ts'
import { isAdoptable } from '../strategy/update-effects.ts'
import { ownCount } from './desired-count.ts'
import { type Marking, markingOf, moveTags, obtainRevision, settleRevision } from './register-revision.ts'
import { rollOut } from './update-and-watch.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** Deploys one service once. Undefined: a dry run. An obstacle: nothing was changed, and the next attempt begins with a read. */
export async function* runDeployment(asked: ServiceRequest, context: Context): Events<End | Obstacle | undefined> {
  const preparing = forPreparation(context, asked)
  const marking = markingOf(asked, context)
  const order = beginOrder(asked, context)
  const prepared = await prepare(asked, preparing, marking?.watchman)
  if (prepared === undefined) {
    await order
    // Loaded only now: most services are there.
    const { createService } = await import('./create-and-watch.ts')
    return yield* createService(asked, context, marking)
  }
  const { service, running } = prepared
  const named = yield* withMovedTags(prepared, preparing)
  const drafted = decidePlan(named, prepared)
  const found = begun(groupFor(drafted, prepared, preparing))
  const checks = begun(check(named, prepared, drafted, found, preparing))
  const group = await found
  const decided = group ? withSettings(drafted, group, named) : drafted
  if (prepared.conflict === undefined || named.dryRun) yield* tellPlan(named, preparing, prepared, decided)
  if (decided.unchanged && prepared.conflict === undefined) {
    if (named.isJustChanged && !(await isStill(running, named, preparing))) return changed(service)
    yield* tellChecks(await checks, named, prepared, preparing)
    if (marking && running && !named.dryRun)
      yield* moveTags({ arn: running, definition: prepared.stored }, marking, preparing)
    return { outcome: 'unchanged', serving: running }
  }
  const request = yield* ownCount(named, prepared, preparing)
  const search = searchRevision(request, prepared, decided, preparing)
  const older = yield* judge(request, preparing, prepared, marking)
  if (older === undefined) yield* tellChecks(await checks, request, prepared, preparing)
  const obstacle = older ?? prepared.conflict ?? conflictOf(request, prepared, decided)
  if (request.dryRun) return yield* tellDryRun(request, preparing, obstacle)
  await order
  if (obstacle) return obstacle
  const taskDefinition = yield* revision(prepared, decided, marking, preparing, search)
  const rollout = { request, context, service, taskDefinition, previousTaskDefinition: decided.from?.id }
  const failed = decided.settingsOnly ? undefined : yield* oneOff(rollout, prepared)
  if (failed) return failed
  const current = await lookAgain(rollout, prepared)
  return current === undefined ? changed(service) : yield* start(current, prepared, decided, group)
}

/** The request, forced where what looks the same is not: looked at only where no deployment would begin otherwise. */
async function* withMovedTags(prepared: Prepared, context: Context): Events<ServiceRequest> {
  const { request, conflict } = prepared
  if (!request.followTags || conflict !== undefined) return request
  const { unchanged, settingsOnly } = decidePlan(request, prepared)
  if (!unchanged && !settingsOnly) return request
  const { forceWhereMoved } = await import('../prepare/moved-tags.ts')
  return yield* forceWhereMoved(prepared, context)
}

async function* tellPlan(
  request: ServiceRequest,
  context: Context,
  { engine, service, denied }: Prepared,
  decided: ServicePlan,
): Events<void> {
  const { clock, keep } = context
  yield { kind: 'planned', at: clock.now(), plan: planInWords(decided) }
  keep({ engine, previousTaskDefinition: decided.from?.id })
  yield* warnOfExpiry(request, expectedMinutes(request, decided), context)
  for (const message of warningsBefore(request, service, decided, denied))
    yield { kind: 'warning', at: clock.now(), message }
}

/** The end of a deployment that is older than what runs, or than what is on its way. */
async function* judge(
  { guard }: ServiceRequest,
  { clock }: Context,
  { judgement, conflict, running }: Prepared,
  marking: Marking | undefined,
): Events<End | undefined> {
  if (guard === undefined || marking === undefined) return undefined
  const judgements: Judgement[] = [await judgement]
  if (conflict) judgements.push(await marking.watchman.judge(conflict.definition))
  for (const found of judgements) {
    if (found.kind === 'older') return olderThan(found, guard, running)
    if (found.warning) {
      const message = untrusted(renderText(found.warning, (theirs) => theirs))
      yield { kind: 'warning', at: clock.now(), message }
    }
  }
  return undefined
}

/** ECS itself lets a newer deployment replace one that is in progress, and so does Slipway unless it is told not to. */
function conflictOf(
  request: ServiceRequest,
  { engine, service }: Prepared,
  decided: ServicePlan,
): Conflict | undefined {
  const isAllowed = engine === 'codedeploy' || request.onConflict === undefined || request.onConflict === 'stop'
  return isAllowed ? undefined : rollingConflict(service, decided.to?.id)
}

/** Looks for a revision that equals what is wanted, while GitHub still compares commits. */
function searchRevision(
  { dryRun }: ServiceRequest,
  { wanted, conflict, latest }: Prepared,
  { to }: ServicePlan,
  { ecs }: Context,
): Promise<Registration | undefined> {
  if (dryRun || conflict || to !== undefined) return Promise.resolve(undefined)
  return begun(findRegistered(wanted.definition, { ecs }, latest))
}

/** The ARN of the revision to deploy, registered where there is none yet. */
async function* revision(
  { wanted, inFlight, running, stored }: Prepared,
  decided: ServicePlan,
  marking: Marking | undefined,
  context: Context,
  search: Promise<Registration | undefined>,
): Events<string> {
  const known = inFlight?.taskDefinition ?? decided.to?.id
  const definition = known === running ? stored : (inFlight?.definition ?? wanted.definition)
  const found =
    known === undefined
      ? yield* obtainRevision(wanted, search, marking, context)
      : { arn: known, definition, isNew: false }
  return yield* settleRevision(found, marking, context)
}

/** A deployment that is in flight already had its task; it is not run again for watching. */
async function* oneOff(rollout: Rollout, { wanted, inFlight }: Prepared): Events<End | undefined> {
  const { request, context, service, taskDefinition, previousTaskDefinition: serving } = rollout
  context.signal.throwIfAborted()
  if (!request.runTask || inFlight || isAdoptable(rollout)) return undefined
  const { cluster, runTask: task, longestGap } = request
  const { definition } = wanted
  const { runOneOffTask } = await import('../tasks/run-task.ts')
  const end = yield* runOneOffTask({ cluster, service, definition, taskDefinition, task, longestGap }, context)
  context.signal.throwIfAborted()
  return end && { ...end, serving }
}

async function* start(
  rollout: Rollout,
  { engine, inFlight, service, isListed }: Prepared,
  { settingsOnly }: ServicePlan,
  group: DeploymentGroup | undefined,
): Events<End | Obstacle> {
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
    return isListed ? changed(service) : { kind: 'conflict', failure: error, isRollback: false }
  }
}
