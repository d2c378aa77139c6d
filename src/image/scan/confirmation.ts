import type { ImageScan } from '../../ports.ts'

/**
 * Results that were read one after the other and are equal. ECR reports COMPLETE without findings before they are there
 * (aws/aws-sdk#289), without `imageScanCompletedAt`, and Inspector adds findings one by one: one read proves nothing.
 */
export interface EqualResults {
  readonly fingerprint: string
  readonly reads: number
  /** On the monotonic clock. */
  readonly since: number
}

/** Both clocks, in milliseconds. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

/** A list that ECR gives no time of completion for must stay the same for so long. Milliseconds. */
const unchangedFor = 120_000
/** A scan that ended before this is not one that is ending. Milliseconds. */
const longAgo = 60_000

/** The results so far with one more. */
export function withResult(before: EqualResults | undefined, scan: ImageScan, { monotonic }: Moment): EqualResults {
  const { status, imageScanCompletedAt, findingSeverityCounts } = scan
  const fingerprint = JSON.stringify([status, imageScanCompletedAt, findingSeverityCounts, listed(scan)])
  if (before?.fingerprint === fingerprint) return { ...before, reads: before.reads + 1 }
  return { fingerprint, reads: 1, since: monotonic }
}

/** Whether the result can be relied on. */
export function isConfirmed(results: EqualResults, scan: ImageScan, { wall, monotonic }: Moment): boolean {
  if (missingFindings(scan) > 0) return false
  const { imageScanCompletedAt: completed } = scan
  if (completed !== undefined) return results.reads > 1 || wall - completed.getTime() > longAgo
  return monotonic - results.since >= unchangedFor
}

/** How many findings the counts have that the lists do not. */
export function missingFindings(scan: ImageScan): number {
  const counted = Object.values(scan.findingSeverityCounts ?? {}).reduce((sum, count) => sum + count, 0)
  return Math.max(0, counted - listed(scan))
}

function listed({ findings = [], enhancedFindings = [] }: ImageScan): number {
  return findings.length + enhancedFindings.length
}
