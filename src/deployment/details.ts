import type { Text } from '../text.ts'

/** What is observed, and how it stands. */
interface Reading {
  /** `Circuit breaker`. */
  readonly label: string
  readonly value: Text
  /**
   * When it ends by itself, in milliseconds since 1970. The time that is left is shown in front of the value, and after it
   * nothing of it.
   */
  readonly endsAt?: number | undefined
}

/** Something that is observed beside phases and progress, in words of the target. */
export interface Gauge extends Reading {
  /** Until when it is worth a line, if the deployment does not end well; absent: also after the end. */
  readonly until?: 'rollback' | 'end' | undefined
}

/** The same as a line of the log. */
export interface Notice extends Reading {
  /** What has the same key in the details before is not said again. */
  readonly key: string
}

/** The share of production traffic that one version has. */
export interface Share {
  /** `api:118`. */
  readonly version: string
  /** `new`: what is being deployed; `old`: what served before. */
  readonly side: 'new' | 'old'
  /** 0 to 100. */
  readonly percent: number
}

/** What AWS shows of a deployment beside its phases. */
export interface Details {
  readonly gauges: readonly Gauge[]
  readonly notices: readonly Notice[]
  /** Empty where no traffic is shifted. */
  readonly shares: readonly Share[]
  /** What ends the deployment once too many units have failed: `circuit breaker threshold 10`. */
  readonly failureLimit?: string | undefined
  /** Names of the alarms that have gone off. */
  readonly fired: readonly string[]
}
