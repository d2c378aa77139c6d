import type { Aws } from '../../aws/connect.ts'
import { type Clock, type Deadline, deadlineIn } from '../../clock.ts'
import { Failure } from '../../failure.ts'
import { judge, type ScanPolicy, type ScanVerdict } from '../../image/scan/judge-findings.ts'
import { platformImages } from '../../image/scan/platform-images.ts'
import { scanImages } from '../../image/scan/scan-image.ts'
import {
  countsOf,
  expiredWords,
  failureOf,
  missingCause,
  oldWords,
  type ScanPlace,
  verdictLine,
} from '../../image/scan/verdict-words.ts'
import type { Registry } from '../../ports.ts'
import { renderScan, type ScanRow } from '../../report/scan-summary.ts'
import type { Runner } from '../../runner/action.ts'
import { asName, type Text, text, untrusted } from '../../text.ts'
import { day } from '../../utc.ts'
import type { ScanInputs } from '../inputs/scan-inputs.ts'

/** What a judgement needs. */
export interface JudgedImage {
  readonly inputs: ScanInputs
  readonly repository: string
  /** Of an image or an index: every image of it is judged. */
  readonly digest: string
  /** Tags that the image is to have, for a sentence about those that refer to it already. */
  readonly tags: readonly string[]
  readonly registry: Registry
  /** Region and account of the registry, until a moment after which no call is tried again. */
  readonly open: (deadline: Deadline) => Pick<Aws, 'region' | 'ecrScans'>
  readonly runner: Runner
}

const minutesByDefault = 10
/** Left for a last read after the wait. Milliseconds. */
const lastRead = 60_000

/** Waits for the scan, reports it, and throws where the verdict is not `passed`. */
export async function requirePassed(image: JudgedImage): Promise<void> {
  const { repository, digest, registry, runner, open, inputs } = image
  const { clock, signal, log } = runner
  const minutes = inputs.scanTimeoutMinutes ?? minutesByDefault
  // Until there is a verdict: also where AWS refuses to answer.
  setOutputs(runner, 'unknown', '')
  const images = await platformImages(registry, repository, digest)
  log.info(
    text`Waiting for the image scan of ${asName(repository)}@${untrusted(digest)}${images.length > 1 ? `, ${images.length} images` : ''}, at most ${minutes} minutes`,
  )
  const deadline = deadlineIn(clock, minutes * 60_000)
  const { region, ecrScans: scans } = open(deadline + lastRead)
  const place = { repository, digest, region, minutes, threshold: thresholdOf(inputs).toLowerCase() }
  const scanned = await scanImages(repository, images, { scans, clock, signal }, deadline)
  const verdict = judge(scanned, policyOf(inputs, clock))
  setOutputs(runner, verdict.outcome, JSON.stringify(countsOf(verdict)))
  await runner.writeSummary(renderVerdict(verdict, place, inputs))
  for (const note of notesOf(verdict, place, inputs)) log.info(note)
  log.info(verdictLine(verdict, place))
  if (verdict.outcome !== 'passed') throw new Failure(failureOf(verdict, place, await tagsOf(image)))
}

function thresholdOf({ scanThreshold }: ScanInputs): ScanPolicy['threshold'] {
  return scanThreshold ?? 'HIGH'
}

function policyOf(inputs: ScanInputs, clock: Clock): ScanPolicy {
  return {
    threshold: thresholdOf(inputs),
    onlyFixable: inputs.scanOnlyFixable ?? false,
    ignore: inputs.scanIgnore,
    today: day(clock.now()),
  }
}

/** Tags that already refer to the image. */
async function tagsOf({ registry, repository, digest, tags }: JudgedImage): Promise<readonly string[]> {
  const found: string[] = []
  for (const tag of tags) if ((await registry.manifest(repository, tag))?.digest === digest) found.push(tag)
  return found
}

const marks = { passed: '✅', failed: '❌', unknown: '❌' } as const

function renderVerdict(verdict: ScanVerdict, place: ScanPlace, inputs: ScanInputs): string {
  const mark = verdict.outcome !== 'passed' && inputs.scan === 'report' ? '⚠️' : marks[verdict.outcome]
  return renderScan({
    mark,
    headline: verdictLine(verdict, place),
    notes: [
      ...verdict.missing.map((one) => text`${untrusted(one.platform ?? one.digest)}: ${missingCause(one, place)}.`),
      ...notesOf(verdict, place, inputs),
    ],
    rows: verdict.findings.map((finding): ScanRow => ({ ...finding, note: weightWords(finding.weight) })),
  })
}

function weightWords(weight: ScanVerdict['findings'][number]['weight']): Text {
  if (weight.kind === 'ignored') return text`ignored until ${untrusted(weight.until)}: ${untrusted(weight.reason)}`
  if (weight.kind === 'suppressed') return text`suppressed in Amazon Inspector`
  if (weight.kind === 'without-fix') return text`no fix available`
  return weight.kind === 'below' ? text`below the threshold` : text`counts`
}

function notesOf(
  { expired, unused, accepted, old, fixesUnknown }: ScanVerdict,
  place: ScanPlace,
  inputs: ScanInputs,
): readonly Text[] {
  const fixes = text`Basic scanning reports no fixes, so scan-only-fixable has no effect on its findings: they count.`
  return [
    ...accepted.map(
      (one) => text`${untrusted(one.platform ?? one.digest)}: ${missingCause(one, place)}; accepted by scan-ignore.`,
    ),
    ...old.flatMap((one) => {
      const words = oldWords(one)
      return words === undefined ? [] : [words]
    }),
    ...expired.map((entry) => text`${expiredWords(entry)}.`),
    ...unused.map(({ id }) => text`The entry ${asName(id)} of scan-ignore matches no finding.`),
    ...(fixesUnknown && inputs.scanOnlyFixable ? [fixes] : []),
  ]
}

function setOutputs(runner: Pick<Runner, 'setOutput'>, status: string, findings: string): void {
  runner.setOutput('scan-status', status)
  runner.setOutput('findings', findings)
}
