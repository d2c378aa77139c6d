import type { Target } from '../../deployment/target.ts'
import type { HttpProbe } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import type { EcsAccess } from '../../targets/ecs/request/ecs-context.ts'
import type { NamedTask, OneOffTask } from '../../targets/ecs/request/service-request.ts'
import type { ReleaseTask, TaskCheck } from '../../targets/steps/request/release-steps.ts'
import type { World } from '../world/world.ts'
import type { Place } from './place.ts'

/** A task of slipway.yml beside the service, with the network and tags that inputs give to tasks. */
export function namedTask(task: ReleaseTask | TaskCheck, own: OneOffTask): NamedTask {
  const { overrides: _, volumeConfigurations: __, startedBy: ___, ...shared } = own
  const more = 'lock' in task ? { lock: task.lock } : {}
  const image = 'image' in task ? { image: task.image } : {}
  const { name, container, command, environment, timeout: waitMinutes } = task
  return { name, container, command, environment, ...more, ...image, task: { ...shared, awaitStop: true, waitMinutes } }
}

/** A target with checks and tasks, and what they are made with. */
export interface Stepped {
  readonly place: Pick<Place, 'verify' | 'tasks' | 'cluster'> & { readonly service?: string | undefined }
  readonly aws: EcsAccess
  readonly runner: Runner
  readonly world: World
  /** What tasks have in common; undefined where there are none. */
  readonly task?: OneOffTask | undefined
  readonly mayRollBack: boolean
}

/** The service with the checks and tasks of its deployment; the same target where it has none. */
export async function withSteps(
  target: Target,
  { place, aws, runner, world, task: own, mayRollBack }: Stepped,
): Promise<Target> {
  const { verify: checks = [], tasks = [], cluster, service = '' } = place
  if (checks.length === 0 && tasks.length === 0) return target
  const { targetWithSteps } = await import('../../targets/steps/index.ts')
  const { runTaskBeside } = await import('../../targets/ecs/index.ts')
  const probe = world.probe?.(runner) ?? (await ownProbe(runner))
  return targetWithSteps(
    target,
    { checks, tasks, mayRollBack },
    {
      probe,
      runTask: (task) => (phase, version, context) =>
        runTaskBeside(
          { task: namedTask(task, requireTask(own)), phase },
          version.id,
          { cluster, service },
          aws,
          context,
        ),
    },
  )
}

/** Requests of this process; loaded only for checks. */
export async function ownProbe({ environment, clock, signal }: Runner): Promise<HttpProbe> {
  const { httpProbe } = await import('../../http/probe.ts')
  return httpProbe(environment, clock, signal)
}

function requireTask(own: OneOffTask | undefined): OneOffTask {
  if (own === undefined) throw new Error('a target that is no service of Amazon ECS has no tasks')
  return own
}
