import { type Text, text } from '../../text.ts'

/**
 * What a status of a scan means (ECR, ScanStatus): `ended` has findings, `waiting` may still end, and `none` never has a result,
 * with the reason and what to do.
 */
export type StatusMeaning =
  | { readonly kind: 'ended' | 'waiting' }
  | { readonly kind: 'none'; readonly why: Text; readonly fix: Text }

const meanings: Readonly<Record<string, StatusMeaning>> = {
  COMPLETE: { kind: 'ended' },
  // Of continuous scans, which have no end.
  ACTIVE: { kind: 'ended' },
  IN_PROGRESS: { kind: 'waiting' },
  PENDING: { kind: 'waiting' },
  FINDINGS_UNAVAILABLE: { kind: 'waiting' },
  FAILED: {
    kind: 'none',
    why: text`the scan failed`,
    fix: text`Read the description of the status. An operating system that ECR does not support is the most common cause (UnsupportedImageError).`,
  },
  UNSUPPORTED_IMAGE: {
    kind: 'none',
    why: text`ECR does not scan images with this operating system or media type, images from scratch included`,
    fix: text`To accept images that ECR cannot scan, add the line "UNSUPPORTED_IMAGE until <date> <reason>" to scan-ignore.`,
  },
  SCAN_ELIGIBILITY_EXPIRED: {
    kind: 'none',
    why: text`Amazon Inspector scans images only for a time after their push and their last use`,
    fix: text`Raise the re-scan duration of Amazon Inspector, or build and push the image again.`,
  },
  LIMIT_EXCEEDED: {
    kind: 'none',
    why: text`likely a quota of image scans is exceeded`,
    fix: text`Check the service quotas of Amazon ECR and Amazon Inspector for image scans.`,
  },
  IMAGE_ARCHIVED: {
    kind: 'none',
    why: text`archived images are not scanned`,
    fix: text`Restore the image with "aws ecr update-image-storage-class --target-storage-class STANDARD".`,
  },
  IMAGE_SIZE_EXCEEDED: {
    kind: 'none',
    why: text`the image is larger than what is scanned`,
    fix: text`Make the image smaller.`,
  },
}

/** The meaning of a status; one that is unknown is waited for, and never taken for a result. */
export function meaningOf(status: string): StatusMeaning {
  return (Object.hasOwn(meanings, status) ? meanings[status] : undefined) ?? { kind: 'waiting' }
}
