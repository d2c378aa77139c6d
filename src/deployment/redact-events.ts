import type { Events, Target } from './target.ts'

/**
 * The events without any value that no text may show: what AWS says while a deployment runs goes to people at once, long before
 * evidence is gathered.
 */
export async function* redactEvents(target: Target, events: Events<void>): Events<void> {
  for await (const event of events) yield target.conceal(event)
}
