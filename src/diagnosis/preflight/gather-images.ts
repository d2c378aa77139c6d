import { ecrPlaceOf } from '../../image/ecr.ts'
import { isAttestation, parseConfig, parseManifest } from '../../image/manifest.ts'
import { parseReference } from '../../image/reference.ts'
import type { JsonObject } from '../../ports.ts'
import { containersOf, textIn } from '../../task-definition/members.ts'
import type { ImageFact } from './facts.ts'
import type { PreflightPorts } from './gather-facts.ts'
import type { Look } from './look.ts'

interface Here {
  readonly accountId: string | undefined
  readonly region: string
}

type ImagePorts = Pick<PreflightPorts, 'ecr' | 'registry'>

const pulling = 'ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer'

/** The images of a definition, each once. Only the ECR of this account and region is looked into. */
export async function gatherImages(
  definition: JsonObject,
  here: Here,
  ports: ImagePorts,
  look: Look,
): Promise<readonly ImageFact[]> {
  const users = new Map<string, string[]>()
  for (const container of containersOf(definition)) {
    const image = textIn(container, 'image') ?? ''
    users.set(image, [...(users.get(image) ?? []), textIn(container, 'name') ?? 'without a name'])
  }
  return await Promise.all(
    [...users].map(async ([reference, containers]) => ({
      reference,
      containers,
      standing: await standingOf(reference, here, ports, look),
    })),
  )
}

async function standingOf(image: string, here: Here, ports: ImagePorts, look: Look): Promise<ImageFact['standing']> {
  const reference = parseReference(image)
  if (reference === undefined) return { kind: 'invalid' }
  const place = ecrPlaceOf(reference.registry)
  if (place === undefined || place.region !== here.region || place.accountId !== here.accountId)
    return { kind: 'elsewhere' }
  const { repository, digest, tag = 'latest' } = reference
  const found = await look('ecr:DescribeImages', 'whether the images exist', () =>
    ports.ecr.imageDigest(repository, digest ? { digest } : { tag }),
  )
  if (found === undefined) return { kind: 'unread' }
  const { value } = found
  if (value === undefined) return { kind: 'missing', repository }
  const platforms = await look(pulling, 'whether the images fit the platform of the task', () =>
    platformsOf(repository, value, ports),
  )
  return { kind: 'there', platforms: platforms?.value }
}

/** Platforms of an image or of an index of images; undefined where it does not say. */
async function platformsOf(
  repository: string,
  digest: string,
  { registry }: ImagePorts,
): Promise<readonly string[] | undefined> {
  const stored = await registry.manifest(repository, digest)
  const manifest = stored && readable(() => parseManifest(stored.content))
  if (!manifest) return undefined
  if (manifest.manifests.length > 0)
    return manifest.manifests.filter((child) => !isAttestation(child)).flatMap(({ platform }) => platform ?? [])
  const config = manifest.config && (await registry.blob(repository, manifest.config.digest))
  const platform = config && readable(() => parseConfig(config).platform)
  return platform ? [platform] : undefined
}

/** What cannot be read as a manifest is judged by whoever pulls it. */
function readable<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
