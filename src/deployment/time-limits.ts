import { type Clock, type Deadline, deadlineIn } from '../clock.ts'
import { Failure } from '../failure.ts'

/** For reading and registering before anything is changed, and for the call that changes it. Milliseconds, from and to. */
const preparation = [2 * 60_000, 10 * 60_000] as const
/** For what is asked about a deployment that has ended. Milliseconds. */
export const afterEndTime = 2 * 60_000
/** For what is asked beside the looks at a deployment, which must not be held up. Milliseconds. */
const besideLooks = 12_000

/** Calls to AWS that can be given less time. */
interface Limited<Aws> {
  readonly clock: Clock
  within(deadline: Deadline): Aws
}

/** The same context with less time for AWS: no call of it is tried again after `deadline`. */
export function withDeadline<Context extends Limited<object>>(context: Context, deadline: Deadline): Context {
  return { ...context, ...context.within(deadline) }
}

/** The context with the time that a step before the watch may take: never more than what the deployment itself may take. */
export function forPreparation<Context extends Limited<object>>(
  context: Context,
  { waitMinutes }: { readonly waitMinutes: number },
): Context {
  const [least, most] = preparation
  return withDeadline(context, deadlineIn(context.clock, Math.max(least, Math.min(most, waitMinutes * 60_000))))
}

/**
 * What is read after an end, to say more about it: undefined when AWS refuses or does not answer in time, as the end itself
 * is known already. `deadline`: of several reads together.
 */
export async function readAfterEnd<Aws, T>(
  context: Limited<Aws> & { readonly signal: AbortSignal },
  read: (aws: Aws) => Promise<T>,
  deadline: Deadline = deadlineIn(context.clock, afterEndTime),
): Promise<T | undefined> {
  try {
    return await read(context.within(deadline))
  } catch (error) {
    if (!(error instanceof Failure) || context.signal.aborted) throw error
    return undefined
  }
}

/** What is read beside the looks at a deployment: undefined when AWS does not answer soon. The next look has another chance. */
export async function readBesideWatch<Aws, T>(
  context: Limited<Aws>,
  read: (aws: Aws) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read(context.within(deadlineIn(context.clock, besideLooks)))
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'aws-unreachable') throw error
    return undefined
  }
}
