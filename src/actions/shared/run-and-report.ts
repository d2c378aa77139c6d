import { isBad, type Verdict } from '../../deployment/verdict.ts'
import { Failure } from '../../failure.ts'
import type { Runner } from '../../runner/action.ts'
import type { Reporter } from './reporter.ts'

/** What may have ended: one deployment, or several together. */
interface Ending {
  readonly verdict?: Pick<Verdict, 'outcome' | 'cause'> | undefined
}

/** Reports every event to every channel, and fails the step after a failed deployment. */
export async function runAndReport<Event>(
  events: AsyncIterable<Event>,
  keep: (part: Record<string, never>) => void,
  reporter: Reporter<Event, Ending>,
  runner: Runner,
): Promise<void> {
  let fault: unknown
  try {
    for await (const event of events) reporter.take(event)
  } catch (error) {
    // A Failure has become the verdict already; anything else is for the runner to show with its stack.
    if (!(error instanceof Failure)) fault = error
  }
  keep({})
  reporter.reportToJob()
  const { verdict } = reporter.state()
  if (verdict && isBad(verdict)) runner.fail()
  // A cancelled process has two seconds; the post step reports the rest, once it has settled what is in flight.
  await (runner.signal.aborted ? reporter.leave() : reporter.sendFinalReport())
  if (fault !== undefined) throw fault
}
