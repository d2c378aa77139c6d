import type { Text } from '../../text.ts'

/**
 * How much a finding matters: the deployment cannot succeed, may end otherwise than expected, or is only worth knowing.
 */
export type Severity = 'blocks' | 'warns' | 'notes'

/** One thing that a look before the deployment found. Sentences as in `Cause`: `what` and `why` have no full stop. */
export interface Finding {
  /** Stable name, for programs: `image-missing`, `secret-missing`, … */
  readonly code: string
  readonly severity: Severity
  readonly what: Text
  readonly why: Text
  readonly fix: Text
}

const order: readonly Severity[] = ['blocks', 'warns', 'notes']

/** What blocks first; otherwise in the order in which it was found. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity))
}

/** True when a severity is at least as bad as another. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return order.indexOf(severity) <= order.indexOf(least)
}
