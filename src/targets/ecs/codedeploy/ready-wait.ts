import type { AnswerCommands } from '../../../deployment/commands.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { Pause, PauseAnswer } from '../../../deployment/pause.ts'
import type { CodeDeployDeployment, DeploymentGroup, EcsTarget } from '../../../ports.ts'
import { readyWait } from '../watch/pause-end.ts'
import type { Waits } from '../watch/pause-watch.ts'

interface ReadyReading {
  readonly deployment: CodeDeployDeployment
  readonly target: EcsTarget | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** We have stopped the deployment ourselves. */
  readonly isStopped: boolean
}

/** What answers it. */
const permission = 'codedeploy:ContinueDeployment'

/** CodeDeploy's ready wait across reads. It began when its target says, or else when it was first seen. */
export function startReadyWait(
  group: DeploymentGroup | undefined,
  commands: AnswerCommands,
): (reading: ReadyReading) => Waits {
  const { actionOnTimeout, waitTimeInMinutes: minutes } =
    group?.blueGreenDeploymentConfiguration?.deploymentReadyOption ?? {}
  // Only a group that stops waits at all: with CONTINUE_DEPLOYMENT the traffic is rerouted at once (DeploymentReadyOption).
  const otherwise = actionOnTimeout === 'CONTINUE_DEPLOYMENT' ? 'continue' : 'roll-back'
  let wasElsewhere = false
  let began: number | undefined
  return (reading) => {
    const isReady = reading.deployment.status === 'Ready'
    if (isReady) began = lastEventEnd(reading.target) ?? began ?? (wasElsewhere ? reading.now : undefined)
    else wasElsewhere = true
    const until = began === undefined || minutes === undefined ? undefined : began + minutes * 60_000
    return {
      open: isReady ? [{ id: readyWait, stage: readyWait, until, otherwise, permission, commands }] : [],
      answerTo: (pause) => readyAnswer(pause, reading),
    }
  }
}

function readyAnswer({ until, otherwise }: Pause, { deployment, now, isStopped }: ReadyReading): PauseAnswer {
  const { status, errorInformation } = deployment
  if (status !== 'Stopped' && status !== 'Failed')
    return otherwise === 'continue' && until !== undefined && now >= until ? 'timed-out' : 'continue'
  if (errorInformation?.code === 'TIMEOUT') return 'timed-out'
  const isByHand = errorInformation?.code === undefined || errorInformation.code === 'MANUAL_STOP'
  return status === 'Stopped' && isByHand && !isStopped ? 'roll-back' : 'unknown'
}

/** The wait begins when the event before it ends. */
function lastEventEnd(target: EcsTarget | undefined): number | undefined {
  const ends = target?.lifecycleEvents?.flatMap(({ endTime }) => endTime?.getTime() ?? []) ?? []
  return ends.length > 0 ? Math.max(...ends) : undefined
}

/** CodeDeploy names no phase for its wait; a timeline without it would have a hole. */
export function withReadyPhase(events: readonly DeploymentEvent[]): readonly DeploymentEvent[] {
  return events.flatMap((event): readonly DeploymentEvent[] => {
    const phase = { kind: 'phase', at: event.at, name: readyWait } as const
    if (event.kind === 'paused') return [{ ...phase, status: 'running' }, event]
    if (event.kind !== 'resumed') return [event]
    return [{ ...phase, status: event.answer === 'continue' ? 'succeeded' : 'failed' }, event]
  })
}
