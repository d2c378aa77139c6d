/** Image scans of Amazon ECR: basic ones and those of Amazon Inspector, as stories that tests write. */
import { AwsError, type Handlers, type World } from './contract.ts'
import { type ImageStore, manifestTypes, repositoryOf, type StoredManifest } from './image-store.ts'

/** What DescribeImageScanFindings returns from so many seconds after the scan has begun. */
export interface ScanStep {
  readonly after: number
  readonly status: string
  readonly description?: string
  readonly findings?: readonly object[]
  readonly enhancedFindings?: readonly object[]
  /** Seconds after the beginning at which the scan was complete; absent: the answer has no time (aws/aws-sdk#289). */
  readonly completedAt?: number
  /** In the place of those of the findings. */
  readonly counts?: Readonly<Record<string, number>>
}

export interface ScanScenes {
  /** BASIC unless set (PutRegistryScanningConfiguration). Inspector scans every image; a basic scan is of scan on push, or requested. */
  type: 'BASIC' | 'ENHANCED'
  /** Whether the images of all repositories are scanned at their push. */
  onPush: boolean
  /** Newest first. `image`: a digest, or a test of it; all images when absent. */
  story(steps: readonly ScanStep[], image?: string | ((digest: string) => boolean)): void
}

/** Without `maxResults` a page has so many findings; enhanced findings ignore it (boto/boto3#3449). */
const pageSize = 100
/** From the push to the first answer with a status. */
const delay = 3_000
/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html */
const betweenScans = 24 * 60 * 60 * 1000

const withoutFindings: readonly ScanStep[] = [
  { after: 0, status: 'IN_PROGRESS' },
  { after: 20, status: 'COMPLETE', description: 'The scan was completed successfully.', findings: [], completedAt: 20 },
]

const withoutEnhancedFindings: readonly ScanStep[] = [
  { after: 0, status: 'PENDING' },
  {
    after: 60,
    status: 'ACTIVE',
    description: 'Continuous scan is selected for image.',
    enhancedFindings: [],
    completedAt: 60,
  },
]

interface ImageId {
  readonly imageDigest?: string
  readonly imageTag?: string
}

interface Input {
  readonly repositoryName: string
  readonly imageId: ImageId
  readonly nextToken?: string
  readonly maxResults?: number
}

export function createScans(
  world: World,
  store: ImageStore,
  imageOf: (repositoryName: string, id: ImageId) => StoredManifest,
): { readonly handlers: Handlers; readonly scenes: ScanScenes } {
  const stories: { steps: readonly ScanStep[]; fits: (digest: string) => boolean }[] = []
  const started = new Map<string, number>()
  const scenes: ScanScenes = {
    type: 'BASIC',
    onPush: false,
    story(steps, image = () => true) {
      stories.unshift({ steps, fits: typeof image === 'string' ? (digest) => digest === image : image })
    },
  }
  const key = ({ repositoryName }: Input, { digest }: StoredManifest) => `${repositoryName}@${digest}`
  const isIndex = ({ mediaType }: StoredManifest) =>
    mediaType === manifestTypes.index || mediaType === manifestTypes.dockerList
  /** When the scan began; undefined: none did. */
  const begun = (input: Input, image: StoredManifest) => {
    if (isIndex(image)) return undefined
    const isOnPush = scenes.onPush || repositoryOf(world, store, input.repositoryName).scanOnPush
    const manual = started.get(key(input, image))
    return manual ?? (scenes.type === 'ENHANCED' || isOnPush ? image.pushedAt + delay : undefined)
  }
  const about = (input: Input, image: StoredManifest) => ({
    registryId: world.accountId,
    repositoryName: input.repositoryName,
    imageId: { ...input.imageId, imageDigest: image.digest },
  })
  return {
    scenes,
    handlers: {
      DescribeImageScanFindings(input: Input) {
        const image = imageOf(input.repositoryName, input.imageId)
        const since = begun(input, image)
        const steps =
          stories.find(({ fits }) => fits(image.digest))?.steps ??
          (scenes.type === 'ENHANCED' ? withoutEnhancedFindings : withoutFindings)
        const step = steps.findLast(({ after }) => since !== undefined && since + after * 1000 <= world.clock.now())
        if (since === undefined || step === undefined)
          throw new AwsError(
            'ScanNotFoundException',
            `Image scan does not exist for the image with '{imageDigest:'${image.digest}', imageTag:'${input.imageId.imageTag ?? 'null'}'}' in the repository with name '${input.repositoryName}' in the registry with id '${world.accountId}'`,
          )
        return { ...about(input, image), ...answer(step, since, input) }
      },
      StartImageScan(input: Input) {
        const image = imageOf(input.repositoryName, input.imageId)
        // alexjurkiewicz/ecr-scan-image#44.
        if (scenes.type === 'ENHANCED') throw new AwsError('ValidationException', 'This feature is disabled')
        if (image.isArchived)
          throw new AwsError('ImageArchivedException', `The image with digest '${image.digest}' is archived`)
        // alexjurkiewicz/ecr-scan-image#43.
        if (isIndex(image))
          throw new AwsError(
            'UnsupportedImageTypeException',
            `An artifact with media type '${image.mediaType}' cannot be scanned. For more information, see the Amazon ECR documentation.`,
          )
        const before = begun(input, image)
        if (before !== undefined && world.clock.now() - before < betweenScans)
          throw new AwsError(
            'LimitExceededException',
            'The scan quota per image has been exceeded. Wait and try again.',
          )
        started.set(key(input, image), world.clock.now())
        return { ...about(input, image), imageScanStatus: { status: 'IN_PROGRESS' } }
      },
    },
  }
}

function answer(step: ScanStep, since: number, { nextToken, maxResults = pageSize }: Input) {
  const { status, description, findings, enhancedFindings, completedAt } = step
  const start = Number(nextToken ?? 0)
  const size = enhancedFindings === undefined ? maxResults : pageSize
  const end = start + size
  const all = enhancedFindings ?? findings ?? []
  const part = all.slice(start, end)
  const time = completedAt === undefined ? undefined : new Date(since + completedAt * 1000)
  return {
    imageScanStatus: { status, description },
    imageScanFindings: {
      ...(findings && { findings: part }),
      ...(enhancedFindings && { enhancedFindings: part }),
      ...(time && { imageScanCompletedAt: time, vulnerabilitySourceUpdatedAt: time }),
      ...((time || all.length > 0) && { findingSeverityCounts: step.counts ?? countsOf(all) }),
    },
    ...(end < all.length && { nextToken: String(end) }),
  }
}

function countsOf(findings: readonly object[]): Readonly<Record<string, number>> {
  const known = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']
  const counts: Record<string, number> = {}
  for (const finding of findings) {
    const given = 'severity' in finding ? String(finding.severity) : ''
    const severity = known.includes(given) ? given : 'UNDEFINED'
    counts[severity] = (counts[severity] ?? 0) + 1
  }
  return counts
}
