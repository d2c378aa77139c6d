import { describe, expect, test } from '@jest/globals'
import { openInProcessRegistry, region } from '../registry/in-process.ts'
import { seedImage } from './ecr.ts'
import { imageStore, manifestTypes, pushManifest, repositoryOf } from './image-store.ts'

interface Scan {
  readonly imageScanStatus: { readonly status: string }
  readonly imageScanFindings: { readonly findings?: readonly object[]; readonly enhancedFindings?: readonly object[] }
  readonly nextToken?: string
}

function given() {
  const { world, call, ecr } = openInProcessRegistry()
  ecr.createRepository('api')
  const imageDigest = seedImage(world, region, 'api', 'v1')
  const image = { repositoryName: 'api', imageId: { imageDigest } }
  const refusal = (operation: string, input: object) => {
    try {
      call(operation, input)
    } catch (error) {
      return { code: (error as { code?: string }).code, message: (error as Error).message }
    }
    return undefined
  }
  return {
    world,
    ecr,
    image,
    call,
    refusal,
    read: (input = {}) => call<Scan>('DescribeImageScanFindings', { ...image, ...input }),
  }
}

describe('a basic scan', () => {
  test('is of scan on push, or requested, once in 24 hours', () => {
    const { world, image, call, refusal, read } = given()
    expect(refusal('DescribeImageScanFindings', image)?.code).toBe('ScanNotFoundException')
    call('StartImageScan', image)
    expect(read().imageScanStatus.status).toBe('IN_PROGRESS')
    world.clock.advance(30_000)
    expect(read()).toMatchObject({ imageScanStatus: { status: 'COMPLETE' }, imageScanFindings: { findings: [] } })
    expect(refusal('StartImageScan', image)?.code).toBe('LimitExceededException')
    world.clock.advance(24 * 3_600_000)
    call('StartImageScan', image)
    expect(read().imageScanStatus.status).toBe('IN_PROGRESS')
  })

  test('is refused for an index and for an archived image', () => {
    const { world, image, call, refusal } = given()
    const store = repositoryOf(world, imageStore(world, region), 'api')
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestTypes.index, manifests: [] }))
    const { digest } = pushManifest(world, store, { content })
    const index = { repositoryName: 'api', imageId: { imageDigest: digest } }
    expect(refusal('StartImageScan', index)).toMatchObject({
      code: 'UnsupportedImageTypeException',
      message: expect.stringContaining("'application/vnd.oci.image.index.v1+json' cannot be scanned"),
    })
    call('UpdateImageStorageClass', { ...image, targetStorageClass: 'ARCHIVE' })
    expect(refusal('StartImageScan', image)?.code).toBe('ImageArchivedException')
  })

  test('has pages as they are requested, and enhanced ones of a hundred findings', () => {
    const { world, ecr, image, call, read } = given()
    const findings = Array.from({ length: 150 }, (_, index) => ({ name: `CVE-${index}`, severity: 'LOW' }))
    ecr.scanning.story([{ after: 0, status: 'COMPLETE', findings }])
    call('StartImageScan', image)
    expect(read({ maxResults: 40 }).imageScanFindings.findings).toHaveLength(40)
    expect(read({ nextToken: read().nextToken }).imageScanFindings.findings).toHaveLength(50)
    ecr.scanning.type = 'ENHANCED'
    ecr.scanning.story([
      { after: 0, status: 'ACTIVE', enhancedFindings: findings.map(({ severity }) => ({ severity })) },
    ])
    world.clock.advance(10_000)
    expect(read({ maxResults: 1000 }).imageScanFindings.enhancedFindings).toHaveLength(100)
  })
})

test('a registry with enhanced scanning scans by itself and refuses a request', () => {
  const { world, ecr, image, refusal, read } = given()
  ecr.scanning.type = 'ENHANCED'
  expect(refusal('StartImageScan', image)).toEqual({ code: 'ValidationException', message: 'This feature is disabled' })
  expect(refusal('DescribeImageScanFindings', image)?.code).toBe('ScanNotFoundException')
  world.clock.advance(4_000)
  expect(read().imageScanStatus.status).toBe('PENDING')
})

test('an image that was pushed before a rule for signing or replication has no status', () => {
  const { world, image, call, refusal } = given()
  expect(refusal('GetSigningConfiguration', {})?.code).toBe('SigningConfigurationNotFoundException')
  world.clock.advance(1000)
  const signingProfileArn = 'arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release'
  call('PutSigningConfiguration', { signingConfiguration: { rules: [{ signingProfileArn }] } })
  const destination = { region: 'eu-central-1', registryId: world.accountId }
  const rules = [{ destinations: [destination] }]
  call('PutReplicationConfiguration', { replicationConfiguration: { rules } })
  world.clock.advance(60_000)
  expect(call('DescribeImageSigningStatus', image)).toMatchObject({ signingStatuses: [] })
  expect(call('DescribeImageReplicationStatus', image)).toMatchObject({ replicationStatuses: [] })
  const own = [{ destinations: [{ ...destination, region }] }]
  expect(refusal('PutReplicationConfiguration', { replicationConfiguration: { rules: own } })?.code).toBe(
    'ValidationException',
  )
})
