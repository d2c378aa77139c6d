/** The Lambda functions that lifecycle hooks invoke: what they answer is chosen by tests. */
import type { DeploymentLifecycleHook } from '@aws-sdk/client-ecs'
import type { World } from '../contract.ts'
import { hookProblems, sessionOf } from './deployment-failure.ts'
import type { HookInvocation, HookOutcome, LambdaHooks } from './quirks.ts'

export type HookAnswer =
  | 'SUCCEEDED'
  /** IN_PROGRESS: to be asked again after so many seconds. */
  | { readonly delay: number | undefined }
  | { readonly problem: string }

export interface HookTargets extends LambdaHooks {
  /** `earlier`: how often this hook was invoked before at this stage. */
  invoke(hook: DeploymentLifecycleHook, stage: string, earlier: number): HookAnswer
}

export function createHookTargets(world: World): HookTargets {
  const rules: { functionArn: string | RegExp; outcome: HookOutcome; stage: string | undefined }[] = []
  const invocations: HookInvocation[] = []

  const outcomeOf = (functionArn: string, stage: string): HookOutcome =>
    rules.find((rule) => {
      const fits =
        typeof rule.functionArn === 'string' ? rule.functionArn === functionArn : rule.functionArn.test(functionArn)
      return fits && (rule.stage ?? stage) === stage
    })?.outcome ?? { kind: 'succeeded' }

  return {
    invocations,
    set: (functionArn, outcome, stage) => {
      rules.unshift({ functionArn, outcome, stage })
    },
    invoke: ({ hookTargetArn: target = '', roleArn = '' }, stage, earlier) => {
      const outcome = outcomeOf(target, stage)
      if (outcome.kind === 'cannot-assume-role') return { problem: hookProblems.cannotAssume(stage, roleArn) }
      if (outcome.kind === 'cannot-invoke')
        return { problem: hookProblems.cannotInvoke(stage, target, sessionOf(roleArn, 'ECS-Lambda-Execution')) }
      invocations.push({ functionArn: target, stage, at: world.clock.now() })
      if (outcome.kind === 'no-status') return { problem: hookProblems.noStatus(stage, target) }
      if (outcome.kind === 'in-progress' && earlier < outcome.times) return { delay: outcome.callBackDelay }
      const end = outcome.kind === 'in-progress' ? (outcome.end ?? 'succeeded') : outcome.kind
      return end === 'failed' ? { problem: hookProblems.returnedFailed(stage, target) } : 'SUCCEEDED'
    },
  }
}
