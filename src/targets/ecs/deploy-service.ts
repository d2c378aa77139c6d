import { begun } from '../../begun.ts'
import type { Watchman } from '../../deployment/commit-guard.ts'
import type { Changed, Obstacle } from '../../deployment/conflict.ts'
import type { End } from '../../deployment/outcomes.ts'
import type { Events, Prepared, Ready } from '../../deployment/target.ts'
import { forPreparation } from '../../deployment/time-limits.ts'
import type { DeploymentGroup } from '../../ports.ts'
import { findRegistered, type Registration } from '../../task-definition/register.ts'
import { ownCount } from './change/desired-count.ts'
import { type Marking, markingOf, moveTags, obtainRevision, settleRevision } from './change/register-revision.ts'
import { startChange } from './change/start-change.ts'
import { canRollBack } from './facts/rollback-target.ts'
import { awaitRunning } from './prepare/await-running.ts'
import { decidePlan, withSettings } from './prepare/decide-plan.ts'
import { changed, conflictOf, obstacleOf } from './prepare/obstacles.ts'
import { pauseStages } from './prepare/pause-stages.ts'
import { planInWords } from './prepare/plan-words.ts'
import { check, reportChecks } from './prepare/preflight-checks.ts'
import { groupFor, type Reading, readTarget } from './prepare/read-target.ts'
import { isStill, recheckService } from './prepare/recheck-service.ts'
import { expectedMinutes, type ServicePlan } from './prepare/service-plan.ts'
import { warningsBefore } from './prepare/warnings.ts'
import type { EcsContext, Rollout } from './request/ecs-context.ts'
import { versionOf } from './request/revision-version.ts'
import { endOf, type ServiceEnd } from './request/service-end.ts'
import type { ServiceRequest } from './request/service-request.ts'
import { isAdoptable, isCopied } from './strategy/update-effects.ts'

/** Reads a service and what is wanted of it, and decides; the result makes the change. A service that is missing may be made. */
export async function* prepareService(
  asked: ServiceRequest,
  context: EcsContext,
  watchman: Watchman | undefined,
): Events<Prepared> {
  const preparing = forPreparation(context, asked)
  const marking = markingOf(asked, watchman)
  const reading = await readTarget(asked, preparing, watchman)
  if (reading === undefined) {
    const { prepareMissing } = await import('./change/prepare-missing.ts')
    return await prepareMissing(asked, context, marking)
  }
  const { engine, service, running, conflict, denied, judgement } = reading
  const named = yield* withMovedTags(reading, preparing)
  const drafted = decidePlan(named, reading)
  const found = begun(groupFor(drafted, reading, preparing))
  const checks = begun(check(named, reading, drafted, found, preparing))
  const group = await found
  const plan = group ? withSettings(drafted, group, named) : drafted
  const replaced = conflictOf(named, reading, plan)
  const isReturnable = engine === 'codedeploy' || plan.unchanged || (await canRollBack(service, named, preparing))
  const deployment: Deployment = { reading, plan, group, checks, marking, preparing, context }
  context.keep({ engine })
  return {
    plan: planInWords(plan),
    warnings: warningsBefore(named, service, plan, denied, isReturnable),
    minutes: expectedMinutes(named, plan),
    pauses: pauseStages(named, service, group),
    judgement,
    judged: versionOf(running),
    obstacle: conflict && obstacleOf(conflict, named, context),
    replaces: replaced && obstacleOf(replaced, named, context),
    confirm: () => confirm(named, deployment),
    mark: () => mark(deployment),
    ready: () => ready(named, deployment),
  }
}

/** A deployment that is prepared. */
interface Deployment {
  readonly reading: Reading
  readonly plan: ServicePlan
  readonly group: DeploymentGroup | undefined
  /** Of a preflight, which may still be under way. */
  readonly checks: ReturnType<typeof check>
  readonly marking: Marking | undefined
  /** With the time that a step before the watch may take. */
  readonly preparing: EcsContext
  readonly context: EcsContext
}

/** The end of a deployment whose content runs already. */
async function* confirm(
  request: ServiceRequest,
  { reading, checks, preparing, context }: Deployment,
): Events<End | Changed> {
  const { service, running } = reading
  if (request.isJustChanged && !(await isStill(running, request, preparing))) return changed(service)
  yield* reportChecks(await checks, request, reading, preparing)
  if (running && request.wait && !request.dryRun) {
    const idle = await awaitRunning(running, service, request, context)
    if (idle) return idle
  }
  return { outcome: 'unchanged', serving: versionOf(running) }
}

/** Marks the revision that runs already with our commit. */
async function* mark({ reading: { running, stored }, marking, preparing }: Deployment): Events<void> {
  if (marking && running) yield* moveTags({ arn: running, definition: stored }, marking, preparing)
}

/** With the desired count that may be set. An equal revision is looked for while GitHub still compares commits. */
async function ready(named: ServiceRequest, deployment: Deployment): Promise<Ready> {
  const { reading, plan, checks, preparing } = deployment
  const { request, warning } = await ownCount(named, reading, preparing)
  const search = searchRevision(request, reading, plan, preparing)
  return {
    warnings: warning ? [warning] : [],
    async *check() {
      yield* reportChecks(await checks, request, reading, preparing)
    },
    change: () => change(request, deployment, search),
  }
}

/** Makes the change and watches it to its end. */
async function* change(
  request: ServiceRequest,
  { reading, plan, group, marking, preparing, context }: Deployment,
  search: Promise<Registration | undefined>,
): Events<End | Obstacle | Changed> {
  const { service, engine } = reading
  const taskDefinition = yield* revision(reading, plan, marking, preparing, search)
  const rollout = { request, context, service, taskDefinition, previousTaskDefinition: plan.from?.id }
  const failed = plan.settingsOnly ? undefined : yield* oneOff(rollout, reading)
  if (failed) return endOf(failed, engine)
  const current = await recheckService(rollout, reading)
  if (current === undefined) return changed(service)
  const result = yield* startChange(current, reading, plan, group)
  return 'outcome' in result ? endOf(result, engine) : result
}

/** The request, forced where what looks the same is not: looked at only where no deployment would begin otherwise. */
async function* withMovedTags(prepared: Reading, context: EcsContext): Events<ServiceRequest> {
  const { request, conflict } = prepared
  if (!request.followTags || conflict !== undefined) return request
  const { unchanged, settingsOnly } = decidePlan(request, prepared)
  if (!unchanged && !settingsOnly) return request
  const { forceWhereMoved } = await import('./prepare/moved-tags.ts')
  return yield* forceWhereMoved(prepared, context)
}

/** Looks for a revision that equals what is wanted, while GitHub still compares commits. */
function searchRevision(
  request: ServiceRequest,
  { wanted, conflict, latest, service }: Reading,
  { to }: ServicePlan,
  { ecs }: EcsContext,
): Promise<Registration | undefined> {
  if (request.dryRun || conflict || to !== undefined || isCopied(request, service, wanted.arn))
    return Promise.resolve(undefined)
  return begun(findRegistered(wanted.definition, { ecs }, latest))
}

/** The ARN of the revision to deploy, registered where there is none yet. */
async function* revision(
  { wanted, inFlight, running, stored }: Reading,
  decided: ServicePlan,
  marking: Marking | undefined,
  context: EcsContext,
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
async function* oneOff(rollout: Rollout, { wanted, inFlight }: Reading): Events<ServiceEnd | undefined> {
  const { request, context, service, taskDefinition, previousTaskDefinition: serving } = rollout
  context.signal.throwIfAborted()
  const { cluster, runTask, tasksBefore = [], longestGap } = request
  if ((!runTask && tasksBefore.length === 0) || inFlight || isAdoptable(rollout)) return undefined
  const { runTasksBefore } = await import('./tasks/release-task.ts')
  const where = { cluster, service, definition: wanted.definition, taskDefinition, longestGap }
  const end = yield* runTasksBefore(request, where, context)
  context.signal.throwIfAborted()
  return end && { ...end, serving }
}
