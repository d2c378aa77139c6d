import { linkSignal } from '../abort.ts'
import { remaining } from '../clock.ts'
import { text } from '../text.ts'
import type { Patience } from './call-patience.ts'
import { NoReply } from './error-class.ts'

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
  patience: Patience,
  send: (options: SendOptions) => Promise<T>,
  action: string,
): Promise<T> {
  patience.signal.throwIfAborted()
  const left = () => remaining(patience.clock, patience.deadline)
  if (patience.prepare) await inTime(patience, left(), 'no credentials', patience.prepare())
  const request = new AbortController()
  const report = () =>
    patience.reportRetry?.(text`${action} has not responded for ${silentLimit / 1000} s, still waiting`)
  try {
    const limit = Math.min(attemptLimit, left())
    return await inTime(patience, limit, 'no complete response', send({ abortSignal: request.signal }), report)
  } catch (error) {
    request.abort()
    throw error
  }
}

/** `whenSilent` is called once a response is overdue. */
async function inTime<T>(
  { clock, signal }: Patience,
  limit: number,
  otherwise: string,
  work: Promise<T>,
  whenSilent?: () => void,
): Promise<T> {
  const timer = linkSignal(signal)
  const patient = Math.min(silentLimit, limit)
  const tooLate = clock.sleep(patient, timer.signal).then(async () => {
    if (patient < limit) {
      whenSilent?.()
      await clock.sleep(limit - patient, timer.signal)
    }
    throw new NoReply(`${otherwise} within ${Math.round(limit / 1000)} s`)
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    timer.abort()
  }
}
