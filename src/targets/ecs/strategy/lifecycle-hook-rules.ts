import type { LifecycleHook } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'

/** API DeploymentLifecycleHook, `lifecycleStages`. */
export const hookStages = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
] as const

const unpausable = ['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT']
/** Of each type, and minutes: developer guide, "Pause lifecycle hooks". */
const mostHooks = 10
export const longestPause = 20_160

/** Everything that AWS would refuse of a service's hooks. Members that it does not know were refused where they were read. */
export function hookProblems(hooks: readonly LifecycleHook[]): readonly Text[] {
  const pauses = hooks.filter(({ targetType }) => targetType === 'PAUSE').length
  return [
    ...hooks.flatMap((hook, index) =>
      [...stageProblems(hook), ...targetProblems(hook), ...timeoutProblems(hook)].map(
        (problem) => text`${setting('lifecycle-hooks')}[${index}]${problem}`,
      ),
    ),
    ...(Math.max(pauses, hooks.length - pauses) > mostHooks
      ? [
          text`${setting('lifecycle-hooks')} has more than ${mostHooks} PAUSE or ${mostHooks} AWS_LAMBDA hooks, the limit of ECS`,
        ]
      : []),
  ]
}

function stageProblems({ targetType, lifecycleStages = [] }: LifecycleHook): readonly Text[] {
  if (!Array.isArray(lifecycleStages) || lifecycleStages.length === 0)
    return [text`.lifecycleStages is required: ${hookStages.join(', ')}`]
  return lifecycleStages.flatMap((stage) => {
    if (!hookStages.some((known) => known === stage))
      return [text`.lifecycleStages must be some of ${hookStages.join(', ')}, not ${untrusted(stage)}`]
    return targetType === 'PAUSE' && unpausable.includes(stage)
      ? [
          text`.lifecycleStages: a PAUSE hook is not supported at ${stage}; use PRE_PRODUCTION_TRAFFIC_SHIFT or POST_TEST_TRAFFIC_SHIFT`,
        ]
      : []
  })
}

function targetProblems({ targetType = 'AWS_LAMBDA', hookTargetArn, roleArn }: LifecycleHook): readonly Text[] {
  if (targetType !== 'AWS_LAMBDA' && targetType !== 'PAUSE')
    return [text`.targetType must be AWS_LAMBDA or PAUSE, not ${untrusted(targetType)}`]
  if (targetType === 'PAUSE') return []
  return [
    ...(hookTargetArn ? [] : [text`.hookTargetArn is required: the ARN of the Lambda function`]),
    ...(roleArn ? [] : [text`.roleArn is required: the role with which ECS invokes the function`]),
  ]
}

function timeoutProblems({ timeoutConfiguration }: LifecycleHook): readonly Text[] {
  const { timeoutInMinutes: minutes = 1, action = 'ROLLBACK' } = timeoutConfiguration ?? {}
  return [
    ...(minutes >= 1 && minutes <= longestPause
      ? []
      : [text`.timeoutConfiguration.timeoutInMinutes must be from 1 to ${longestPause}, not ${minutes}`]),
    ...(action === 'CONTINUE' || action === 'ROLLBACK'
      ? []
      : [text`.timeoutConfiguration.action must be CONTINUE or ROLLBACK, not ${untrusted(action)}`]),
  ]
}
