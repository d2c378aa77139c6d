import type { Finding } from '../../../diagnosis/finding.ts'
import { objectIn, textIn } from '../../../task-definition/members.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { ImageFact, PreflightFacts } from '../facts/preflight-facts.ts'

/** Findings about images: whether they exist and run on the task's platform. */
export function judgeImages(facts: PreflightFacts): readonly Finding[] {
  return facts.images.flatMap((image) => judge(image, facts))
}

/**
 * What a task runs on: `linux/amd64` unless `runtimePlatform` says otherwise. Undefined on EC2 without `runtimePlatform`, where the instance
 * decides (ECS developer guide, "Task definition parameters", runtimePlatform).
 */
export function platformOf({
  definition,
  isFargate,
}: Pick<PreflightFacts, 'definition' | 'isFargate'>): string | undefined {
  const runtime = objectIn(definition, 'runtimePlatform')
  const [family, architecture] = [textIn(runtime, 'operatingSystemFamily'), textIn(runtime, 'cpuArchitecture')]
  if (!isFargate && architecture === undefined) return undefined
  const os = family?.startsWith('WINDOWS') ? 'windows' : 'linux'
  return `${os}/${architecture === 'ARM64' ? 'arm64' : 'amd64'}`
}

/** `linux/arm64/v8` fits `linux/arm64`. */
export function fits(platform: string, wanted: string | undefined): boolean {
  return platform === wanted || platform.startsWith(`${wanted}/`)
}

function judge(image: ImageFact, facts: PreflightFacts): readonly Finding[] {
  const { reference, standing, isEssential } = image
  switch (standing.kind) {
    case 'missing':
      return [
        finding(
          'image-missing',
          {
            what: text`Image not found for ${usersOf(image)}`,
            why: text`${asName(reference)} is not in Amazon ECR (repository ${asName(standing.repository)}, ${facts.region}, account ${untrusted(facts.accountId ?? 'unknown')}), so tasks would stop with CannotPullContainerError`,
            fix: text`Check that the push succeeded, and the repository, the tag or digest, the region and the account. A lifecycle policy may have deleted the image.`,
          },
          standing.mayBeCached || !isEssential,
        ),
      ]
    case 'invalid':
      return [
        finding(
          'image-invalid',
          {
            what: text`Invalid image reference in ${usersOf(image)}`,
            why: text`${reference === '' ? 'it is empty' : text`${asName(reference)} is not`} of the form registry/repository:tag or registry/repository@sha256:…, with the repository in lower case`,
            fix: text`Correct the image of the container.`,
          },
          !isEssential,
        ),
      ]
    case 'there':
      return misfit(image, standing, facts)
    case 'elsewhere':
    case 'unread':
      return []
  }
}

function misfit(
  image: ImageFact,
  { platforms, isDisproved = false }: Extract<ImageFact['standing'], { kind: 'there' }>,
  facts: PreflightFacts,
): readonly Finding[] {
  const wanted = platformOf(facts)
  const isFit = platforms?.some((platform) => fits(platform, wanted)) ?? true
  if (wanted === undefined || isFit || platforms?.length === 0) return []
  const architecture = platforms?.some((platform) => platform.startsWith('linux/arm64')) ? 'ARM64' : 'X86_64'
  return [
    finding(
      'image-platform',
      {
        what: text`Wrong CPU architecture in the image of ${usersOf(image)}`,
        why: text`${asName(image.reference)} is built for ${untrusted(platforms?.join(', ') ?? '')}, and the task runs on ${wanted}, so containers would fail with exec format error or CannotPullContainerError`,
        fix: text`Build it with platforms: ${wanted}, or set runtimePlatform.cpuArchitecture of the task definition to ${architecture}.`,
      },
      !facts.isFargate || !image.isEssential || isDisproved,
    ),
  ]
}

function usersOf({ containers }: ImageFact) {
  return text`container ${untrusted(containers.join(', '))}`
}
