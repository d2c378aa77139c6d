import { linkSignal } from '../abort.ts'
import { remaining } from '../clock.ts'
import { text } from '../text.ts'
import { NoReply } from './error-class.ts'
import type { RetryContext } from './retry-context.ts'

/** Options of an SDK client's `send`, for one attempt. */
export interface SendOptions {
  readonly abortSignal: AbortSignal
}

/** One attempt, from its first byte to its last. Milliseconds. */
const attemptLimit = 15_000
/** A request without a response for this long is logged. Milliseconds. */
const silentLimit = 5_000

/** Sends once, with credentials already resolved. Rejects with `NoReply` when no complete response arrives in time. */
export async function attempt<T>(
  context: RetryContext,
  send: (options: SendOptions) => Promise<T>,
  action: string,
): Promise<T> {
  context.signal.throwIfAborted()
  const left = () => remaining(context.clock, context.deadline)
  const { silentTime = Infinity } = context
  if (context.prepare) await inTime(context, Math.min(left(), silentTime), 'no credentials', context.prepare())
  const request = new AbortController()
  const report = () =>
    context.reportRetry?.(text`${action} has not responded for ${silentLimit / 1000} s, still waiting`)
  try {
    const limit = Math.min(attemptLimit, left())
    context.onCall?.(action)
    return await inTime(context, limit, 'no complete response', send({ abortSignal: request.signal }), report)
  } catch (error) {
    request.abort()
    throw error
  }
}

/** `whenSilent` is called once a response is overdue. */
async function inTime<T>(
  { clock, signal }: RetryContext,
  limit: number,
  otherwise: string,
  work: Promise<T>,
  whenSilent?: () => void,
): Promise<T> {
  const timer = linkSignal(signal)
  const reportAfter = Math.min(silentLimit, limit)
  const tooLate = clock.sleep(reportAfter, timer.signal).then(async () => {
    if (reportAfter < limit) {
      whenSilent?.()
      await clock.sleep(limit - reportAfter, timer.signal)
    }
    throw new NoReply(`${otherwise} within ${Math.round(limit / 1000)} s`)
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    timer.abort()
  }
}
