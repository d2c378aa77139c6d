/** What the findings of image scans weigh, and the verdict on all images of a push. */
import { describe, expect, test } from '@jest/globals'
import type { IgnoreEntry } from '../../src/image/scan/ignore-list.ts'
import { judge, type ScanPolicy } from '../../src/image/scan/judge-findings.ts'
import type { ScannedImage } from '../../src/image/scan/scan-image.ts'
import type { EnhancedFinding, ImageScan } from '../../src/ports.ts'

const policy: ScanPolicy = { threshold: 'HIGH', onlyFixable: false, ignore: [], today: '2026-11-30' }
const entry = (id: string, until = '2026-12-31', more: Partial<IgnoreEntry> = {}): IgnoreEntry => ({
  ...{ id, until, reason: `reason of ${until}` },
  ...more,
})
const enhanced = (id: string, severity: string, more: object = {}): EnhancedFinding =>
  ({ packageVulnerabilityDetails: { vulnerabilityId: id }, severity, ...more }) as EnhancedFinding

function image(last: ScannedImage['last'], more: Partial<ScannedImage> = {}): ScannedImage {
  return { digest: 'sha256:a', platform: undefined, last, isResult: true, ...more } as ScannedImage
}
const found = (...enhancedFindings: readonly EnhancedFinding[]) => image({ status: 'ACTIVE', enhancedFindings })
const unsupported = image({ status: 'UNSUPPORTED_IMAGE' }, { isResult: false })
const refused = (name: string) => ({ refused: name, message: '' })

describe('a finding', () => {
  const packages = (...names: readonly string[]) => ({
    packageVulnerabilityDetails: { vulnerabilityId: 'CVE-1', vulnerablePackages: names.map((name) => ({ name })) },
  })

  test.each<[string, EnhancedFinding, Partial<ScanPolicy>, object]>([
    ['of the threshold counts', enhanced('CVE-1', 'HIGH'), {}, { kind: 'counts' }],
    ['above it counts', enhanced('CVE-1', 'CRITICAL'), {}, { kind: 'counts' }],
    ['below it does not', enhanced('CVE-1', 'MEDIUM'), {}, { kind: 'below' }],
    [
      'without a fix does not where only fixable ones count',
      enhanced('CVE-1', 'HIGH', { fixAvailable: 'NO' }),
      { onlyFixable: true },
      { kind: 'without-fix' },
    ],
    ['without a fix counts else', enhanced('CVE-1', 'HIGH', { fixAvailable: 'NO' }), {}, { kind: 'counts' }],
    ['of which no fix is known counts', enhanced('CVE-1', 'HIGH'), { onlyFixable: true }, { kind: 'counts' }],
    [
      'that Amazon Inspector suppresses does not',
      enhanced('CVE-1', 'CRITICAL', { status: 'SUPPRESSED' }),
      { ignore: [entry('CVE-1')] },
      { kind: 'suppressed' },
    ],
    [
      'of the list does not, by the entry that expires first',
      enhanced('CVE-1', 'HIGH', packages('ssl')),
      { ignore: [entry('CVE-1'), entry('cve-1', '2026-12-01', { package: 'ssl' })] },
      { kind: 'ignored', until: '2026-12-01', reason: 'reason of 2026-12-01' },
    ],
    [
      'of the list does not on the last day',
      enhanced('CVE-1', 'HIGH'),
      { ignore: [entry('CVE-1', '2026-11-30')] },
      { kind: 'ignored', until: '2026-11-30', reason: 'reason of 2026-11-30' },
    ],
    [
      'of an expired entry counts',
      enhanced('CVE-1', 'HIGH'),
      { ignore: [entry('CVE-1', '2026-11-29')] },
      { kind: 'counts' },
    ],
    [
      'counts where the entries name one of its packages only',
      enhanced('CVE-1', 'HIGH', packages('ssl', 'zlib')),
      { ignore: [entry('CVE-1', '2026-12-31', { package: 'ssl' })] },
      { kind: 'counts' },
    ],
  ])('%s', (_, finding, given, weight) => {
    expect(judge([found(finding)], { ...policy, ...given }).findings.map((one) => one.weight)).toEqual([weight])
  })
})

describe('the verdict', () => {
  test.each<[string, readonly ScannedImage[], Partial<ScanPolicy>, object]>([
    ['no finding', [found()], {}, { outcome: 'passed', missing: [], old: [], fixesUnknown: false }],
    ['one that is below', [found(enhanced('A', 'LOW'))], {}, { outcome: 'passed' }],
    [
      'one that counts, and one that does not',
      [found(enhanced('A', 'LOW'), enhanced('B', 'HIGH'))],
      {},
      { outcome: 'failed' },
    ],
    [
      'an image without a result',
      [found(), unsupported],
      {},
      { outcome: 'unknown', missing: [unsupported], accepted: [] },
    ],
    ['a finding and a missing result', [found(enhanced('A', 'HIGH')), unsupported], {}, { outcome: 'failed' }],
    [
      'findings of a list that is not complete',
      [image({ status: 'ACTIVE', enhancedFindings: [enhanced('A', 'HIGH')] }, { isResult: false })],
      {},
      { outcome: 'unknown', findings: [], fixesUnknown: false },
    ],
    ['a basic scan, which knows no fixes', [found(), image({ status: 'COMPLETE' })], {}, { fixesUnknown: true }],
  ])('of %s', (_, images, given, expected) => {
    expect(judge(images, { ...policy, ...given })).toMatchObject(expected)
  })

  test.each<[string, ScannedImage, string, string, object]>([
    ['by its status', unsupported, 'UNSUPPORTED_IMAGE', '2026-12-31', { outcome: 'passed', accepted: 1, missing: 0 }],
    [
      'by the answer to StartImageScan',
      image(undefined, { isResult: false, startRefused: refused('UnsupportedImageTypeException') }),
      'UNSUPPORTED_IMAGE',
      '2026-12-31',
      { outcome: 'passed', accepted: 1, missing: 0 },
    ],
    [
      'no more once its entry has expired',
      unsupported,
      'UNSUPPORTED_IMAGE',
      '2026-11-29',
      { outcome: 'unknown', accepted: 0, missing: 1 },
    ],
    ['not by another entry', unsupported, 'CVE-1', '2026-12-31', { outcome: 'unknown', accepted: 0, missing: 1 }],
    [
      'not where its status is another',
      image({ status: 'FAILED' }, { isResult: false }),
      'UNSUPPORTED_IMAGE',
      '2026-12-31',
      { accepted: 0 },
    ],
    [
      'not where the read is refused',
      image(refused('UNSUPPORTED_IMAGE'), { isResult: false }),
      'UNSUPPORTED_IMAGE',
      '2026-12-31',
      { accepted: 0 },
    ],
    [
      'not where nothing was read',
      image(undefined, { isResult: false }),
      'UNSUPPORTED_IMAGE',
      '2026-12-31',
      { accepted: 0 },
    ],
    [
      'not where StartImageScan is refused for another reason',
      image(undefined, { isResult: false, startRefused: refused('LimitExceededException') }),
      'UNSUPPORTED_IMAGE',
      '2026-12-31',
      { accepted: 0 },
    ],
  ])('accepts an image that ECR cannot scan: %s', (_, one, id, until, expected) => {
    const { outcome, accepted, missing } = judge([one], { ...policy, ignore: [entry(id, until)] })
    expect({ outcome, accepted: accepted.length, missing: missing.length }).toMatchObject(expected)
  })

  test('accepts that with one valid entry of several', () => {
    const ignore = [entry('UNSUPPORTED_IMAGE', '2026-11-29'), entry('UNSUPPORTED_IMAGE')]
    expect(judge([unsupported], { ...policy, ignore })).toMatchObject({ outcome: 'passed', expired: [ignore[0]] })
  })

  test('names results of an earlier scan, but no request that was refused without a result', () => {
    const old = image({ status: 'COMPLETE' }, { startRefused: refused('LimitExceededException') })
    const none = image(undefined, { isResult: false, startRefused: refused('LimitExceededException') })
    expect(judge([old, found(), none], policy).old).toEqual([old])
  })

  test('names entries that have expired and would have fitted, and those that fit nothing', () => {
    const [gone, other, image404] = [entry('A', '2026-11-29'), entry('B'), entry('UNSUPPORTED_IMAGE', '2026-11-29')]
    const ignore = [gone, other, image404, entry('C', '2026-11-29')]
    const scan: ImageScan = { status: 'ACTIVE', enhancedFindings: [enhanced('A', 'HIGH')] }
    expect(judge([image(scan)], { ...policy, ignore })).toMatchObject({
      expired: [gone],
      unused: [other, image404, ignore[3]],
    })
    expect(judge([image(scan), found(), unsupported], { ...policy, ignore })).toMatchObject({
      expired: [gone, image404],
      unused: [other, ignore[3]],
    })
  })
})
