/** One request and what becomes of it, faults included; the same for sockets and for clients in this process. */

import type { SimulatorClock } from './clock.ts'
import type { AwsError, Call } from './contract.ts'
import { type Effect, errorOf, type Faults } from './faults.ts'
import type { HttpResponse } from './http.ts'

export type Exchange =
  | { readonly kind: 'response'; readonly response: HttpResponse }
  /** The connection is reset without an answer. */
  | { readonly kind: 'reset' }
  /** The connection breaks in the middle of the body. */
  | { readonly kind: 'truncated'; readonly response: HttpResponse }

/** What the exchange needs to know about the side that answers. */
export interface Side {
  /** `bytes`: of the body, where the connection breaks there. */
  handle(bytes?: number): Promise<HttpResponse>
  /** An error in the form that the client of this side expects. */
  refuse(error: AwsError): HttpResponse
  denial(): AwsError
}

const page = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`

const html = (status: number, title: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: page(title),
})

const untilAborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

const isRead = (operation: string) => /^(Describe|Get|List|BatchGet)/.test(operation)

/** How many answers to the same question are kept for stale reads. */
const remembered = 10

interface Answered {
  readonly at: number
  readonly response: HttpResponse
}

/** `known` is oldest first and ends with the true answer. */
function olderAnswer(
  known: readonly Answered[],
  { calls = 1, within = Infinity }: Extract<Effect, { kind: 'stale-read' }>,
  now: number,
): HttpResponse | undefined {
  return known.slice(-1 - calls).find(({ at }) => now - at <= within)?.response
}

export function createExchange(clock: SimulatorClock, faults: Faults) {
  const answers = new Map<string, Answered[]>()

  const remember = (call: Call, response: HttpResponse): readonly Answered[] => {
    const key = `${call.region} ${call.service} ${call.operation} ${JSON.stringify(call.input)}`
    const known = answers.get(key) ?? []
    known.push({ at: clock.now(), response })
    if (known.length > remembered) known.shift()
    answers.set(key, known)
    return known
  }

  /** What the effect does before the call is handled; undefined lets the call go on. */
  const before = async (
    effect: Effect,
    call: Call,
    side: Side,
    signal?: AbortSignal,
  ): Promise<Exchange | undefined> => {
    switch (effect.kind) {
      case 'callback':
        await effect.run(call, signal)
        return undefined
      case 'slow':
        await clock.forProgram.sleep(effect.milliseconds, signal).finally(clock.park())
        return undefined
      case 'hang':
        return untilAborted(signal).finally(clock.park())
      case 'reset':
        return { kind: 'reset' }
      case 'html':
        return { kind: 'response', response: html(200, 'Sign in to the network') }
      case 'empty':
        return { kind: 'response', response: { status: 200, headers: {}, body: '' } }
      case 'access-denied':
        return { kind: 'response', response: side.refuse(side.denial()) }
      default: {
        if (effect.kind === 'http' && effect.status === 502)
          return { kind: 'response', response: html(502, '502 Bad Gateway') }
        const error = errorOf(effect)
        if (!error) return undefined
        const response = side.refuse(error)
        const retryAfter = effect.kind === 'throttle' ? effect.retryAfter : undefined
        const headers =
          retryAfter === undefined ? response.headers : { ...response.headers, 'retry-after': `${retryAfter}` }
        return { kind: 'response', response: { ...response, headers } }
      }
    }
  }

  return async (call: Call, side: Side, signal?: AbortSignal): Promise<Exchange> => {
    const effects = faults.next(call)
    for (const effect of effects) {
      if (effect.kind !== 'callback') call.outcome = effect.kind
      if (effect.kind === 'lag') call.lag = effect.looks
      const spoiled = await before(effect, call, side, signal)
      if (spoiled) return spoiled
    }
    const cut = effects.find((effect) => effect.kind === 'cut')
    const response = await side.handle(cut?.bytes)
    if (cut) return { kind: 'reset' }
    const known = isRead(call.operation) ? remember(call, response) : []
    if (effects.some((effect) => effect.kind === 'apply-then-drop')) return { kind: 'reset' }
    if (effects.some((effect) => effect.kind === 'truncate')) return { kind: 'truncated', response }
    const stale = effects.find((effect) => effect.kind === 'stale-read')
    return { kind: 'response', response: (stale && olderAnswer(known, stale, clock.now())) ?? response }
  }
}
