import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import { ecrPlaceOf } from '../../../image/ecr-host.ts'
import { isAttestation, parseConfig, parseManifest } from '../../../image/manifest.ts'
import { parseReference } from '../../../image/reference.ts'
import type { Ecr, JsonObject, PreflightSources, Registry } from '../../../ports.ts'
import { containersOf, isEssential, textIn } from '../../../task-definition/members.ts'
import type { ImageFact } from '../facts/preflight-facts.ts'
import { fits } from './judge-images.ts'

interface Here {
  readonly accountId: string | undefined
  readonly region: string
  /** Values that are placeholders. */
  readonly blank?: ReadonlySet<string>
  /** What runs now on the platform that the new tasks get. */
  readonly running?: { readonly definition: JsonObject; readonly platform: string } | undefined
}

/** Where images are read. Without `registry` their platforms are not read. */
export interface ImagePorts {
  readonly ecr: Pick<Ecr, 'imageDigest'>
  readonly registry: Pick<Registry, 'manifest' | 'blob'> | undefined
  /** Undefined: a pull through cache is not thought of. */
  readonly preflight?: Pick<PreflightSources, 'cachePrefixes'>
}

const pulling = 'ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer'

/** The images of a definition, each once. Reads only the ECR of this account and region. */
export async function gatherImages(
  definition: JsonObject,
  here: Here,
  ports: ImagePorts,
  readFact: ReadFact,
): Promise<readonly ImageFact[]> {
  const users = Map.groupBy(containersOf(definition), (container) => textIn(container, 'image') ?? '')
  const filled = [...users].filter(([reference]) => !here.blank?.has(reference))
  return await Promise.all(
    filled.map(async ([reference, containers]) => ({
      reference,
      containers: containers.map((container) => textIn(container, 'name') ?? 'without a name'),
      isEssential: containers.some(isEssential),
      standing: await standingOf(reference, { ...here, running: runningFor(containers, here) }, ports, readFact),
    })),
  )
}

/** The image that one of the containers runs now, and the platform that it runs on. */
interface RunningImage {
  readonly reference: string
  readonly platform: string
}

function runningFor(containers: readonly JsonObject[], { running }: Here): RunningImage | undefined {
  const names = containers.map((container) => textIn(container, 'name'))
  const same = containersOf(running?.definition ?? {}).find((container) => names.includes(textIn(container, 'name')))
  const reference = same && textIn(same, 'image')
  return running && reference !== undefined ? { reference, platform: running.platform } : undefined
}

type ImageHere = Omit<Here, 'running'> & { readonly running: RunningImage | undefined }

async function standingOf(
  image: string,
  here: ImageHere,
  ports: ImagePorts,
  readFact: ReadFact,
): Promise<ImageFact['standing']> {
  const reference = parseReference(image)
  if (reference === undefined) return { kind: 'invalid' }
  const place = ecrPlaceOf(reference.registry)
  if (place === undefined || place.region !== here.region || place.accountId !== here.accountId)
    return { kind: 'elsewhere' }
  const { repository, digest, tag = 'latest' } = reference
  const read = () => ports.ecr.imageDigest(repository, digest ? { digest } : { tag })
  const found = await readFact('ecr:DescribeImages', 'whether the images exist', read, (value) => value === undefined)
  if (found === undefined) return { kind: 'unread' }
  const { value } = found
  if (value === undefined) return await missing(repository, ports, readFact)
  const { registry } = ports
  if (registry === undefined) return { kind: 'there', platforms: undefined }
  const made = await readFact(pulling, 'whether the images fit the platform of the task', async () => {
    const build = await buildOf(repository, value, registry)
    const isDisproved =
      build?.isIndex === false && (await runsAlike(build.platforms, value, here, { ...ports, registry }))
    return { platforms: build?.platforms, isDisproved }
  })
  return { kind: 'there', platforms: undefined, ...made?.value }
}

/**
 * Whether what runs now has the same platform in its label, and not the one that it runs on. Builders that cross-compile may
 * label an image with a platform of their own, and containerd compares labels only below an index (`images.Manifest`).
 */
async function runsAlike(
  platforms: readonly string[],
  digest: string,
  here: ImageHere,
  { ecr, registry }: ImagePorts & { readonly registry: NonNullable<ImagePorts['registry']> },
): Promise<boolean> {
  const { running } = here
  if (running === undefined || platforms.some((platform) => fits(platform, running.platform))) return false
  const reference = parseReference(running.reference)
  const place = reference && ecrPlaceOf(reference.registry)
  if (reference === undefined || place?.region !== here.region || place.accountId !== here.accountId) return false
  const { repository, digest: pinned, tag = 'latest' } = reference
  const theirs = pinned ?? (await ecr.imageDigest(repository, { tag }))
  // A tag that has moved to the new image proves nothing about the running one.
  if (theirs === undefined || (theirs === digest && pinned === undefined)) return false
  const build = await buildOf(repository, theirs, registry)
  return build?.isIndex === false && build.platforms.every((platform) => platforms.includes(platform))
}

/**
 * A pull through cache makes repositories and images when they are first pulled, so that DescribeImages does not know them
 * before (Amazon ECR user guide, "Sync an upstream registry"). Its rules have a prefix of the repository's name, or `ROOT`.
 */
async function missing(
  repository: string,
  { preflight }: ImagePorts,
  readFact: ReadFact,
): Promise<ImageFact['standing']> {
  const shows = 'whether a pull through cache rule fills the repository'
  const read = async () => (await preflight?.cachePrefixes()) ?? []
  const rules = await readFact('ecr:DescribePullThroughCacheRules', shows, read)
  const isCached = rules?.value.some((prefix) => prefix === 'ROOT' || repository.startsWith(`${prefix}/`))
  if (isCached) return { kind: 'elsewhere' }
  return { kind: 'missing', repository, mayBeCached: rules === undefined && repository.includes('/') }
}

/** Platforms of an image or of an index of images; undefined where it does not say. */
async function buildOf(
  repository: string,
  digest: string,
  registry: NonNullable<ImagePorts['registry']>,
): Promise<{ readonly platforms: readonly string[]; readonly isIndex: boolean } | undefined> {
  const stored = await registry.manifest(repository, digest)
  const manifest = stored && readable(() => parseManifest(stored.content))
  if (!manifest) return undefined
  if (manifest.manifests.length > 0)
    return {
      platforms: manifest.manifests.filter((child) => !isAttestation(child)).flatMap(({ platform }) => platform ?? []),
      isIndex: true,
    }
  const config = manifest.config && (await registry.blob(repository, manifest.config.digest))
  const platform = config && readable(() => parseConfig(config).platform)
  return platform ? { platforms: [platform], isIndex: false } : undefined
}

/** What cannot be read as a manifest is left to the container runtime. */
function readable<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
