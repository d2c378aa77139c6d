/** The lifecycle hooks of one service deployment: Lambda functions that are asked, and pauses that wait for an answer. */
import type { DeploymentLifecycleHook, DeploymentLifecycleHookDetail, ServiceDeployment } from '@aws-sdk/client-ecs'
import type { Timer } from '../clock.ts'
import { base64url } from '../identifiers.ts'
import { DeploymentFailure, hookProblems } from './deployment-failure.ts'
import type { Script } from './script.ts'
import { type EcsState, invalidParameter } from './state.ts'

interface HookRun {
  readonly detail: DeploymentLifecycleHookDetail
  readonly stage: string
  readonly timers: Timer[]
  result: 'open' | 'passed' | { readonly problem: string }
}

export interface LifecycleHooks {
  /** Runs the hooks of a stage side by side; each must pass. A pause at a stage that recurs has a new id every time. */
  run(stage: string): Script
  /** The answer to a pause; returns why the deployment rolls back, if it does. Throws InvalidParameterException in AWS's words. */
  answer(hookId: string, action: 'CONTINUE' | 'ROLLBACK'): string | undefined
  /** Nothing is asked any more. */
  cancel(): void
}

/** What a hook without `timeoutConfiguration` has: 24 hours, then ROLLBACK (API DeploymentLifecycleHookTimeoutConfiguration). */
const defaultMinutes = 1440

/** Thirty days. Every hook has its own time-out before. */
const longestDeployment = 2_592_000

const hookIdFormat = /^ecs-[a-z]+-[\w-]+$/

export function checkHookId(hookId: string): void {
  if (!hookIdFormat.test(hookId))
    throw invalidParameter('Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}')
}

export const unknownHook = () =>
  invalidParameter('Provided hookId is either completed, unavailable, or not associated with the given Resource ARN')

/** `wake` is called when a hook has an outcome. */
export function createLifecycleHooks(
  ecs: EcsState,
  view: ServiceDeployment,
  hooks: readonly DeploymentLifecycleHook[],
  wake: () => void,
): LifecycleHooks {
  const runs: HookRun[] = []

  const settle = (run: HookRun, status: NonNullable<DeploymentLifecycleHookDetail['status']>, problem?: string) => {
    if (run.result !== 'open') return
    for (const timer of run.timers.splice(0)) timer.cancel()
    run.detail.status = status
    run.result = problem === undefined ? 'passed' : { problem }
    wake()
  }

  const expire = (run: HookRun) => {
    if (run.detail.timeoutAction === 'CONTINUE') return settle(run, 'TIMED_OUT')
    const problem =
      run.detail.targetType === 'PAUSE'
        ? hookProblems.pauseTimedOut(run.stage)
        : hookProblems.hookTimedOut(run.stage, run.detail.targetArn ?? '')
    settle(run, 'TIMED_OUT', problem)
  }

  const invoke = (run: HookRun, hook: DeploymentLifecycleHook, earlier = 0) => {
    const answer = ecs.hookTargets.invoke(hook, run.stage, earlier)
    if (answer === 'SUCCEEDED') settle(run, 'SUCCEEDED')
    else if ('problem' in answer) settle(run, 'FAILED', answer.problem)
    else {
      const delay = answer.delay ?? ecs.quirks.hookRetrySeconds
      run.timers.push(ecs.world.clock.after(delay * 1000, () => invoke(run, hook, earlier + 1)))
    }
  }

  const start = (hook: DeploymentLifecycleHook, stage: string): HookRun => {
    const { targetType = 'AWS_LAMBDA', timeoutConfiguration } = hook
    const { timeoutInMinutes = defaultMinutes, action = 'ROLLBACK' } = timeoutConfiguration ?? {}
    const isPause = targetType === 'PAUSE'
    const run: HookRun = {
      stage,
      timers: [],
      result: 'open',
      detail: {
        hookId: `ecs-${isPause ? 'pause' : 'lambda'}-${base64url(ecs.world, 43)}`,
        targetType,
        ...(!isPause && { targetArn: hook.hookTargetArn }),
        status: isPause ? 'AWAITING_ACTION' : 'IN_PROGRESS',
        expiresAt: new Date(ecs.world.clock.now() + timeoutInMinutes * 60_000),
        timeoutAction: action,
      },
    }
    runs.push(run)
    view.lifecycleHookDetails?.push(run.detail)
    run.timers.push(ecs.world.clock.after(timeoutInMinutes * 60_000, () => expire(run)))
    if (!isPause) run.timers.push(ecs.world.clock.after(1000, () => invoke(run, hook)))
    return run
  }

  return {
    *run(stage) {
      const own = hooks.filter(({ lifecycleStages }) => lifecycleStages?.some((one) => one === stage))
      if (own.length === 0) return
      const started = own.map((hook) => start(hook, stage))
      const failed = () => started.find(({ result }) => typeof result === 'object')
      yield {
        until: () => failed() !== undefined || started.every(({ result }) => result === 'passed'),
        seconds: longestDeployment,
        late: hookProblems.stageTimedOut(stage),
      }
      const result = failed()?.result
      if (typeof result === 'object') throw new DeploymentFailure(result.problem)
    },
    answer(hookId, action) {
      checkHookId(hookId)
      const run = runs.find(({ detail }) => detail.hookId === hookId)
      if (run?.detail.status !== 'AWAITING_ACTION') throw unknownHook()
      if (action === 'ROLLBACK') return hookProblems.pauseRolledBack(run.stage)
      settle(run, 'SUCCEEDED')
      return undefined
    },
    cancel() {
      for (const run of runs) {
        for (const timer of run.timers.splice(0)) timer.cancel()
        if (run.result !== 'open') continue
        run.detail.status = 'FAILED'
        run.result = { problem: '' }
      }
    },
  }
}
