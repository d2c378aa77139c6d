import type { Aws } from '../../aws/connect.ts'
import type { Target } from '../../deployment/target.ts'
import type { Runner } from '../../runner/action.ts'
import { text } from '../../text.ts'
import { behindDistribution } from './behind-distribution.ts'
import type { Place } from './place.ts'

/** A service with what is done around its deployment. Each part is loaded only where it is asked for. */
export async function aroundDeployment(
  target: Target,
  place: Place & { readonly service: string },
  aws: Aws,
  runner: Runner,
): Promise<Target> {
  const invalidating = behindDistribution(target, place, aws, runner)
  const { suspendingTarget, healingTarget } = await import('../../targets/auto-scaling/index.ts')
  const around = place.suspendAutoScaling ? suspendingTarget : healingTarget
  return around(invalidating, { cluster: place.cluster, service: place.service }, aws.scaling)
}

/** A service with the scheduled tasks that run its revisions. `way`: it is rolled back. */
export async function withSchedules(
  target: Target,
  { schedules = [] }: Pick<Place, 'schedules'>,
  aws: Pick<Aws, 'schedules'>,
  way?: 'back',
): Promise<Target> {
  if (schedules.length === 0) return target
  const { schedulingTarget } = await import('../../targets/schedules/index.ts')
  return schedulingTarget(target, { schedules, back: way && {} }, aws.schedules)
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
