import type { BeanstalkEvent } from '../../../ports.ts'

/**
 * Texts of events that decide about an update. The EB CLI relies on the same ones (aws-elastic-beanstalk-cli 3.27,
 * `resources/strings.py`), so AWS does not change them lightly.
 */
const texts = {
  completed: /^(?:Environment update completed successfully|Successfully deployed new configuration to environment)\./,
  failed:
    /^(?:Failed to deploy (?:application|configuration)|The environment was reverted to the previous configuration setting|Update environment operation is complete, but with (?:errors|command timeouts))/,
  aborted: /^During an aborted deployment|update is aborting|\baborted\b/i,
  shifted: /^Deployment succeeded\. Terminating old instances/,
  begun: /^Environment update is starting\./,
} as const

/** What the events of one update state. */
export interface UpdateFacts {
  readonly completed: boolean
  readonly failed: boolean
  readonly aborted: boolean
  /** Traffic is on the new instances, and the old ones are being terminated. */
  readonly shifted: boolean
  /** AWS's words for the end: the last error, or else what ended it. */
  readonly said?: string | undefined
}

/** Reads the events of one update, oldest first. */
export function factsIn(events: readonly BeanstalkEvent[]): UpdateFacts {
  const has = (pattern: RegExp) => events.some(({ message }) => pattern.test(message))
  const errors = events.filter(({ severity }) => severity === 'ERROR' || severity === 'FATAL')
  const ending = events.findLast(({ message }) => texts.failed.test(message) || texts.aborted.test(message))
  const completed = has(texts.completed)
  return {
    completed,
    failed: has(texts.failed) || (errors.length > 0 && !completed),
    aborted: has(texts.aborted),
    shifted: has(texts.shifted),
    said: ending?.message ?? errors.at(-1)?.message,
  }
}

/** Whether these events of one update state its end, whatever it is. */
export function hasEnded(events: readonly BeanstalkEvent[]): boolean {
  return events.some(({ message }) => texts.completed.test(message) || texts.failed.test(message))
}

/** Whether an event is the beginning of an update. */
export function isBeginning({ message }: BeanstalkEvent): boolean {
  return texts.begun.test(message)
}
