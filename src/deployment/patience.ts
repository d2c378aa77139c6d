import { type Deadline, deadlineIn } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { AwsPorts, DeployRequest, Journey } from './journey.ts'

/** For reading and registering before the service is changed, and for the call that changes it. Milliseconds, from and to. */
const preparation = [2 * 60_000, 10 * 60_000] as const
/** For what is asked about a deployment that has ended. Milliseconds. */
export const aftermath = 2 * 60_000
/** For what is asked beside the looks at a deployment, which must not be held up. Milliseconds. */
const besideLooks = 12_000

/** The same journey with less time for AWS: no call of it is tried again after `deadline`. */
export function until(journey: Journey, deadline: Deadline): Journey {
  return { ...journey, ...journey.within(deadline) }
}

/** The journey with the time that a step before the watch may take: never more than what the deployment itself may take. */
export function shortly(journey: Journey, { waitMinutes }: Pick<DeployRequest, 'waitMinutes'>): Journey {
  const [least, most] = preparation
  return until(journey, deadlineIn(journey.clock, Math.max(least, Math.min(most, waitMinutes * 60_000))))
}

/**
 * What is read after an end, to say more about it: undefined when AWS refuses or does not answer in time, as the end itself
 * is known already. `deadline`: of several reads together.
 */
export async function afterwards<T>(
  journey: Journey,
  read: (aws: AwsPorts) => Promise<T>,
  deadline: Deadline = deadlineIn(journey.clock, aftermath),
): Promise<T | undefined> {
  try {
    return await read(journey.within(deadline))
  } catch (error) {
    if (!(error instanceof Failure) || journey.signal.aborted) throw error
    return undefined
  }
}

/** What is read beside the looks at a deployment: undefined when AWS does not answer soon. The next look has another chance. */
export async function aside<T>(journey: Journey, read: (aws: AwsPorts) => Promise<T>): Promise<T | undefined> {
  try {
    return await read(journey.within(deadlineIn(journey.clock, besideLooks)))
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'aws-unreachable') throw error
    return undefined
  }
}
