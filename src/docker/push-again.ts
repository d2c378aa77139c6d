import type { Clock } from '../clock.ts'
import { type Failure, reasonOf } from '../failure.ts'
import { type Text, text } from '../text.ts'

/** How a push ended that failed. */
export interface FailedPush {
  readonly failure: Failure
  /** Another try may succeed. */
  readonly isPassing: boolean
}

/** Between two tries. Docker itself has tried each request several times in seconds. Milliseconds. */
const pauses = [5_000, 20_000] as const

/** The time between two tries, and the log. */
export interface PushOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly say: (line: Text) => void
}

/** Pushes, and again where an error of the moment was the cause: at most three times. Throws the failure of the last try. */
export async function pushAgain(
  { clock, signal, say }: PushOptions,
  push: () => Promise<FailedPush | undefined>,
): Promise<void> {
  for (const pause of [...pauses, undefined]) {
    const failed = await push()
    if (failed === undefined) return
    if (!failed.isPassing || pause === undefined) throw failed.failure
    const wait = pause * (0.5 + clock.random() / 2)
    say(text`The push failed, retrying in ${Math.round(wait / 1000)} s: ${reasonOf(failed.failure.parts)}`)
    // A cancelled job ends with the next command.
    await clock.sleep(wait, signal).catch(() => undefined)
  }
}
