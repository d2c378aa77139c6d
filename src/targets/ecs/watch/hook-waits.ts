import type { Pause } from '../../../deployment/pause.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { hookCommands, type Where } from '../facts/cli-commands.ts'
import { isTriggered, standingOf } from '../facts/service-deployment.ts'
import type { Waits } from './pause-watch.ts'

/** What answers it. */
const permission = 'ecs:ContinueServiceDeployment'

type Hook = NonNullable<ServiceDeployment['lifecycleHookDetails']>[number]

/** PAUSE hooks of ECS. `isStopped`: we have stopped the deployment ourselves, and no answer ended its waits. */
export function hookWaits(deployment: ServiceDeployment, where: Where, isStopped = false): Waits {
  const { lifecycleHookDetails: hooks = [], lifecycleStage = '' } = deployment
  const isRunning = standingOf(deployment) === 'running'
  const waiting = hooks.filter(({ status, targetType }) => status === 'AWAITING_ACTION' && targetType !== 'AWS_LAMBDA')
  return {
    open: isRunning ? waiting.map((hook) => pauseOf(hook, lifecycleStage, where)) : [],
    answerTo({ id }) {
      const hook = hooks.find(({ hookId }) => hookId === id)
      if (hook?.status === 'SUCCEEDED') return 'continue'
      if (hook?.status === 'TIMED_OUT') return 'timed-out'
      // When something else rolls the deployment back, ECS ends the waits with it: they were not answered.
      const isTakenBack = isStopped || isTriggered(deployment) || hooks.some((other) => isOtherEnd(other, id))
      return hook?.status === 'FAILED' && !isTakenBack ? 'roll-back' : 'unknown'
    },
  }
}

function pauseOf({ hookId = '', expiresAt, timeoutAction }: Hook, stage: string, where: Where): Pause {
  const otherwise = timeoutAction === 'CONTINUE' ? 'continue' : 'roll-back'
  const until = expiresAt?.getTime()
  return { id: hookId, noun: 'hook', stage, until, otherwise, permission, commands: hookCommands(hookId, where) }
}

function isOtherEnd({ hookId, status, targetType, timeoutAction }: Hook, id: string): boolean {
  if (hookId === id) return false
  return (
    (status === 'TIMED_OUT' && timeoutAction !== 'CONTINUE') || (status === 'FAILED' && targetType === 'AWS_LAMBDA')
  )
}
