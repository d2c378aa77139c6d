import type { Aws } from '../../aws/connect.ts'
import type { Target } from '../../deployment/target.ts'
import type { Runner } from '../../runner/action.ts'
import { text } from '../../text.ts'
import type { Place } from './place.ts'
import { type Stepped, withSteps } from './with-steps.ts'

/** What is done around the deployments of a target, and with what. */
export interface Around extends Stepped {
  readonly place: Stepped['place'] & Pick<Place, 'after' | 'suspendAutoScaling' | 'schedules'>
  readonly aws: Stepped['aws'] & Pick<Aws, 'distributions' | 'schedules'>
}

/**
 * A target with what slipway.yml and the inputs do around its deployments, from the inside out. Only here is their order decided. Each
 * part is loaded where it is asked for.
 */
export async function aroundDeployment(target: Target, around: Around): Promise<Target> {
  const { place, aws, runner } = around
  // Edges are told before a check by URL asks them.
  const invalidating = await withInvalidation(target, place, aws, runner)
  // Resumed before the checks after a deployment, which may take long.
  const suspending = await withSuspension(invalidating, place, aws)
  // A failed check rolls back, with an invalidation.
  const stepped = await withSteps(suspending, around)
  // Scheduled tasks get what the checks have found to be good.
  return await withSchedules(stepped, place, aws)
}

/** A target that is rolled back, without checks. `way`: it was opened for that alone. */
export async function aroundRollback(
  target: Target,
  { place, aws, runner }: Pick<Around, 'place' | 'aws' | 'runner'>,
  way?: 'back',
): Promise<Target> {
  return await withSchedules(await withInvalidation(target, place, aws, runner, way), place, aws, way)
}

async function withInvalidation(
  target: Target,
  { after }: Pick<Place, 'after'>,
  { distributions }: Pick<Aws, 'distributions'>,
  { environment }: Pick<Runner, 'environment'>,
  way?: 'back',
): Promise<Target> {
  if (after === undefined) return target
  const { invalidatingTarget } = await import('../../targets/invalidation/index.ts')
  const { GITHUB_REPOSITORY = '', GITHUB_RUN_ID = '' } = environment
  const what = { ...after, run: `${GITHUB_REPOSITORY} ${GITHUB_RUN_ID}`, isBack: way === 'back' }
  return invalidatingTarget(target, what, distributions)
}

async function withSuspension(
  target: Target,
  { suspendAutoScaling, cluster, service }: Around['place'],
  { scaling }: Pick<Aws, 'scaling'>,
): Promise<Target> {
  // Elastic Beanstalk and sites have no scalable target of Application Auto Scaling.
  if (service === undefined || target.kind !== 'ecs') return target
  const { suspendingTarget, healingTarget } = await import('../../targets/auto-scaling/index.ts')
  const around = suspendAutoScaling ? suspendingTarget : healingTarget
  return around(target, { cluster, service }, scaling)
}

async function withSchedules(
  target: Target,
  { schedules = [] }: Pick<Place, 'schedules'>,
  access: Pick<Aws, 'schedules'>,
  way?: 'back',
): Promise<Target> {
  if (schedules.length === 0) return target
  const { schedulingTarget } = await import('../../targets/schedules/index.ts')
  return schedulingTarget(target, { schedules, back: way && {} }, access.schedules)
}

/** In the post step: resumes the auto scaling that the main step has suspended, and logs it. */
export async function resumeInPost(
  { suspendAutoScaling, cluster, service }: Pick<Place, 'suspendAutoScaling' | 'cluster' | 'service'>,
  { scaling }: Pick<Aws, 'scaling'>,
  { log, clock, signal }: Pick<Runner, 'log' | 'clock' | 'signal'>,
): Promise<void> {
  if (!suspendAutoScaling || service === undefined) return
  const { resumeAfterCancel } = await import('../../targets/auto-scaling/index.ts')
  const done = await resumeAfterCancel({ cluster, service }, scaling, { clock, signal })
  if (done?.isResumed) log.info(text`${done.message}`)
  else if (done) log.warning(text`${done.message}`, 'Auto scaling')
}
