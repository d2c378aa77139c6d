import { deadlineIn, remaining } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import type { RunTaskFailure } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { tasksOfEarlierAttempt } from './earlier-attempt.ts'
import { isCapacity, mayPass, reasonsInWords } from './run-task-failures.ts'
import { type OneOff, requestOf, usesSpot } from './task-request.ts'

/** What was started, and why AWS did not start the rest. */
export interface StartedTasks {
  readonly arns: readonly string[]
  /** Of the last RunTask; empty where all were placed. */
  readonly failures: readonly RunTaskFailure[]
}

/** Starts the tasks of one run. Each RunTask that AWS has answered is followed by one with another client token. */
export interface Starter {
  /** Tasks that an earlier attempt of the run has left running, or the cause for which none may be started. */
  adopt(): AsyncGenerator<DeploymentEvent, readonly string[] | Cause>
  /** RunTask until so many tasks are placed, or the reasons do not pass, or the time for them is up. */
  start(count: number): AsyncGenerator<DeploymentEvent, StartedTasks>
}

const usualCapacityMinutes = 10
/** Between two RunTask, while capacity is lacking. Milliseconds. */
const [shortestPause, longestPause] = [5_000, 30_000]

/** `started` gets the tasks as soon as AWS has answered, and none of them before each RunTask. */
export function openStarter(oneOff: OneOff, context: EcsContext, started: (arns: readonly string[]) => void): Starter {
  const { task } = oneOff
  const { clock, signal } = context
  const minutes = Math.min(task.capacityMinutes ?? usualCapacityMinutes, task.waitMinutes)
  let number = 0
  let isOnDemand = false
  return {
    async *adopt() {
      const found = yield* tasksOfEarlierAttempt(oneOff, context)
      if (!('code' in found) && found.length > 0) started(found)
      return found
    },
    async *start(count) {
      const deadline = deadlineIn(clock, minutes * 60_000)
      const arns: string[] = []
      for (let tries = 0; ; tries++) {
        const part = { number: number++, count: count - arns.length, isOnDemand }
        const { ecs } = forPreparation(context, task)
        started([])
        const { tasks, failures, isOfEarlier } = await ecs.runTask(requestOf(oneOff, part))
        arns.push(...tasks.flatMap(({ taskArn }) => taskArn ?? []))
        started(arns)
        if (isOfEarlier) yield note(ofEarlier, context)
        if (arns.length >= count || isOfEarlier) return { arns, failures }
        if (failures.length === 0) return { arns, failures: [unsaid(count - arns.length)] }
        if (!isOnDemand && task.fallsBackToFargate && usesSpot(oneOff) && isCapacity(failures)) {
          isOnDemand = true
          yield note(`Fargate Spot: ${reasonsInWords(failures)}. Trying Fargate (fall-back-to-fargate).`, context)
          continue
        }
        if (!mayPass(failures) || remaining(clock, deadline) === 0) return { arns, failures }
        yield note(`RunTask placed ${arns.length} of ${count}: ${reasonsInWords(failures)}. Trying again.`, context)
        const longest = Math.min(longestPause, shortestPause * 2 ** tries)
        await clock.sleep(Math.min(longest * (0.5 + clock.random() / 2), remaining(clock, deadline)), signal)
      }
    },
  }
}

/** Tasks that are in neither list of a response are not there. */
function unsaid(missing: number): RunTaskFailure {
  return {
    reason: `RunTask returned no reason for ${missing} ${missing === 1 ? 'task' : 'tasks'} that it did not start`,
  }
}

const ofEarlier =
  'ConflictException: the client token was used before with other parameters. The tasks of that request are watched; nothing new was started.'

function note(message: string, { clock }: EcsContext): DeploymentEvent {
  return { kind: 'message', at: clock.now(), message: untrusted(message) }
}
