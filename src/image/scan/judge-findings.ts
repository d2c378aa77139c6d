import { findingsOf, isEnhanced, mergedFindings, rankOf, type ScanFinding, type Severity } from './findings.ts'
import { covers, entriesFor, type IgnoreEntry, isExpired, unsupportedImage } from './ignore-list.ts'
import type { ScannedImage } from './scan-image.ts'

/** What of a scan is accepted. */
export interface ScanPolicy {
  /** The lowest severity that counts. */
  readonly threshold: Severity
  /** Findings without a fix do not count. */
  readonly onlyFixable: boolean
  readonly ignore: readonly IgnoreEntry[]
  /** `2026-12-31`, for the dates of the list. */
  readonly today: string
}

/** Why a finding counts or does not. */
export type Weight =
  | { readonly kind: 'counts' | 'below' | 'without-fix' | 'suppressed' }
  | { readonly kind: 'ignored'; readonly until: string; readonly reason: string }

/** A finding, and what it weighs. */
export interface JudgedFinding extends ScanFinding {
  readonly weight: Weight
}

/** The verdict on all images of a push. */
export interface ScanVerdict {
  /** `unknown`: no result for at least one image, and no finding that counts. */
  readonly outcome: 'passed' | 'failed' | 'unknown'
  readonly findings: readonly JudgedFinding[]
  /** Images without a result. */
  readonly missing: readonly ScannedImage[]
  /** Images that ECR cannot scan and that the list accepts. */
  readonly accepted: readonly ScannedImage[]
  /** Results of an earlier scan, where a new one was refused. */
  readonly old: readonly ScannedImage[]
  /** Expired entries that would have accepted something. */
  readonly expired: readonly IgnoreEntry[]
  /** Entries that fit nothing. */
  readonly unused: readonly IgnoreEntry[]
  /** Some scan reports no fixes, so `onlyFixable` has no effect on its findings. */
  readonly fixesUnknown: boolean
}

/** Weighs the findings of all images. */
export function judge(images: readonly ScannedImage[], policy: ScanPolicy): ScanVerdict {
  const results = images.flatMap(({ isResult, last, platform }) =>
    isResult && last && !('refused' in last) ? [{ scan: last, platform }] : [],
  )
  const found = mergedFindings(results.flatMap(({ scan, platform }) => findingsOf(scan, platform)))
  const findings = found.map((finding) => ({ ...finding, weight: weigh(finding, policy) }))
  const without = images.filter(({ isResult }) => !isResult)
  const waivers = policy.ignore.filter(({ id }) => id === unsupportedImage)
  const isWaived = waivers.some((entry) => !isExpired(entry, policy.today))
  const accepted = without.filter((image) => isWaived && isUnsupported(image))
  const missing = without.filter((image) => !accepted.includes(image))
  const fitting = new Set([
    ...found.flatMap((finding) => entriesFor(policy.ignore, finding)),
    ...(without.some(isUnsupported) ? waivers : []),
  ])
  return {
    outcome: outcomeOf(findings, missing),
    findings,
    missing,
    accepted,
    old: images.filter(({ isResult, startRefused }) => isResult && startRefused !== undefined),
    expired: [...fitting].filter((entry) => isExpired(entry, policy.today)),
    unused: policy.ignore.filter((entry) => !fitting.has(entry)),
    fixesUnknown: results.some(({ scan }) => !isEnhanced(scan)),
  }
}

function outcomeOf(findings: readonly JudgedFinding[], missing: readonly ScannedImage[]): ScanVerdict['outcome'] {
  if (findings.some(({ weight }) => weight.kind === 'counts')) return 'failed'
  return missing.length > 0 ? 'unknown' : 'passed'
}

function weigh(finding: ScanFinding, { threshold, onlyFixable, ignore, today }: ScanPolicy): Weight {
  if (finding.isSuppressed) return { kind: 'suppressed' }
  const valid = entriesFor(ignore, finding).filter((entry) => !isExpired(entry, today))
  const [first] = valid.toSorted((one, other) => one.until.localeCompare(other.until))
  if (first !== undefined && covers(valid, finding))
    return { kind: 'ignored', until: first.until, reason: first.reason }
  if (rankOf(finding.severity) > rankOf(threshold)) return { kind: 'below' }
  // Where it is unknown whether there is a fix, the finding counts.
  return { kind: onlyFixable && finding.fix === 'no' ? 'without-fix' : 'counts' }
}

/** Whether ECR cannot scan the image, by the status of its scan or by the answer to the request for one. */
function isUnsupported({ last, startRefused }: ScannedImage): boolean {
  if (startRefused?.refused === 'UnsupportedImageTypeException') return true
  return last !== undefined && 'status' in last && last.status === 'UNSUPPORTED_IMAGE'
}
