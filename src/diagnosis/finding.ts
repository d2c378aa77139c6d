import { renderText, type Text, text, type Untrusted, untrusted } from '../text.ts'

/**
 * How much a finding matters: the deployment cannot succeed, may end otherwise than expected, or is only worth knowing.
 */
export type Severity = 'blocks' | 'warns' | 'notes'

/** One finding of a preflight. Sentences as in `Cause`: `what` and `why` have no full stop. */
export interface Finding {
  /** Stable name of its kind, for programs. */
  readonly code: string
  readonly severity: Severity
  readonly what: Text
  readonly why: Text
  readonly fix: Text
  /** Where in the definition it is, such as `['containerDefinitions', 0, 'image']`. */
  readonly path?: readonly PropertyKey[] | undefined
}

/** `Image not found for container api: … is not in Amazon ECR …. Check …`. */
export function sentenceOf({ what, why, fix }: Finding): Text {
  return text`${what}: ${why}. ${fix}`
}

/** The findings as warnings of a deployment. */
export function asWarnings(findings: readonly Finding[]): readonly Untrusted[] {
  return findings.map((finding) => untrusted(renderText(sentenceOf(finding), (theirs) => theirs)))
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
