/** The scan gate of build-push, on a clock that jumps: what AWS reports, and what comes of it. */
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { failure, plain } from '../aws/simulated.ts'
import { type LayoutOptions, writeLayout } from '../oci-layout.ts'
import { oneLine, printedOn } from '../printed.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { ScanStep } from '../simulator/ecr-scans.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { buildScene } from './build-scene.ts'
import { keys } from './scene.ts'

const image: LayoutOptions = { files: { '/app/server.js': 'serve()' }, entrypoint: ['node'], labels: {} }
const twoPlatforms: LayoutOptions = { ...image, architecture: ['amd64', 'arm64'] }

interface Enhanced {
  readonly id: string
  readonly severity?: string
  readonly fixAvailable?: string
  readonly packages?: readonly { name: string; version?: string; fixedInVersion?: string }[]
  readonly status?: string
}

const openssl = { name: 'openssl', version: '3.0.1', fixedInVersion: '3.0.2' }
const enhanced = ({
  id,
  severity = 'HIGH',
  fixAvailable = 'YES',
  packages = [openssl],
  status = 'ACTIVE',
}: Enhanced) => ({
  title: `${id} - openssl`,
  severity,
  status,
  fixAvailable,
  packageVulnerabilityDetails: {
    vulnerabilityId: id,
    sourceUrl: `https://example.com/${id}`,
    vulnerablePackages: packages,
  },
})
const basic = (name: string, severity: string) => ({
  name,
  severity,
  uri: `https://example.com/${name}`,
  attributes: [
    { key: 'package_name', value: 'zlib' },
    { key: 'package_version', value: '1.2' },
  ],
})

/** A scan of Inspector that has these findings at once. */
const active = (...findings: readonly Enhanced[]): readonly ScanStep[] => [
  { after: 0, status: 'PENDING' },
  { after: 10, status: 'ACTIVE', enhancedFindings: findings.map(enhanced), completedAt: 10 },
]

async function scene(layout: LayoutOptions = image) {
  const simulator = createSimulator()
  const { ecr } = simulator.world.region('eu-west-1')
  ecr.createRepository('api')
  ecr.scanning.type = 'ENHANCED'
  const workspace = temporaryFolder()
  const { digest } = await writeLayout(join(workspace, 'image'), layout)
  const runner = await fakeRunner({
    clock: simulator.clock.forProgram,
    workspace,
    environment: { ...keys, GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: 'acme/shop', PATH: '/nonexistent' },
  })
  const build = createBuildPush({ fetch: simulator.fetch, requestHandler: simulator.requestHandler })
  const begun = simulator.clock.now()
  return {
    simulator,
    ecr,
    runner,
    digest,
    /** Of the tag `v1`. */
    tagged: () => ecr.find('127.0.0.1:1/api:v1')?.digest,
    seconds: () => Math.round((simulator.clock.now() - begun) / 1000),
    run: async (inputs: Record<string, string> = {}) =>
      build.main(
        givenInputs(build.inputs, { repository: 'api', tag: 'v1', 'oci-layout': 'image', scan: 'require', ...inputs }),
        runner,
      ),
  }
}

describe('a required scan', () => {
  test('without findings puts the tags, and lists what was read', async () => {
    const { ecr, run, runner, tagged, digest } = await scene()
    ecr.scanning.story(active())
    await run()
    expect(tagged()).toBe(digest)
    expect(runner.outputs['scan-status']).toBe('passed')
    expect(JSON.parse(runner.outputs.findings ?? '')).toMatchObject({ CRITICAL: 0, HIGH: 0, counting: 0 })
    expect(runner.summary).toMatch(new RegExp(`^### ✅ ECR image scan of api@${digest}: no findings\n\n###`))
  })

  test('with findings fails before any tag is put, with counts, IDs, fixes and the table', async () => {
    const { ecr, run, runner, tagged } = await scene()
    const found = [
      { id: 'CVE-2026-4', severity: 'LOW' },
      { id: 'CVE-2026-1', severity: 'CRITICAL' },
      { id: 'CVE-2026-2' },
      { id: 'CVE-2026-3', fixAvailable: 'NO', packages: [{ ...openssl, fixedInVersion: 'NotAvailable' }] },
      { id: 'CVE-2026-5', fixAvailable: 'PARTIAL', packages: [{ name: 'zlib' }] },
      { id: 'CVE-2026-6', fixAvailable: '' },
    ]
    ecr.scanning.story(active(...found))
    const failed = await failure(run())
    expect(failed).toMatchObject({
      code: 'image-vulnerable',
      what: expect.stringMatching(
        /^ECR image scan of api@sha256:[0-9a-f]{64}: 1 CRITICAL and 4 HIGH findings \(CVE-2026-1, CVE-2026-2, CVE-2026-3 and 2 more\), 4 of them fixable$/,
      ),
      why: 'high and above counts (scan-threshold)',
      fix: expect.stringContaining('No tag refers to the image.'),
    })
    expect(tagged()).toBeUndefined()
    expect(runner.outputs['scan-status']).toBe('failed')
    expect(JSON.parse(runner.outputs.findings ?? '')).toEqual({
      CRITICAL: 1,
      HIGH: 4,
      MEDIUM: 0,
      LOW: 1,
      INFORMATIONAL: 0,
      UNDEFINED: 0,
      counting: 5,
      fixable: 5,
      ignored: 0,
    })
    expect(runner.summary).toContain(
      '| CRITICAL | <a href="https://example.com/CVE-2026-1">CVE-2026-1</a> | openssl | 3.0.1 | 3.0.2 | counts |',
    )
    expect(runner.summary).toContain('| below the threshold |')
    expect(runner.summary).not.toContain('NotAvailable')
  })

  test('judges every platform of an index, never the index, and names a finding of several once', async () => {
    const { ecr, run, simulator, runner, digest } = await scene(twoPlatforms)
    const scanned = () =>
      new Set(simulator.recorder.calls('ecr', 'DescribeImageScanFindings').map(({ input }) => JSON.stringify(input)))
    const digests: string[] = []
    ecr.scanning.story(active({ id: 'CVE-2026-1' }), (one) => {
      if (!digests.includes(one)) digests.push(one)
      return true
    })
    ecr.scanning.story(active({ id: 'CVE-2026-1' }, { id: 'CVE-2026-2' }), (one) => one === digests[1])
    expect((await failure(run())).what).toContain('2 HIGH findings (CVE-2026-1, CVE-2026-2)')
    expect(scanned().size).toBe(2)
    expect([...scanned()].join()).not.toContain(digest)
    expect(runner.summary).toContain('| linux/amd64, linux/arm64 |')
    expect(runner.summary).toContain('| linux/arm64 |')
  })

  test('reads all pages', async () => {
    const { ecr, run, runner } = await scene()
    const low = Array.from({ length: 250 }, (_, index) => ({ id: `CVE-2025-${index}`, severity: 'LOW' }))
    ecr.scanning.story(active(...low, { id: 'CVE-2026-9', severity: 'CRITICAL' }))
    expect((await failure(run())).what).toContain('1 CRITICAL finding (CVE-2026-9)')
    expect(runner.summary).toContain('_151 more findings are not listed._')
  })

  test('escapes what others wrote in the table', async () => {
    const { ecr, run, runner } = await scene()
    const hostile = { name: '|<img src=x>`@octocat`', version: '[x](https://evil.example)' }
    ecr.scanning.story(active({ id: 'CVE-1\n## x', severity: '|**<b>', packages: [hostile] }))
    await failure(run())
    expect(runner.summary).not.toMatch(/<img|\[x\]\(|@octocat|^## x|<b>/m)
  })
})

describe('the result of a scan', () => {
  const late: readonly ScanStep[] = [
    { after: 0, status: 'COMPLETE', findings: [] },
    { after: 40, status: 'COMPLETE', enhancedFindings: [enhanced({ id: 'CVE-2026-1' })], completedAt: 40 },
  ]

  test('that is COMPLETE and empty before the findings are there is not taken for one (aws/aws-sdk#289)', async () => {
    const { ecr, run } = await scene()
    ecr.scanning.story(late)
    expect((await failure(run())).code).toBe('image-vulnerable')
  })

  test('that stays empty without a time counts after two minutes', async () => {
    const { ecr, run, tagged, seconds, digest } = await scene()
    ecr.scanning.story([{ after: 0, status: 'ACTIVE', findings: [] }])
    await run()
    expect(tagged()).toBe(digest)
    expect(seconds()).toBeGreaterThanOrEqual(120)
    expect(seconds()).toBeLessThan(140)
  })

  test('whose list lacks findings that are counted is none', async () => {
    const { ecr, run, tagged } = await scene()
    ecr.scanning.story([
      { after: 0, status: 'COMPLETE', enhancedFindings: [], completedAt: 0, counts: { CRITICAL: 2 } },
    ])
    expect(await failure(run({ 'scan-timeout-minutes': '2' }))).toMatchObject({
      code: 'image-scan-missing',
      why: expect.stringContaining('COMPLETE, but the list lacks 2 findings of findingSeverityCounts after 2 minutes'),
    })
    expect(tagged()).toBeUndefined()
  })

  test('that Inspector adds to is the one that stays', async () => {
    const { ecr, run } = await scene()
    const some = (count: number) => Array.from({ length: count }, (_, index) => enhanced({ id: `CVE-2026-${index}` }))
    ecr.scanning.story([
      { after: 0, status: 'ACTIVE', enhancedFindings: some(1), completedAt: 0 },
      { after: 5, status: 'ACTIVE', enhancedFindings: some(2), completedAt: 0 },
      { after: 10, status: 'ACTIVE', enhancedFindings: some(7), completedAt: 0 },
    ])
    expect((await failure(run())).what).toContain('7 HIGH findings')
  })

  test('of a basic scan counts also with scan-only-fixable, as no fixes are reported', async () => {
    const { ecr, run, runner } = await scene()
    ecr.scanning.type = 'BASIC'
    ecr.scanning.onPush = true
    ecr.scanning.story([
      { after: 0, status: 'IN_PROGRESS' },
      { after: 8, status: 'COMPLETE', findings: [basic('CVE-2026-7', 'HIGH')], completedAt: 8 },
    ])
    expect((await failure(run({ 'scan-only-fixable': 'true' }))).what).toMatch(/1 HIGH finding \(CVE-2026-7\)$/)
    expect(runner.lines.join('\n')).toContain('Basic scanning reports no fixes')
    expect(runner.summary).toContain('| zlib | 1.2 |')
  })

  test.each([
    ['FAILED', /the scan failed/],
    ['UNSUPPORTED_IMAGE', /does not scan images with this operating system/],
    ['SCAN_ELIGIBILITY_EXPIRED', /only for a time after their push/],
    ['LIMIT_EXCEEDED', /quota/],
    ['IMAGE_ARCHIVED', /archived/],
    ['IMAGE_SIZE_EXCEEDED', /larger/],
  ])('%s is never one: red at once, with its meaning and its description', async (status, meaning) => {
    const { ecr, run, tagged, seconds, runner } = await scene()
    ecr.scanning.story([{ after: 0, status, description: 'Their words' }])
    const failed = await failure(run())
    expect(failed).toMatchObject({ code: 'image-scan-missing', why: expect.stringMatching(meaning) })
    expect(failed.why).toContain(`${status} (Their words)`)
    expect(failed.fix).toContain('aws ecr describe-image-scan-findings --region eu-west-1 --repository-name api')
    expect(seconds()).toBeLessThan(30)
    expect(tagged()).toBeUndefined()
    expect(runner.outputs['scan-status']).toBe('unknown')
  })

  test.each(['IN_PROGRESS', 'PENDING', 'FINDINGS_UNAVAILABLE'])('%s is waited for up to the limit', async (status) => {
    const { ecr, run, tagged, seconds } = await scene()
    ecr.scanning.story([{ after: 0, status }])
    expect(await failure(run())).toMatchObject({
      code: 'image-scan-missing',
      why: expect.stringContaining(`still ${status} after 10 minutes`),
      fix: expect.stringContaining('raise scan-timeout-minutes'),
    })
    expect(seconds()).toBeGreaterThanOrEqual(600)
    expect(seconds()).toBeLessThan(620)
    expect(tagged()).toBeUndefined()
  })
})

describe('an image with an old scan', () => {
  const done = (...names: readonly string[]): readonly ScanStep[] => [
    { after: 0, status: 'IN_PROGRESS' },
    { after: 8, status: 'COMPLETE', findings: names.map((name) => basic(name, 'HIGH')), completedAt: 8 },
  ]

  async function scanned() {
    const found = await scene()
    found.ecr.scanning.type = 'BASIC'
    found.ecr.scanning.onPush = true
    found.ecr.scanning.story(done())
    await found.run()
    await found.simulator.clock.forProgram.sleep(25 * 3_600_000)
    return found
  }

  test('of basic scanning is scanned again', async () => {
    const { run, simulator, ecr } = await scanned()
    const found = { kind: 'callback', run: () => ecr.scanning.story(done('CVE-2026-1')) } as const
    simulator.faults.add({ operation: 'StartImageScan', effect: found })
    expect((await failure(run())).what).toContain('1 HIGH finding (CVE-2026-1)')
    expect(simulator.recorder.count('ecr', 'StartImageScan')).toBe(1)
  })

  test('that ECR does not scan again is judged by it, with its time', async () => {
    const { run, simulator, runner, seconds, ecr } = await scanned()
    ecr.scanning.story(done('CVE-2026-1'))
    const before = seconds()
    const message = 'The scan quota per image has been exceeded. Wait and try again.'
    const effect = { kind: 'error', code: 'LimitExceededException', message } as const
    simulator.faults.add({ operation: 'StartImageScan', effect })
    expect((await failure(run())).code).toBe('image-vulnerable')
    expect(seconds() - before).toBeLessThan(3)
    expect(runner.summary).toMatch(
      /The image is judged by its scan of \d{4}-\d\d-\d\d \d\d:\d\d UTC: ecr:StartImageScan: LimitExceededException\./,
    )
  })
})

test('an enhanced scan, however old, is the one that Inspector keeps up to date', async () => {
  const { run, simulator, ecr } = await scene()
  ecr.scanning.story(active())
  await run()
  await simulator.clock.forProgram.sleep(25 * 3_600_000)
  await run()
  expect(simulator.recorder.count('ecr', 'StartImageScan')).toBe(0)
})

describe('an image without a scan', () => {
  test('is scanned on request where the registry has basic scanning without scan on push', async () => {
    const { ecr, run, tagged, digest, simulator } = await scene()
    ecr.scanning.type = 'BASIC'
    await run()
    expect(tagged()).toBe(digest)
    expect(simulator.recorder.count('ecr', 'StartImageScan')).toBe(1)
  })

  test('of enhanced scanning is red in time, with the refusal and how to find out', async () => {
    const { ecr, run, simulator } = await scene()
    ecr.scanning.story([{ after: 9999, status: 'ACTIVE' }])
    expect(await failure(run({ 'scan-timeout-minutes': '3' }))).toMatchObject({
      code: 'image-scan-missing',
      why: expect.stringMatching(
        /ScanNotFoundException after 3 minutes; ecr:StartImageScan: ValidationException: This feature is disabled/,
      ),
      fix: expect.stringContaining('batch-get-repository-scanning-configuration'),
    })
    expect(simulator.recorder.count('ecr', 'StartImageScan')).toBe(1)
  })

  test('whose scan on push begins late is waited for, although a request is refused', async () => {
    const { ecr, run, tagged, digest } = await scene()
    ecr.scanning.story([{ after: 240, status: 'ACTIVE', enhancedFindings: [], completedAt: 240 }])
    await run()
    expect(tagged()).toBe(digest)
  })

  const denial = (action: string) =>
    ({
      kind: 'error',
      code: 'AccessDeniedException',
      message: `User: ann is not authorized to perform: ${action}`,
    }) as const

  test('that is not authorized to be started is red after three minutes, with the permission', async () => {
    const { run, simulator, ecr, seconds } = await scene()
    ecr.scanning.type = 'BASIC'
    simulator.faults.add({ operation: 'StartImageScan', effect: denial('ecr:StartImageScan') })
    expect(await failure(run())).toMatchObject({
      code: 'image-scan-missing',
      why: expect.stringMatching(
        /: ScanNotFoundException; ecr:StartImageScan: AccessDeniedException: User: ann is not authorized/,
      ),
      fix: expect.stringContaining('add ecr:StartImageScan'),
    })
    expect(seconds()).toBeGreaterThanOrEqual(180)
    expect(seconds()).toBeLessThan(200)
  })

  test('of enhanced scanning needs no permission to start one', async () => {
    const { run, simulator, ecr, tagged, digest } = await scene()
    ecr.scanning.story([{ after: 90, status: 'ACTIVE', enhancedFindings: [], completedAt: 90 }])
    simulator.faults.add({ operation: 'StartImageScan', effect: denial('ecr:StartImageScan') })
    await run()
    expect(tagged()).toBe(digest)
  })

  test('names the permission of Amazon Inspector that is missing', async () => {
    const { run, simulator } = await scene()
    simulator.faults.add({ operation: 'DescribeImageScanFindings', effect: denial('inspector2:ListFindings') })
    expect((await failure(run())).what).toContain(
      'not authorized to perform inspector2:ListFindings, which ecr:DescribeImageScanFindings requires',
    )
  })

  test('names the permission that is missing', async () => {
    const { run, simulator, tagged } = await scene()
    simulator.faults.add({ operation: 'DescribeImageScanFindings', effect: { kind: 'access-denied' } })
    expect(await failure(run())).toMatchObject({
      code: 'permission-missing',
      what: expect.stringContaining('ecr:DescribeImageScanFindings'),
    })
    expect(tagged()).toBeUndefined()
  })

  test('is read again when AWS throttles, and red when it only throttles', async () => {
    const { run, simulator, ecr } = await scene()
    ecr.scanning.story(active())
    const throttle = { operation: 'DescribeImageScanFindings', effect: { kind: 'throttle' } } as const
    simulator.faults.add({ ...throttle, times: 3 })
    await run()
    simulator.faults.add({ ...throttle, times: 9999 })
    expect((await failure(run({ tag: 'v2', 'scan-timeout-minutes': '1' }))).code).toBe('aws-unreachable')
  })

  test.each(['require', 'report'])('ends the wait when the job is cancelled: %s', async (scan) => {
    const { run, simulator, runner, ecr, tagged } = await scene()
    ecr.scanning.story([{ after: 0, status: 'PENDING' }])
    simulator.faults.add({
      operation: 'DescribeImageScanFindings',
      effect: { kind: 'callback', run: () => runner.cancel() },
      skip: 2,
      times: 1,
    })
    await expect(run({ scan })).rejects.toThrow()
    expect(simulator.recorder.count('ecr', 'DescribeImageScanFindings')).toBeLessThan(5)
    expect(tagged() === undefined).toBe(scan === 'require')
  })
})

describe('what is accepted', () => {
  /** The simulator's clock begins in November 2025 or later; these dates are around any of its days. */
  const valid = 'until 2199-12-31 no exploit'
  const found = { id: 'CVE-2026-1' }

  test.each<readonly [string, Record<string, string>, Enhanced]>([
    ['below the threshold', { 'scan-threshold': 'CRITICAL' }, found],
    ['without a fix', { 'scan-only-fixable': 'true' }, { ...found, fixAvailable: 'NO' }],
    ['ignored', { 'scan-ignore': `CVE-2026-1 ${valid}` }, found],
    ['ignored in its package', { 'scan-ignore': `cve-2026-1 package=openssl ${valid}` }, found],
    ['suppressed in Inspector', {}, { ...found, status: 'SUPPRESSED' }],
    ['closed', {}, { ...found, status: 'CLOSED' }],
    ['UNTRIAGED', { 'scan-threshold': 'informational' }, { ...found, severity: 'UNTRIAGED' }],
  ])('a finding that is %s', async (_, inputs, finding) => {
    const { ecr, run, tagged, digest } = await scene()
    ecr.scanning.story(active(finding))
    await run(inputs)
    expect(tagged()).toBe(digest)
  })

  test.each<readonly [string, Record<string, string>, Enhanced]>([
    ['a fix for some packages', { 'scan-only-fixable': 'true' }, { ...found, fixAvailable: 'PARTIAL' }],
    ['an entry for another package', { 'scan-ignore': `CVE-2026-1 package=zlib ${valid}` }, found],
    [
      'an entry for one of two packages',
      { 'scan-ignore': `CVE-2026-1 package=openssl ${valid}` },
      { ...found, packages: [openssl, { name: 'libssl3' }] },
    ],
    [
      'the lowest severity where that is the threshold',
      { 'scan-threshold': 'undefined' },
      { ...found, severity: 'UNTRIAGED' },
    ],
    ['a severity that is unknown', { 'scan-threshold': 'critical' }, { ...found, severity: 'CATASTROPHIC' }],
  ])('not with %s', async (_, inputs, finding) => {
    const { ecr, run, tagged } = await scene()
    ecr.scanning.story(active(finding))
    expect((await failure(run(inputs))).code).toBe('image-vulnerable')
    expect(tagged()).toBeUndefined()
  })

  test('an entry that is expired has no effect, and the failure names it; one that fits nothing is told', async () => {
    const { ecr, run, runner } = await scene()
    ecr.scanning.story(active(found))
    const list = 'CVE-2026-1 until 2020-01-31 later\nCVE-2026-8 until 2199-01-01 other'
    expect((await failure(run({ 'scan-ignore': list }))).why).toContain(
      'the entry CVE-2026-1 of scan-ignore expired on 2020-01-31',
    )
    expect(runner.lines.join('\n')).toContain('The entry CVE-2026-8 of scan-ignore matches no finding.')
  })

  test('an entry is valid on its last day', async () => {
    const { ecr, run, simulator, tagged, digest, runner } = await scene()
    ecr.scanning.story(active(found))
    const today = new Date(simulator.clock.now()).toISOString().slice(0, 10)
    await run({ 'scan-ignore': `CVE-2026-1 until ${today} the release of today` })
    expect(runner.summary).toContain(`| ignored until ${today}: the release of today |`)
    expect(tagged()).toBe(digest)
  })

  test('an image that ECR cannot scan, where the list has UNSUPPORTED_IMAGE, with a line about it', async () => {
    const { ecr, run, runner, tagged, digest } = await scene()
    ecr.scanning.story([{ after: 0, status: 'UNSUPPORTED_IMAGE' }])
    await run({ 'scan-ignore': 'UNSUPPORTED_IMAGE until 2199-12-31 built from scratch' })
    expect(tagged()).toBe(digest)
    expect(runner.summary).toContain('accepted by scan-ignore')
  })

  test('an image whose scan is refused as unsupported, up to the date of the list', async () => {
    const { ecr, run, simulator, tagged, digest, seconds } = await scene()
    ecr.scanning.type = 'BASIC'
    const effect = { kind: 'error', code: 'UnsupportedImageTypeException', message: 'Their words' } as const
    simulator.faults.add({ operation: 'StartImageScan', effect, times: 2 })
    const list = 'UNSUPPORTED_IMAGE until 2020-01-31 built from scratch'
    expect(await failure(run({ 'scan-ignore': list }))).toMatchObject({
      code: 'image-scan-missing',
      why: expect.stringMatching(
        /entry UNSUPPORTED_IMAGE of scan-ignore expired.*UnsupportedImageTypeException: Their words/,
      ),
      fix: expect.stringContaining('UNSUPPORTED_IMAGE until <date> <reason>'),
    })
    expect(seconds()).toBeLessThan(30)
    await run({ 'scan-ignore': list.replace('2020', '2199') })
    expect(tagged()).toBe(digest)
  })
})

describe('without require', () => {
  test('a reported scan puts the tags first, and its findings are a warning', async () => {
    const { ecr, run, runner, tagged, digest } = await scene()
    ecr.scanning.story(active({ id: 'CVE-2026-1' }))
    await run({ scan: 'report' })
    expect(tagged()).toBe(digest)
    expect(runner.lines.join('\n')).toMatch(/warning Image scan: ECR image scan of api@.*1 HIGH finding/)
    expect(runner.outputs).toMatchObject({ 'scan-status': 'failed', digest })
    expect(runner.summary).toContain('### ⚠️ ')
  })

  test('a reported scan that cannot be read is a warning, too', async () => {
    const { run, runner, simulator } = await scene()
    simulator.faults.add({ operation: 'DescribeImageScanFindings', effect: { kind: 'access-denied' } })
    await run({ scan: 'report' })
    expect(runner.lines.join('\n')).toMatch(/warning Image scan: AccessDeniedException: not authorized/)
    expect(runner.outputs['scan-status']).toBe('unknown')
  })

  test.each(['', 'off'])('nothing is read: scan "%s"', async (scan) => {
    const { run, runner, simulator } = await scene()
    await run({ scan })
    expect(simulator.recorder.count('ecr', 'DescribeImageScanFindings')).toBe(0)
    expect(runner.outputs).toMatchObject({ 'scan-status': 'off', findings: '' })
  })
})

test('a builder that puts the tag itself is named in the failure, and a reused image is judged again', async () => {
  const at = buildScene({ pushing: 'tag' })
  const { ecr } = at.simulator.world.region('eu-west-1')
  ecr.scanning.type = 'ENHANCED'
  ecr.scanning.story(active({ id: 'CVE-2026-1' }))
  const inputs = { scan: 'require', tag: 'v1' }
  expect((await at.run(inputs)).failure).toContain('The image already has the tag v1')
  const again = await at.run(inputs)
  expect(again.failure).toContain('1 HIGH finding (CVE-2026-1)')
  expect(at.builder.builds).toHaveLength(1)
  const accepted = await at.run({ ...inputs, 'scan-ignore': 'CVE-2026-1 until 2199-12-31 accepted' })
  expect(accepted.outputs).toMatchObject({ reused: 'true', 'scan-status': 'passed' })
})

test('all mistakes in the inputs are reported at once, with line and column', async () => {
  const { run, simulator } = await scene()
  const list = [
    '# accepted',
    'CVE-2026-1',
    'CVE-2026-1 until 2026-02-30 later',
    'CVE-2026-2 pkg=zlib until 2026-12-31 x',
    'CVE-2026-3 package= until 2026-12-31 x',
    'CVE-2026-4 until 2026-12-31',
    'until 2026-12-31 x',
    'CVE-2026-5 until 2026-12-31 x',
    'CVE-2026-5 until 2027-12-31 y',
  ].join('\n')
  const failed = await failure(
    run({ scan: 'always', 'scan-threshold': 'severe', 'scan-timeout-minutes': '0', 'scan-ignore': list }),
  )
  expect(failed.code).toBe('inputs-invalid')
  for (const expected of [
    'scan must be one of off, report, require, not "always"',
    'scan-threshold must be one of critical, high, medium, low, informational, undefined, not "severe"',
    'scan-timeout-minutes must be a whole number from 1 to 360',
    'scan-ignore:2:11: must have "until" and a date after the ID',
    'scan-ignore:3:18: must have a date such as 2026-12-31 after until, not "2026-02-30"',
    'scan-ignore:4:12: must have "until" and a date after the ID',
    'scan-ignore:5:12: has no name after package=',
    'scan-ignore:6:28: must have a reason after the date',
    'scan-ignore:7:1: has "until" where the ID of a vulnerability must be',
    'scan-ignore:9:1: has CVE-2026-5 again, which line 8 has',
  ])
    expect(failed.why).toContain(expected)
  expect(simulator.recorder.all).toEqual([])
})

test('docs/image-scan.md displays what is printed', async () => {
  const { ecr, run } = await scene()
  ecr.scanning.story(
    active(
      { id: 'CVE-2026-1', severity: 'CRITICAL' },
      { id: 'CVE-2026-2', severity: 'CRITICAL', fixAvailable: 'NO' },
      { id: 'CVE-2026-3' },
    ),
  )
  const thrown = await run().catch((error: unknown) => error)
  if (!(thrown instanceof Failure)) throw thrown
  const printed = oneLine(plain(failureText(thrown))).replace(/sha256:[0-9a-f]{64}/, 'sha256:9f2c…')
  expect(printedOn('docs/image-scan.md')).toEqual([printed])
})
