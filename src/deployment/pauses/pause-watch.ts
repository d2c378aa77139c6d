import type { CodeDeployDeployment, DeploymentGroup, EcsTarget, ServiceDeployment } from '../../ports.ts'
import { isTriggered, standingOf } from '../../targets/ecs/facts/service-deployment.ts'
import type { ServiceRequest } from '../../targets/ecs/request/service-request.ts'
import type { Pause, PauseAnswer } from '../details.ts'
import type { DeploymentEvent } from '../events.ts'
import type { End } from '../outcomes.ts'
import { explainPauseEnd, type PauseEnd, readyWait, stillPaused } from './pause-end.ts'

/** The waits of one deployment at one look. */
export interface Waits {
  /** All that wait for an answer now; several hooks of a stage do so at once. */
  readonly open: readonly Pause[]
  /** How a wait that was open before ended. */
  answerTo(pause: Pause): PauseAnswer
}

/** The waits of a deployment from look to look. */
export interface PauseWatch {
  /** What has changed since the look before, one event for each wait; and what a bad answer will be the cause of. */
  look(now: Waits, at: number): readonly DeploymentEvent[]
  isWaiting(): boolean
  /** The end of a deployment whose last wait was not answered with `continue` has that as its cause. */
  explain(end: End): End
  /** The end of a watch that may not go on while the deployment still waits. */
  overdue(minutes: number, id: string): End | undefined
}

/** What we have answered ourselves (`answered` of the request) may still be shown by a look that is a little old. */
export function startPauses(request: ServiceRequest): PauseWatch {
  const { answered = [] } = request
  let open: readonly Pause[] = []
  let last: PauseEnd | undefined
  return {
    look(now, at) {
      const waiting = now.open.filter(({ id }) => !answered.includes(id))
      const isOpen = ({ id }: Pause) => waiting.some((pause) => pause.id === id)
      const isNew = ({ id }: Pause) => !open.some((pause) => pause.id === id)
      const over = open.filter((pause) => !isOpen(pause)).map((pause) => ({ pause, answer: now.answerTo(pause) }))
      const begun = waiting.filter(isNew)
      open = waiting
      const refused = over.findLast(({ answer }) => answer !== 'continue' && answer !== 'unknown')
      last = refused ?? last
      const { cause } = explainPauseEnd({ outcome: 'rolled-back' }, refused)
      return [
        ...over.map(({ pause, answer }) => ({ kind: 'resumed', at, id: pause.id, answer }) as const),
        ...begun.map((pause) => ({ kind: 'paused', at, pause }) as const),
        ...(cause ? [{ kind: 'suspected', at, cause } as const] : []),
      ]
    },
    isWaiting: () => open.length > 0,
    explain: (end) => explainPauseEnd(end, last),
    overdue: (minutes, id) => stillPaused(open, minutes, id, request),
  }
}

type Hook = NonNullable<ServiceDeployment['lifecycleHookDetails']>[number]

/** PAUSE hooks of ECS. `isStopped`: we have stopped the deployment ourselves, and no answer ended its waits. */
export function hookWaits(deployment: ServiceDeployment, isStopped = false): Waits {
  const { lifecycleHookDetails: hooks = [], lifecycleStage = '' } = deployment
  const isRunning = standingOf(deployment) === 'running'
  const waiting = hooks.filter(({ status, targetType }) => status === 'AWAITING_ACTION' && targetType !== 'AWS_LAMBDA')
  return {
    open: isRunning ? waiting.map((hook) => pauseOf(hook, lifecycleStage)) : [],
    answerTo({ id }) {
      const hook = hooks.find(({ hookId }) => hookId === id)
      if (hook?.status === 'SUCCEEDED') return 'continue'
      if (hook?.status === 'TIMED_OUT') return 'timed-out'
      // When something else takes the deployment back, ECS ends the waits with it: nobody answered them.
      const isTakenBack = isStopped || isTriggered(deployment) || hooks.some((other) => isOtherEnd(other, id))
      return hook?.status === 'FAILED' && !isTakenBack ? 'roll-back' : 'unknown'
    },
  }
}

function pauseOf({ hookId = '', expiresAt, timeoutAction }: Hook, stage: string): Pause {
  const otherwise = timeoutAction === 'CONTINUE' ? 'continue' : 'roll-back'
  return { id: hookId, stage, until: expiresAt?.getTime(), otherwise }
}

function isOtherEnd({ hookId, status, targetType, timeoutAction }: Hook, id: string): boolean {
  if (hookId === id) return false
  return (
    (status === 'TIMED_OUT' && timeoutAction !== 'CONTINUE') || (status === 'FAILED' && targetType === 'AWS_LAMBDA')
  )
}

interface ReadyLook {
  readonly deployment: CodeDeployDeployment
  readonly target: EcsTarget | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** We have stopped the deployment ourselves. */
  readonly isStopped: boolean
}

/** CodeDeploy's ready wait from look to look. When it began is what its target says, or else when it was first seen. */
export function startReadyWait(group: DeploymentGroup | undefined): (look: ReadyLook) => Waits {
  const { actionOnTimeout, waitTimeInMinutes: minutes } =
    group?.blueGreenDeploymentConfiguration?.deploymentReadyOption ?? {}
  // Only a group that stops waits at all: with CONTINUE_DEPLOYMENT the traffic goes over at once (DeploymentReadyOption).
  const otherwise = actionOnTimeout === 'CONTINUE_DEPLOYMENT' ? 'continue' : 'roll-back'
  let wasElsewhere = false
  let began: number | undefined
  return (look) => {
    const isReady = look.deployment.status === 'Ready'
    if (isReady) began = lastEventEnd(look.target) ?? began ?? (wasElsewhere ? look.now : undefined)
    else wasElsewhere = true
    const until = began === undefined || minutes === undefined ? undefined : began + minutes * 60_000
    return {
      open: isReady ? [{ id: readyWait, stage: readyWait, until, otherwise }] : [],
      answerTo: (pause) => readyAnswer(pause, look),
    }
  }
}

function readyAnswer({ until, otherwise }: Pause, { deployment, now, isStopped }: ReadyLook): PauseAnswer {
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
