import { deadlineIn, remaining } from '../clock.ts'
import { Failure } from '../failure.ts'
import { isPassing, type RegistryRefusal, refusalWords, registryFailure } from '../image/registry-refusal.ts'
import { type Text, text, untrusted } from '../text.ts'
import { explainUnreachable } from './no-connection.ts'
import type { RegistryOptions } from './registry-request.ts'

const backoffBase = 500
const backoffCap = 20_000
/** Attempts without any response, of at least 30 s each: what did not respond for a minute is given up. */
const mostSilent = 2
/** So long a registry to which there was no connection yet is tried. Milliseconds. */
const unreachedLimit = 60_000

/** A refusal, and what it says about another attempt. */
export interface Refusal extends RegistryRefusal {
  /** Milliseconds to wait, as the registry requests, if it does. */
  readonly wait?: number | undefined
  /** True where nothing was returned in time. */
  readonly isSilent?: boolean
  /** Host of the registry, where there was no connection to it, or no response. */
  readonly unreached?: string | undefined
}

/** How long one purpose is pursued: a request, or an upload of any length. */
export interface Retries {
  /** Something was achieved: all the time is there again. */
  progress(): void
  /** Waits before the next attempt. Throws the failure for the refusal when none may help, or there is no time left. */
  pause(refusal: Refusal, doing: Text): Promise<void>
}

/**
 * Busy responses (429), server errors and broken connections are retried for a while, with growing pauses. `isReached`: whether
 * the registry has responded to anything yet.
 */
export function openRetries(options: RegistryOptions, report: (line: Text) => void, isReached: () => boolean): Retries {
  const { clock, retryTime } = options
  let attempt = 0
  let silent = 0
  const unreachedUntil = deadlineIn(clock, unreachedLimit)
  let deadline = deadlineIn(clock, retryTime)
  return {
    progress() {
      attempt = 0
      silent = 0
      deadline = deadlineIn(clock, retryTime)
    },
    async pause(refusal, doing) {
      attempt++
      silent = refusal.isSilent ? silent + 1 : 0
      const wait = refusal.wait ?? clock.random() * Math.min(backoffCap, backoffBase * 2 ** attempt)
      const isGivenUp = refusal.isSilent ? silent >= mostSilent : wait >= remaining(clock, unreachedUntil)
      if (refusal.unreached !== undefined && !isReached() && isGivenUp)
        throw explainUnreachable(refusal.unreached, refusal.message)
      if (!isPassing(refusal) || silent >= mostSilent || wait >= remaining(clock, deadline))
        throw registryFailure(refusal, doing)
      report(text`The request to the registry failed (attempt ${attempt}), retrying: ${refusalWords(refusal)}`)
      await sleep(options, wait)
    },
  }
}

async function sleep({ clock, signal }: RegistryOptions, wait: number): Promise<void> {
  await clock.sleep(wait, signal).catch((error: unknown) => {
    throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, why: text`${untrusted(String(error))}` })
  })
}
