/** Lifecycle hooks of rolling deployments: before their tasks start, and when they are all there. */
import type { LifecycleHooks } from './lifecycle-hooks.ts'
import { createLifecycleHooks } from './lifecycle-hooks.ts'
import { createPlayer, type Script } from './script.ts'
import type { EcsState, ServiceDeploymentRecord, ServiceRecord } from './state.ts'

export interface RollingHooks {
  /** Whether tasks must not start yet. */
  readonly isHeld: boolean
  /** All tasks are there; `completed` is called when no hook objects. */
  settled(): void
  /** As `LifecycleHooks.answer`. */
  answer: LifecycleHooks['answer']
  cancel(): void
}

/** The longest that a deployment may take: thirty days. */
const longestDeployment = 2_592_000

/**
 * AWS announced pauses for rolling deployments too, and says nowhere at which stages: those without traffic are assumed.
 * https://aws.amazon.com/about-aws/whats-new/2026/05/amazon-ecs-pause-continue-deployments/
 * Undefined for a deployment without hooks, which shows no lifecycle stage at all.
 */
export function startRollingHooks(
  ecs: EcsState,
  service: ServiceRecord,
  { view }: ServiceDeploymentRecord,
  on: { released(): void; completed(): void; failed(reason: string): void },
): RollingHooks | undefined {
  const { lifecycleHooks = [] } = service.settings.deploymentConfiguration ?? {}
  if (lifecycleHooks.length === 0 || ecs.quirks.hooksOnRolling === 'ignored') return undefined
  let isHeld = true
  let isSettled = false
  view.lifecycleHookDetails = []
  const hooks = createLifecycleHooks(ecs, view, lifecycleHooks, () => player.wake())
  const player = createPlayer(ecs.world.clock, on.failed)

  function* script(): Script {
    yield { seconds: 1 }
    view.lifecycleStage = 'PRE_SCALE_UP'
    yield* hooks.run('PRE_SCALE_UP')
    view.lifecycleStage = 'SCALE_UP'
    isHeld = false
    on.released()
    yield { until: () => isSettled, seconds: longestDeployment, late: 'the deployment timed out.' }
    view.lifecycleStage = 'POST_SCALE_UP'
    yield* hooks.run('POST_SCALE_UP')
    on.completed()
  }

  player.play(script())
  return {
    get isHeld() {
      return isHeld
    },
    settled: () => {
      isSettled = true
      player.wake()
    },
    answer: hooks.answer,
    cancel: () => {
      isHeld = false
      hooks.cancel()
      player.stop()
    },
  }
}
