/** What an image scan found, and what is said of it. */
import { describe, expect, test } from '@jest/globals'
import { findingsOf, mergedFindings, type ScanFinding } from '../../src/image/scan/findings.ts'
import type { JudgedFinding, ScanVerdict } from '../../src/image/scan/judge-findings.ts'
import type { ScannedImage } from '../../src/image/scan/scan-image.ts'
import {
  countsOf,
  expiredWords,
  failureOf,
  findingsSentence,
  missingCause,
  oldWords,
  verdictLine,
} from '../../src/image/scan/verdict-words.ts'
import type { EnhancedFinding, ImageScan } from '../../src/ports.ts'
import { renderText, type Text } from '../../src/text.ts'

const plain = (text: Text = []) => renderText(text, (value) => value)
const digest = `sha256:${'a'.repeat(64)}`
const place = { repository: 'api', digest, region: 'eu-west-1', minutes: 10, threshold: 'HIGH' }
const read = `aws ecr describe-image-scan-findings --region eu-west-1 --repository-name api --image-id imageDigest=${digest}`

function finding(id: string, severity: string, given: Partial<JudgedFinding> = {}): JudgedFinding {
  const kind = { kind: 'counts' } as const
  return { id, severity, packages: [], fix: 'yes', isSuppressed: false, platforms: [], weight: kind, ...given }
}

function verdict(given: Partial<ScanVerdict>): ScanVerdict {
  const lists = { findings: [], missing: [], accepted: [], old: [], expired: [], unused: [] }
  return { outcome: 'passed', fixesUnknown: false, ...lists, ...given }
}

function scanned(last: ScannedImage['last'], given: Partial<ScannedImage> = {}): ScannedImage {
  return { digest, platform: undefined, last, isResult: false, ...given } as ScannedImage
}

describe('the findings of ECR', () => {
  const basic = (attributes?: readonly { key: string; value: string }[]): ImageScan => ({
    status: 'COMPLETE',
    findings: [{ name: 'CVE-1', severity: 'HIGH', uri: 'https://cve.example/1', attributes }] as ImageScan['findings'],
  })

  test.each<[string, ImageScan, object]>([
    [
      'basic, with a package',
      basic([
        { key: 'CVSS2_SCORE', value: '7' },
        { key: 'package_version', value: '1.2' },
        { key: 'package_name', value: 'ssl' },
      ]),
      { id: 'CVE-1', severity: 'HIGH', packages: [{ name: 'ssl', version: '1.2' }], address: 'https://cve.example/1' },
    ],
    ['basic, without its attributes', basic(), { packages: [], fix: 'unknown', isSuppressed: false }],
    [
      'basic, with nothing at all',
      { status: 'COMPLETE', findings: [{}] as ImageScan['findings'] },
      { id: 'without a name', severity: 'UNDEFINED', packages: [], fix: 'unknown', platforms: [] },
    ],
    [
      'enhanced, with nothing but a title',
      { status: 'ACTIVE', enhancedFindings: [{ title: 'CVE-2 - ssl' }] as ImageScan['enhancedFindings'] },
      { id: 'CVE-2 - ssl', severity: 'UNDEFINED', packages: [], fix: 'unknown', isSuppressed: false },
    ],
    [
      'enhanced, with nothing at all',
      { status: 'ACTIVE', enhancedFindings: [{}] as ImageScan['enhancedFindings'] },
      { id: 'without a name' },
    ],
  ])('%s', (_, scan, expected) => {
    const found = findingsOf(scan, undefined)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject(expected)
  })

  test('are none in a scan that lists none', () => {
    expect(findingsOf({ status: 'COMPLETE' }, 'linux/amd64')).toEqual([])
  })

  const fixedIn = (...versions: readonly (string | undefined)[]) => ({
    packageVulnerabilityDetails: { vulnerablePackages: versions.map((version) => ({ fixedInVersion: version })) },
  })
  test.each<[string, object, ScanFinding['fix']]>([
    ['YES', { fixAvailable: 'YES' }, 'yes'],
    ['PARTIAL', { fixAvailable: 'PARTIAL' }, 'yes'],
    ['NO, though a package has a version', { fixAvailable: 'NO', ...fixedIn('2.0') }, 'no'],
    ['not said, some packages', fixedIn('2.0', 'NotAvailable'), 'yes'],
    ['not said, no package', fixedIn('NotAvailable', undefined), 'unknown'],
    ['not said, without packages', {}, 'unknown'],
  ])('fixAvailable: %s', (_, given, fix) => {
    const [found] = findingsOf({ status: 'ACTIVE', enhancedFindings: [given as EnhancedFinding] }, 'linux/arm64')
    expect(found).toMatchObject({ fix, platforms: ['linux/arm64'] })
    expect(found?.packages.every(({ name }) => name === '')).toBe(true)
  })

  test.each([
    ['CLOSED', []],
    ['SUPPRESSED', [true]],
    ['ACTIVE', [false]],
  ])('of Amazon Inspector with the status %s', (status, suppressed) => {
    const found = findingsOf({ status: 'ACTIVE', enhancedFindings: [{ status } as EnhancedFinding] }, undefined)
    expect(found.map(({ isSuppressed }) => isSuppressed)).toEqual(suppressed)
  })

  test('are listed with the worst first, then by id; what two platforms have is one', () => {
    const one = (id: string, severity: string, platform: string): ScanFinding => ({
      ...finding(id, severity),
      platforms: [platform],
    })
    const merged = mergedFindings([
      one('CVE-3', 'LOW', 'a'),
      one('CVE-2', 'HIGH', 'a'),
      one('CVE-9', 'UNTRIAGED', 'a'),
      one('CVE-1', 'HIGH', 'a'),
      one('CVE-2', 'HIGH', 'b'),
      one('CVE-4', 'CRITICAL', 'b'),
      one('CVE-2', 'LOW', 'b'),
    ])
    expect(merged.map(({ id, severity, platforms }) => `${id} ${severity} ${platforms}`)).toEqual([
      'CVE-4 CRITICAL b',
      'CVE-1 HIGH a',
      'CVE-2 HIGH a,b',
      'CVE-2 LOW b',
      'CVE-3 LOW a',
      'CVE-9 UNTRIAGED a',
    ])
  })
})

test('findings are counted by severity, and by what they weigh', () => {
  const ignored = { kind: 'ignored', until: '2026-12-31', reason: 'x' } as const
  const findings = [
    finding('1', 'HIGH'),
    finding('2', 'UNTRIAGED', { fix: 'no', weight: { kind: 'below' } }),
    finding('3', 'new', { fix: 'unknown', weight: ignored }),
    finding('4', 'LOW', { weight: { kind: 'suppressed' } }),
  ]
  expect(countsOf(verdict({ findings }))).toEqual({
    ...{ CRITICAL: 1, HIGH: 1, MEDIUM: 0, LOW: 1, INFORMATIONAL: 0, UNDEFINED: 1 },
    ...{ counting: 1, fixable: 2, ignored: 2 },
  })
})

test.each<[readonly JudgedFinding[], string]>([
  [[], 'no findings'],
  [[finding('CVE-1', 'HIGH')], '1 HIGH finding (CVE-1), 1 of them fixable'],
  [
    [finding('CVE-1', 'CRITICAL', { fix: 'no' }), finding('CVE-2', 'HIGH', { fix: 'unknown' })],
    '1 CRITICAL and 1 HIGH findings (CVE-1, CVE-2), none of them fixable',
  ],
  [
    [
      finding('A', 'CRITICAL', { fix: 'unknown' }),
      finding('A', 'HIGH', { fix: 'unknown' }),
      ...['B', 'C'].map((id) => finding(id, 'LOW', { fix: 'unknown' })),
    ],
    '1 CRITICAL, 1 HIGH and 2 LOW findings (A, B, C)',
  ],
  [['A', 'B', 'C', 'D'].map((id) => finding(id, 'LOW')), '4 LOW findings (A, B, C and 1 more), 4 of them fixable'],
])('%#: findings in a sentence', (findings, words) => {
  expect(plain(findingsSentence(findings))).toBe(words)
})

test.each<[Partial<ScanVerdict>, string]>([
  [{}, 'no findings'],
  [{ findings: [finding('A', 'LOW', { weight: { kind: 'below' } })] }, '1 finding, none of which counts'],
  [
    { outcome: 'failed', findings: [finding('A', 'HIGH'), finding('B', 'LOW', { weight: { kind: 'below' } })] },
    '1 HIGH finding (A), 1 of them fixable',
  ],
])('%#: a verdict in a line', (given, words) => {
  expect(plain(verdictLine(verdict(given), place))).toBe(`ECR image scan of api@${digest}: ${words}`)
})

test('a verdict without a result names each image and its platform', () => {
  const missing = [scanned(undefined, { platform: 'linux/arm64' }), scanned(undefined)]
  expect(plain(verdictLine(verdict({ outcome: 'unknown', missing }), place))).toBe(
    `ECR image scan: no result for api@${digest} (linux/arm64), api@${digest}`,
  )
})

describe('the failure', () => {
  const words = (given: Partial<ScanVerdict>, tags: readonly string[] = []) => {
    const { code, why, fix } = failureOf(verdict(given), place, tags)
    return { code, why: plain(why), fix: plain(fix) }
  }

  test('of findings says the threshold, what expired, and which line accepts the first that counts', () => {
    const below = finding('CVE-0', 'LOW', { weight: { kind: 'below' } })
    const expired = [{ id: 'CVE-1', until: '2026-10-01', reason: 'soon' }]
    const findings = [below, finding('CVE-1', 'HIGH')]
    expect(words({ outcome: 'failed', findings, expired: expired as unknown as ScanVerdict['expired'] })).toEqual({
      code: 'image-vulnerable',
      why: 'HIGH and above counts (scan-threshold); the entry CVE-1 of scan-ignore expired on 2026-10-01',
      fix: 'Update the packages that the job summary lists, or accept a finding up to a date in scan-ignore: "CVE-1 until <date> <reason>". No tag refers to the image.',
    })
    expect(plain(expiredWords({ id: 'X', until: '2026-01-02' } as Parameters<typeof expiredWords>[0]))).toBe(
      'the entry X of scan-ignore expired on 2026-01-02',
    )
  })

  test.each([
    [['v1'], 'The image already has the tag v1: the builder pushes'],
    [['v1', 'latest'], 'The image already has the tags v1, latest: the builder pushes'],
  ])('names the tags that there are: %s', (tags, said) => {
    expect(words({ outcome: 'failed', findings: [finding('A', 'HIGH')] }, tags).fix).toContain(said)
  })

  test('of findings is about them, although another image has no result', () => {
    const { fix, why } = words({ outcome: 'failed', findings: [finding('A', 'HIGH')], missing: [scanned(undefined)] })
    expect(fix).toMatch(/^Update the packages/)
    expect(why).toBe(`HIGH and above counts (scan-threshold); api@${digest}: nothing was read`)
  })

  const refused = (name: string) => ({ refused: name, message: 'their words' })
  test.each<[string, ScannedImage, string]>([
    ['a status that ends it', scanned({ status: 'IMAGE_SIZE_EXCEEDED' }), 'Make the image smaller. To read the scan: '],
    [
      'a scan that needs time',
      scanned({ status: 'PENDING' }),
      'If it only needs more time, raise scan-timeout-minutes.',
    ],
    ['nothing that was read', scanned(undefined), `To read the scan: ${read}. If it only needs`],
    ['a read that was refused', scanned(refused('ScanNotFoundException')), `To read the scan: ${read}. If it only`],
    [
      'an image that is not supported',
      scanned(undefined, { startRefused: refused('UnsupportedImageTypeException') }),
      'To accept images that ECR cannot scan',
    ],
    [
      'an image in the archive',
      scanned(undefined, { startRefused: refused('ImageArchivedException') }),
      'Restore the image with "aws ecr update-image-storage-class --target-storage-class STANDARD". To read the scan: ',
    ],
    [
      'a missing permission',
      scanned(undefined, { startRefused: refused('AccessDeniedException') }),
      'With basic scanning, turn on scan on push, or add ecr:StartImageScan',
    ],
    [
      'a repository that no filter names',
      scanned(undefined, { startRefused: refused('ValidationException') }),
      'get-repository-scanning-configuration --region eu-west-1 --repository-names api"',
    ],
    [
      'a quota',
      scanned(undefined, { startRefused: refused('LimitExceededException') }),
      `To read the scan: ${read}. If it only needs`,
    ],
  ])('of %s says what to do', (_, image, said) => {
    const { code, fix, why } = words({ outcome: 'unknown', missing: [image] })
    expect({ code, threshold: why.includes('scan-threshold') }).toEqual({
      code: 'image-scan-missing',
      threshold: false,
    })
    expect(fix).toContain(said)
    expect(fix).toContain(read)
  })
})

const denied = { refused: 'AccessDeniedException', message: 'not yours' }
const limit = { refused: 'LimitExceededException', message: 'later' }

test.each<[ScannedImage, string]>([
  [scanned(undefined), 'nothing was read'],
  [scanned(undefined, { startRefused: limit }), 'nothing was read; ecr:StartImageScan: LimitExceededException: later'],
  [scanned({ refused: 'ScanNotFoundException', message: '' }), 'ScanNotFoundException after 10 minutes'],
  [
    scanned({ refused: 'ScanNotFoundException', message: '' }, { startRefused: denied }),
    'ScanNotFoundException; ecr:StartImageScan: AccessDeniedException: not yours',
  ],
  [scanned({ status: 'FAILED', description: 'no such OS' }), 'FAILED (no such OS): the scan failed'],
  [scanned({ status: 'PENDING' }), 'still PENDING after 10 minutes'],
  [
    scanned({ status: 'COMPLETE', findingSeverityCounts: { HIGH: 2 } }),
    'COMPLETE, but the list lacks 2 findings of findingSeverityCounts after 10 minutes',
  ],
  [scanned({ status: 'COMPLETE' }), 'COMPLETE, but its findings were not stable after 10 minutes'],
])('%#: why there is no result', (image, words) => {
  expect(plain(missingCause(image, place))).toBe(words)
})

test('one minute is one minute', () => {
  expect(plain(missingCause(scanned({ status: 'PENDING' }), { ...place, minutes: 1 }))).toBe(
    'still PENDING after 1 minute',
  )
})

const completed = { status: 'COMPLETE', imageScanCompletedAt: new Date('2026-10-01T00:00:00Z') }

test.each<[ScannedImage, string | undefined]>([
  [scanned(completed, { startRefused: limit }), 'The image is judged by its scan of 2026-10-01'],
  [scanned(completed, { startRefused: limit, platform: 'linux/arm64' }), 'The image for linux/arm64 is judged by'],
  [scanned(completed), undefined],
  [scanned({ status: 'COMPLETE' }, { startRefused: limit }), undefined],
  [scanned({ ...completed, enhancedFindings: [] }, { startRefused: limit }), undefined],
  [scanned(denied, { startRefused: limit }), undefined],
  [scanned(undefined, { startRefused: limit }), undefined],
])('%#: whether a result is an old one', (image, words) => {
  const said = oldWords(image)
  if (words === undefined) expect(said).toBeUndefined()
  else expect(plain(said)).toContain(words)
})
