/** A finding of a basic scan (ImageScanFinding). */
export interface BasicFinding {
  readonly name?: string | undefined
  readonly uri?: string | undefined
  readonly severity?: string | undefined
  /** `package_name` and `package_version` among them. */
  readonly attributes?:
    | readonly { readonly key?: string | undefined; readonly value?: string | undefined }[]
    | undefined
}

/** A package of an enhanced finding (VulnerablePackage). */
export interface VulnerablePackage {
  readonly name?: string | undefined
  readonly version?: string | undefined
  /** `NotAvailable` where there is no fix. */
  readonly fixedInVersion?: string | undefined
}

/** A finding of Amazon Inspector (EnhancedImageScanFinding). */
export interface EnhancedFinding {
  readonly title?: string | undefined
  readonly severity?: string | undefined
  /** ACTIVE, SUPPRESSED or CLOSED. */
  readonly status?: string | undefined
  /** YES, NO or PARTIAL. */
  readonly fixAvailable?: string | undefined
  readonly packageVulnerabilityDetails?:
    | {
        readonly vulnerabilityId?: string | undefined
        readonly sourceUrl?: string | undefined
        readonly vulnerablePackages?: readonly VulnerablePackage[] | undefined
      }
    | undefined
}

/** The scan of one image, with the findings of all pages (DescribeImageScanFindings). */
export interface ImageScan {
  /** Such as IN_PROGRESS, COMPLETE or ACTIVE (ScanStatus). */
  readonly status: string
  readonly description?: string | undefined
  readonly imageScanCompletedAt?: Date | undefined
  readonly findingSeverityCounts?: Readonly<Record<string, number>> | undefined
  readonly findings?: readonly BasicFinding[] | undefined
  readonly enhancedFindings?: readonly EnhancedFinding[] | undefined
}

/** An answer that is an error of AWS, by its name. */
export interface Refused {
  readonly refused: string
  readonly message: string
}

/** Image scans of Amazon ECR. Images are named by digest. */
export interface EcrScans {
  /** Refused: ScanNotFoundException, ImageNotFoundException. */
  scan(repository: string, digest: string): Promise<ImageScan | Refused>
  /** Starts a basic scan. Refused: LimitExceededException, ValidationException, AccessDeniedException and others. */
  startScan(repository: string, digest: string): Promise<Refused | undefined>
}
