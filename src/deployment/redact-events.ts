import type { Events, Target } from './target.ts'

/**
 * The events without any value that no text may show: what AWS says during a deployment is reported at once, long before
 * evidence is gathered.
 */
export async function* redactEvents(target: Target, events: Events<void>): Events<void> {
  for await (const event of events) yield target.conceal(event)
}
