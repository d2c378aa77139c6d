import type { BasicFinding, EnhancedFinding, ImageScan } from '../../ports.ts'

/**
 * Severities of ECR, the worst first (FindingSeverity). Amazon Inspector calls the last one UNTRIAGED (Severity). It is the
 * lowest: the source of the CVE has assigned no priority (ECR user guide, "Troubleshooting image scanning").
 */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED'] as const

/** A severity of ECR. */
export type Severity = (typeof severities)[number]

/** A package that has a vulnerability. */
export interface FoundPackage {
  readonly name: string
  readonly version?: string | undefined
  readonly fixedIn?: string | undefined
}

/** A vulnerability of an image, from a basic or an enhanced scan. */
export interface ScanFinding {
  /** `CVE-2026-1234`. */
  readonly id: string
  /** As ECR or Inspector names it; mostly one of `severities`. */
  readonly severity: string
  readonly packages: readonly FoundPackage[]
  /** `unknown`: a basic scan reports no fixes. */
  readonly fix: 'yes' | 'no' | 'unknown'
  readonly address?: string | undefined
  /** By a suppression rule of Amazon Inspector. */
  readonly isSuppressed: boolean
  /** Platforms of the images that have it, where the image is for several. */
  readonly platforms: readonly string[]
}

/** Position in `severities`, 0 for the worst; a severity with another name is as bad as the worst. */
export function rankOf(severity: string): number {
  if (severity === 'UNTRIAGED') return severities.length - 1
  const known: readonly string[] = severities
  return Math.max(0, known.indexOf(severity))
}

/** Whether Amazon Inspector has scanned: the status does not show it (COMPLETE and ACTIVE occur with both shapes). */
export function isEnhanced({ enhancedFindings }: ImageScan): boolean {
  return enhancedFindings !== undefined
}

/** The findings of one image in one shape, without closed ones. */
export function findingsOf(scan: ImageScan, platform: string | undefined): readonly ScanFinding[] {
  const platforms = platform === undefined ? [] : [platform]
  return [
    ...(scan.findings ?? []).map((finding) => ({ ...ofBasic(finding), platforms })),
    ...(scan.enhancedFindings ?? [])
      .filter(({ status }) => status !== 'CLOSED')
      .map((finding) => ({ ...ofEnhanced(finding), platforms })),
  ]
}

function ofBasic({ name, severity, uri, attributes = [] }: BasicFinding): Omit<ScanFinding, 'platforms'> {
  const attribute = (key: string) => attributes.find((one) => one.key === key)?.value
  const packageName = attribute('package_name')
  return {
    id: name ?? 'without a name',
    severity: severity ?? 'UNDEFINED',
    packages: packageName === undefined ? [] : [{ name: packageName, version: attribute('package_version') }],
    fix: 'unknown',
    address: uri,
    isSuppressed: false,
  }
}

function ofEnhanced(finding: EnhancedFinding): Omit<ScanFinding, 'platforms'> {
  const { vulnerabilityId, sourceUrl, vulnerablePackages = [] } = finding.packageVulnerabilityDetails ?? {}
  const packages = vulnerablePackages.map(({ name = '', version, fixedInVersion }) => ({
    name,
    version,
    fixedIn: fixedInVersion === 'NotAvailable' ? undefined : fixedInVersion,
  }))
  return {
    id: vulnerabilityId ?? finding.title ?? 'without a name',
    severity: finding.severity ?? 'UNDEFINED',
    packages,
    fix: fixOf(finding, packages),
    address: sourceUrl,
    isSuppressed: finding.status === 'SUPPRESSED',
  }
}

/** PARTIAL: some of the packages have a fix (EnhancedImageScanFinding, fixAvailable). */
function fixOf({ fixAvailable }: EnhancedFinding, packages: readonly FoundPackage[]): ScanFinding['fix'] {
  if (fixAvailable === 'YES' || fixAvailable === 'PARTIAL') return 'yes'
  if (fixAvailable === 'NO') return 'no'
  return packages.some(({ fixedIn }) => fixedIn !== undefined) ? 'yes' : 'unknown'
}

/** The findings of all platforms, the worst first; one that several platforms have is one. */
export function mergedFindings(all: readonly ScanFinding[]): readonly ScanFinding[] {
  const merged = new Map<string, ScanFinding>()
  for (const finding of all) {
    const { platforms, ...rest } = finding
    const key = JSON.stringify(rest)
    merged.set(key, { ...finding, platforms: [...(merged.get(key)?.platforms ?? []), ...platforms] })
  }
  return [...merged.values()].sort(
    (one, other) => rankOf(one.severity) - rankOf(other.severity) || one.id.localeCompare(other.id, 'en'),
  )
}
