import { type Text, text } from '../text.ts'
import { type FindingCode, findingKinds, type Severity } from './finding-kinds.ts'

/** One finding of a preflight. Sentences as in `Cause`: `what` and `why` have no full stop. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  readonly what: Text
  readonly why: Text
  readonly fix: Text
  /** Where in the definition it is, such as `['containerDefinitions', 0, 'image']`. */
  readonly path?: readonly PropertyKey[] | undefined
}

/** A finding with the severity of its kind; one that is in doubt only warns. */
export function finding(
  code: FindingCode,
  said: Pick<Finding, 'what' | 'why' | 'fix' | 'path'>,
  isDoubtful = false,
): Finding {
  const { severity } = findingKinds[code]
  return { code, severity: isDoubtful && severity === 'blocks' ? 'warns' : severity, ...said }
}

/** `Image not found for container api: … is not in Amazon ECR …. Check …`. */
export function sentenceOf({ what, why, fix }: Finding): Text {
  return text`${what}: ${why}. ${fix}`
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
