import { begun } from '../../begun.ts'
import type { Changed, Obstacle } from '../../deployment/conflict.ts'
import type { Context } from '../../deployment/context.ts'
import type { End } from '../../deployment/outcomes.ts'
import type { Events, Prepared, Target } from '../../deployment/target.ts'
import { Failure } from '../../failure.ts'
import type { Scaling } from '../../ports.ts'
import { untrusted } from '../../text.ts'
import { leftSuspended } from '../ecs/request/scaling-mark.ts'
import { stillSuspended } from './still-suspended.ts'
import { resumeScaling, type ScaledService } from './suspension.ts'

interface Scene {
  readonly service: ScaledService
  readonly scaling: Scaling
  readonly context: Context
}

/**
 * A service that is deployed to without `suspend-auto-scaling`: what a run of Slipway left suspended when it was killed is resumed at the
 * end. One read beside the deployment finds it, which nothing waits for: without the permission or the endpoint it is not found.
 */
export function healingTarget(target: Target, service: ScaledService, scaling: Scaling): Target {
  return {
    ...target,
    async *prepare(terms, context, watchman) {
      const prepared = yield* target.prepare(terms, context, watchman)
      return terms.preflight === undefined ? prepared : healing(prepared, { service, scaling, context })
    },
  }
}

function healing(prepared: Prepared, scene: Scene): Prepared {
  const { service, scaling } = scene
  return {
    ...prepared,
    async ready() {
      const { change, ...rest } = await prepared.ready()
      return {
        ...rest,
        async *change() {
          let isLeft = false
          const look = leftSuspended(scaling, service.cluster, service.service)
          void begun(look.then((left) => (isLeft = left.length > 0)))
          const end = yield* change()
          if (isLeft && isOurs(end)) yield* heal(scene)
          return end
        },
      }
    },
  }
}

/** Another deployment that is in the way, or has taken the place of ours, may have suspended auto scaling for itself. */
function isOurs(end: End | Obstacle | Changed): boolean {
  return 'outcome' in end && end.outcome !== 'superseded'
}

/** The end stays what it is: this run has suspended nothing. */
async function* heal({ service, scaling, context: { clock, signal } }: Scene): Events<void> {
  try {
    const said = await resumeScaling(service, scaling)
    if (said === undefined) return
    const message = untrusted(`${said} A run that was killed had left it suspended.`)
    yield { kind: 'note', at: clock.now(), message }
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error
    yield { kind: 'warning', at: clock.now(), message: untrusted(stillSuspended(service, error)) }
  }
}
