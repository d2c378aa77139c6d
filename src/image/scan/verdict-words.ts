import type { FailureParts } from '../../failure.ts'
import { asName, joined, type Text, text, untrusted } from '../../text.ts'
import { moment } from '../../utc.ts'
import { missingFindings } from './confirmation.ts'
import { isEnhanced, rankOf, severities } from './findings.ts'
import type { IgnoreEntry } from './ignore-list.ts'
import type { JudgedFinding, ScanVerdict } from './judge-findings.ts'
import { isDenied, type ScannedImage } from './scan-image.ts'
import { meaningOf } from './scan-status.ts'

/** Where the images are, and how long was waited. */
export interface ScanPlace {
  readonly repository: string
  readonly digest: string
  readonly region: string
  readonly minutes: number
  /** Input `scan-threshold`. */
  readonly threshold: string
}

/** IDs in a sentence. */
const mostNamed = 3

/** Counts of a result for programs. */
export type FindingCounts = Readonly<Record<string, number>>

/** Findings by severity, and how many of them count, have a fix and are ignored. */
export function countsOf({ findings }: ScanVerdict): FindingCounts {
  const count = (fits: (finding: JudgedFinding) => boolean) => findings.filter(fits).length
  return {
    ...Object.fromEntries(
      severities.map((name, rank) => [name, count(({ severity }) => rankOf(severity) === rank)] as const),
    ),
    counting: count(({ weight }) => weight.kind === 'counts'),
    fixable: count(({ fix }) => fix === 'yes'),
    ignored: count(({ weight }) => weight.kind === 'ignored' || weight.kind === 'suppressed'),
  }
}

/** `2 CRITICAL and 5 HIGH findings (CVE-1, CVE-2 and 5 more), 4 of them fixable`, of findings with the worst first. */
export function findingsSentence(findings: readonly JudgedFinding[]): Text {
  const groups = [...Map.groupBy(findings, ({ severity }) => severity)].map(
    ([severity, group]) => text`${group.length} ${untrusted(severity)}`,
  )
  const last = groups.at(-1) ?? text`no`
  const list = groups.length > 1 ? text`${joined(groups.slice(0, -1))} and ${last}` : last
  const ids = [...new Set(findings.map(({ id }) => id))]
  const named = joined(ids.slice(0, mostNamed).map((id) => text`${asName(id)}`))
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : ''
  const fixable = findings.filter(({ fix }) => fix === 'yes').length
  const unknown = findings.every(({ fix }) => fix === 'unknown')
  const fixes = unknown ? '' : `, ${fixable === 0 ? 'none' : fixable} of them fixable`
  return text`${list} finding${findings.length === 1 ? '' : 's'}${ids.length === 0 ? [] : text` (${named}${more})`}${fixes}`
}

/** The verdict in one line. */
export function verdictLine(verdict: ScanVerdict, place: ScanPlace): Text {
  const { findings, missing } = verdict
  const counting = findings.filter(({ weight }) => weight.kind === 'counts')
  const image = text`${asName(place.repository)}@${untrusted(place.digest)}`
  if (verdict.outcome === 'unknown')
    return text`ECR image scan: no result for ${joined(missing.map((one) => imageName(one, place)))}`
  if (verdict.outcome === 'failed') return text`ECR image scan of ${image}: ${findingsSentence(counting)}`
  const rest = findings.length === 0 ? 'no findings' : `${findingCount(findings.length)}, none of which counts`
  return text`ECR image scan of ${image}: ${rest}`
}

function findingCount(count: number): string {
  return `${count} finding${count === 1 ? '' : 's'}`
}

function imageName({ digest, platform }: ScannedImage, { repository }: ScanPlace): Text {
  return text`${asName(repository)}@${untrusted(digest)}${platform === undefined ? '' : text` (${untrusted(platform)})`}`
}

/** The failure of a verdict that is not `passed`. `tags` names the tags that refer to the image already. */
export function failureOf(verdict: ScanVerdict, place: ScanPlace, tags: readonly string[]): FailureParts {
  const isFound = verdict.outcome === 'failed'
  const [first] = verdict.missing
  const causes = verdict.missing.map((one) => text`${imageName(one, place)}: ${missingCause(one, place)}`)
  const threshold = isFound ? [text`${place.threshold} and above counts (scan-threshold)`] : []
  const fix = first === undefined || isFound ? findingsFix(verdict) : missingFix(first, place)
  return {
    code: isFound ? 'image-vulnerable' : 'image-scan-missing',
    what: verdictLine(verdict, place),
    why: joined([...threshold, ...verdict.expired.map(expiredWords), ...causes], '; '),
    fix: text`${fix} ${tagWords(tags)}`,
    docs: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html',
  }
}

/** `the entry CVE-2026-1234 of scan-ignore expired on 2026-10-01`. */
export function expiredWords({ id, until }: IgnoreEntry): Text {
  return text`the entry ${asName(id)} of scan-ignore expired on ${untrusted(until)}`
}

function findingsFix({ findings }: ScanVerdict): Text {
  const id = findings.find(({ weight }) => weight.kind === 'counts')?.id ?? ''
  return text`Update the packages that the job summary lists, or accept a finding up to a date in scan-ignore: "${asName(id)} until <date> <reason>".`
}

function tagWords(tags: readonly string[]): Text {
  if (tags.length === 0) return text`No tag refers to the image.`
  const names = joined(tags.map((tag) => text`${asName(tag)}`))
  return text`The image already has the tag${tags.length === 1 ? '' : 's'} ${names}: the builder pushes them together with the image, or an earlier run did.`
}

/** That a result is older than it could be; undefined for an enhanced scan, whose request is always refused. */
export function oldWords({ last, startRefused, platform }: ScannedImage): Text | undefined {
  const completed = last && 'status' in last && !isEnhanced(last) ? last.imageScanCompletedAt : undefined
  if (completed === undefined || startRefused === undefined) return undefined
  const image = platform === undefined ? 'The image' : text`The image for ${untrusted(platform)}`
  return text`${image} is judged by its scan of ${moment(completed.getTime())}: ecr:StartImageScan: ${untrusted(startRefused.refused)}.`
}

/** Why there is no result. */
export function missingCause({ last, startRefused }: ScannedImage, { minutes }: ScanPlace): Text {
  const after = `after ${minutes} minute${minutes === 1 ? '' : 's'}`
  const refused =
    startRefused === undefined
      ? []
      : text`; ecr:StartImageScan: ${untrusted(startRefused.refused)}: ${untrusted(startRefused.message)}`
  if (last === undefined) return text`nothing was read${refused}`
  if ('refused' in last) return text`${untrusted(last.refused)}${isDenied(startRefused) ? '' : ` ${after}`}${refused}`
  const description = last.description ? text` (${untrusted(last.description)})` : []
  const status = text`${untrusted(last.status)}${description}`
  const meaning = meaningOf(last.status)
  if (meaning.kind === 'none') return text`${status}: ${meaning.why}`
  if (meaning.kind === 'waiting') return text`still ${status} ${after}`
  const left = missingFindings(last)
  return left > 0
    ? text`${status}, but the list lacks ${findingCount(left)} of findingSeverityCounts ${after}`
    : text`${status}, but its findings were not stable ${after}`
}

function missingFix({ last, startRefused, digest }: ScannedImage, { repository, region }: ScanPlace): Text {
  const meaning = last && !('refused' in last) ? meaningOf(last.status) : undefined
  const read = text`aws ecr describe-image-scan-findings --region ${untrusted(region)} --repository-name ${untrusted(repository)} --image-id imageDigest=${untrusted(digest)}`
  if (meaning?.kind === 'none') return text`${meaning.fix} To read the scan: ${read}.`
  if (startRefused?.refused === 'UnsupportedImageTypeException') return meaningFix('UNSUPPORTED_IMAGE', read)
  if (startRefused?.refused === 'ImageArchivedException') return meaningFix('IMAGE_ARCHIVED', read)
  if (isDenied(startRefused))
    return text`With basic scanning, turn on scan on push, or add ecr:StartImageScan on the repository to the policy of the role. To read the scan: ${read}.`
  if (startRefused?.refused === 'ValidationException')
    return text`Enhanced scanning scans only repositories that match a filter of the registry: check with "aws ecr batch-get-repository-scanning-configuration --region ${untrusted(region)} --repository-names ${untrusted(repository)}", and that Amazon Inspector is activated. AWS documents no answer to whether untagged images are scanned. To read the scan: ${read}.`
  return text`To read the scan: ${read}. If it only needs more time, raise scan-timeout-minutes.`
}

function meaningFix(status: string, read: Text): Text {
  const meaning = meaningOf(status)
  return meaning.kind === 'none' ? text`${meaning.fix} To read the scan: ${read}.` : read
}
