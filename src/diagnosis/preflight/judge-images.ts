import { objectIn, textIn } from '../../task-definition/members.ts'
import { text, untrusted } from '../../text.ts'
import type { ImageFact, PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** The images: there, and fit for the machine that the task asks for. */
export function judgeImages(facts: PreflightFacts): readonly Finding[] {
  const platform = platformOf(facts)
  return facts.images.flatMap((image) => judge(image, platform))
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

function judge({ reference, containers, standing }: ImageFact, wanted: string | undefined): readonly Finding[] {
  const users = text`container ${untrusted(containers.join(', '))}`
  switch (standing.kind) {
    case 'missing':
      return [
        {
          code: 'image-missing',
          severity: 'blocks',
          what: text`The image of ${users} does not exist`,
          why: text`the repository ${untrusted(standing.repository)} has no ${untrusted(reference)}`,
          fix: text`Check that the push succeeded, the repository, the region and the account; a lifecycle policy may have deleted it.`,
        },
      ]
    case 'invalid':
      return [
        {
          code: 'image-invalid',
          severity: 'blocks',
          what: text`The image of ${users} is not the name of an image`,
          why: text`it is ${untrusted(reference === '' ? 'empty' : reference)}`,
          fix: text`Write it as registry/repository@sha256:… or registry/repository:tag, in lower case.`,
        },
      ]
    case 'there':
      return misfit(standing.platforms, wanted, reference, users)
    case 'elsewhere':
      return [
        {
          code: 'image-unchecked',
          severity: 'notes',
          what: text`The image of ${users} was not looked for`,
          why: text`${untrusted(reference)} is not in the Amazon ECR of this account and region`,
          fix: text`Copy images that production needs into your own ECR, where they stay and can be looked at.`,
        },
      ]
    case 'unread':
      return []
  }
}

function misfit(
  platforms: readonly string[] | undefined,
  wanted: string | undefined,
  reference: string,
  users: Finding['what'],
): readonly Finding[] {
  const fits = platforms?.some((platform) => platform === wanted || platform.startsWith(`${wanted}/`)) ?? true
  if (wanted === undefined || fits || platforms?.length === 0) return []
  const architecture = platforms?.some((platform) => platform.startsWith('linux/arm64')) ? 'ARM64' : 'X86_64'
  return [
    {
      code: 'image-platform',
      severity: 'blocks',
      what: text`The image of ${users} does not run on ${wanted}`,
      why: text`${untrusted(reference)} is made for ${untrusted(platforms?.join(', ') ?? '')}, and the task runs on ${wanted}`,
      fix: text`Build it with platforms: ${wanted}, or set runtimePlatform.cpuArchitecture of the task definition to ${architecture}.`,
    },
  ]
}
