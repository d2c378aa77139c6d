import { register } from '../task-definition/register.ts'
import { deployByCodeDeploy } from './codedeploy.ts'
import { findInFlight, groupNameOf, type InFlight, requireGroup } from './codedeploy-group.ts'
import type { End } from './end.ts'
import { engineOf, previousTaskDefinition, requireService, runningTaskDefinition } from './engine.ts'
import type { DeploymentEvent } from './event.ts'
import { finish, finishByError } from './finish.ts'
import type { DeployRequest, Journey, Rollout, WantedDefinition } from './journey.ts'
import { shortly } from './patience.ts'
import { unlessDenied } from './permitted.ts'
import { type Plan, plan } from './plan.ts'
import type { DeploymentRecord } from './record.ts'
import { isAdoptable, rollOut } from './rolling.ts'
import { runOneOffTask } from './run-task.ts'
import { warningsBefore } from './warnings.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * Deploys one service, from reading it to the verdict. The last event is `finished`, also after a cancel or an error;
 * the error is thrown after it. A dry run ends after `planned`.
 */
export async function* deploy(request: DeployRequest, journey: Journey): Events<void> {
  const { cluster, service, region, onCancel: policy } = request
  let record: DeploymentRecord = {
    cluster,
    service,
    region,
    policy,
    startedAt: journey.clock.now(),
    stage: 'preparing',
  }
  const kept: Journey = {
    ...journey,
    keep(part) {
      record = { ...record, ...part }
      journey.keep(record)
    },
  }
  kept.keep({})
  try {
    const end = yield* travel(request, kept)
    if (end) yield* finish(end, { request, journey: kept, record })
  } catch (error) {
    yield* finishByError(error, { request, journey: kept, record })
    if (!journey.signal.aborted) throw error
  } finally {
    // Else the post step would take an error for a cancel, and tell everybody so.
    if (!journey.signal.aborted) kept.keep({ stage: 'ended' })
  }
}

/** Undefined: a dry run, which has no end because it has no beginning. */
async function* travel(request: DeployRequest, journey: Journey): Events<End | undefined> {
  const { clock } = journey
  const preparing = shortly(journey, request)
  const { ecs } = preparing
  const service = requireService(
    await ecs.describeService(request.cluster, request.service),
    request.service,
    request.cluster,
  )
  const engine = engineOf(service, request.service)
  const running = runningTaskDefinition(service)
  const denied: string[] = []
  const current =
    running &&
    (await unlessDenied(ecs.describeTaskDefinition(running), () => denied.push('ecs:DescribeTaskDefinition')))
  const wanted = await request.wanted(service, current || undefined)
  const inFlight =
    engine === 'codedeploy'
      ? await findInFlight(request, preparing, service, wanted, () => denied.push('codedeploy:ListDeployments'))
      : undefined
  const decided = plan(request, { engine, service, current: current || undefined, wanted, inFlight })
  yield { kind: 'planned', at: clock.now(), plan: decided }
  journey.keep({ engine, previousTaskDefinition: decided.previousTaskDefinition })
  for (const message of warningsBefore(request, service, decided, denied))
    yield { kind: 'warning', at: clock.now(), message }
  if (decided.unchanged) return { outcome: 'unchanged', serving: running }
  const group = engine === 'codedeploy' ? await requireGroup(preparing, groupNameOf(request), service) : undefined
  if (request.dryRun) return undefined
  const taskDefinition = yield* revision(wanted, decided, inFlight, preparing)
  const rollout: Rollout = {
    request,
    journey,
    service,
    taskDefinition,
    previousTaskDefinition: previousTaskDefinition(service),
  }
  const failed = yield* oneOff(rollout, wanted, inFlight)
  if (failed) return failed
  return yield* engine === 'codedeploy' ? deployByCodeDeploy(rollout, group, inFlight) : rollOut(rollout)
}

/** The ARN of the revision to deploy, registered where there is none yet. */
async function* revision(
  wanted: WantedDefinition,
  decided: Plan,
  inFlight: InFlight | undefined,
  { ecs, clock, keep }: Journey,
): Events<string> {
  const known = inFlight?.taskDefinition ?? decided.taskDefinition
  if (known === undefined) keep({ stage: 'registering' })
  const { taskDefinitionArn, reused } =
    known === undefined ? await register(wanted.definition, { ecs }) : { taskDefinitionArn: known, reused: true }
  keep({ taskDefinition: taskDefinitionArn })
  yield { kind: 'registered', at: clock.now(), taskDefinitionArn, reused }
  return taskDefinitionArn
}

/** A deployment that is in flight already had its task; it is not run again for watching. */
async function* oneOff(
  rollout: Rollout,
  wanted: WantedDefinition,
  inFlight: InFlight | undefined,
): Events<End | undefined> {
  const { request, journey, service, taskDefinition, previousTaskDefinition: serving } = rollout
  journey.signal.throwIfAborted()
  if (!request.runTask || inFlight || isAdoptable(rollout)) return undefined
  const { cluster, runTask: task, longestGap } = request
  const { definition } = wanted
  const end = yield* runOneOffTask({ cluster, service, definition, taskDefinition, task, longestGap }, journey)
  journey.signal.throwIfAborted()
  return end && { ...end, serving }
}
