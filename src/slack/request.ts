import { type Clock, type Deadline, remaining } from '../clock.ts'
import { isForGood, reasonOf } from '../http/reason.ts'
import type { Answer } from './answer.ts'

/** One request. Gives up when `signal` aborts; throws only what the network throws. */
export type Request = (signal: AbortSignal) => Promise<Answer>

const longestRequest = 5000
const pauses = [500, 1000]

/** One try within the deadline. A request that hangs is left behind, whether it obeys its signal or not. Never throws. */
export async function attempt(request: Request, clock: Clock, deadline: Deadline): Promise<Answer> {
  const time = Math.min(longestRequest, remaining(clock, deadline))
  const timeout: Answer = { ok: false, reason: 'timeout', transient: true }
  if (time === 0) return timeout
  const over = new AbortController()
  const alarm = clock.sleep(time, over.signal).then(
    () => timeout,
    () => timeout,
  )
  const hung = new AbortController()
  const answer = request(hung.signal).catch(unreachable)
  const first = await Promise.race([answer, alarm])
  over.abort()
  hung.abort()
  return first
}

function unreachable(error: unknown): Answer {
  return { ok: false, reason: 'unreachable', detail: reasonOf(error), transient: !isForGood(error) }
}

/** Retries transient errors, after a pause or Slack's `Retry-After`, while that fits before the deadline. */
export async function insist(request: Request, clock: Clock, deadline: Deadline): Promise<Answer> {
  let answer = await attempt(request, clock, deadline)
  for (const pause of pauses) {
    if (answer.ok || !answer.transient) return answer
    const wait = answer.retryAfter ?? pause * (1 + clock.random() / 2)
    if (wait >= remaining(clock, deadline)) return answer
    await clock.sleep(wait)
    answer = await attempt(request, clock, deadline)
  }
  return answer
}
