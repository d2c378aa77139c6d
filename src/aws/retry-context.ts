import type { Clock, Deadline } from '../clock.ts'
import type { Text } from '../text.ts'
import type { ThrottledCalls } from './backoff.ts'
import type { LocalCredentials } from './credential-source.ts'

/** Clock, deadline and signal of AWS calls and their retries. One for a whole run of an action. */
export interface RetryContext {
  readonly clock: Clock
  /** Aborts when the job is cancelled: every call then rejects at once with `cancelled`. */
  readonly signal: AbortSignal
  readonly deadline: Deadline
  /** How long a call without any response is retried. Milliseconds; until the deadline when undefined. */
  readonly silentTime?: number | undefined
  /** How long a call is retried, whatever refuses it for now. Milliseconds; until the deadline when undefined. */
  readonly longestCall?: number | undefined
  /** For messages. */
  readonly region?: string
  /** Calls over the same connection that AWS throttles now: their retries are spread over time. */
  readonly throttledCalls?: ThrottledCalls
  /** Called, at most every 30 s, when a call is retried. */
  reportRetry?(line: Text): void
  /** Called for every request that is sent, with its IAM action. */
  onCall?: ((action: string) => void) | undefined
  /** Resolves the credentials before an attempt's timeout starts. */
  prepare?(): Promise<void>
  /** Of a person's own machine, whose credentials that person renews. */
  readonly local?: LocalCredentials | undefined
  /** Gets fresh credentials; false where these are all there are. */
  refreshCredentials?(): Promise<boolean>
}
