import type { LoadedConfig } from '../../config/load.ts'
import { requireContainerImages } from '../../config/released-images.ts'
import { type ImageTarget, selectImages } from '../../config/select-images.ts'
import type { Target } from '../../config/select-target.ts'
import { ecrRepository } from '../../image/ecr-host.ts'
import { isDigest } from '../../image/reference.ts'
import { nearest } from '../../nearest.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { ImageDigests } from '../inputs/digests-input.ts'

/** An image of slipway.yml in a container of a service. */
export interface PlacedImage {
  readonly container: string
  /** Its name in slipway.yml. */
  readonly image: string
  /** With its registry, without tag or digest. */
  readonly repository: string
  /** With its sign: `@sha256:…` or `:v2`. Undefined: this run has not built it, and the one that is live stays. */
  readonly reference: string | undefined
  /** Patterns of the files that it is made of. */
  readonly paths: readonly string[]
}

/** The images of a service's containers, with what `digests` has of them. Throws `inputs-invalid` with all that is wrong. */
export function placedImages(loaded: LoadedConfig, target: Target, digests: ImageDigests): readonly PlacedImage[] {
  requireContainerImages(loaded, [target.environment])
  const images = new Map(selectImages(loaded.config).map((image) => [image.name, image]))
  const containers = Object.entries(target.containers ?? {})
  const placed = containers.flatMap(([container, name]) => {
    const image = images.get(name)
    return image === undefined ? [] : [placedImage(container, image, digests)]
  })
  const missing = [...new Set(placed.flatMap((one) => (isLost(one, images) ? [one.image] : [])))]
  const problems = [
    ...unknownImages(
      digests,
      [...images.keys()].filter((name) => name !== ''),
    ),
    ...missing.map(
      (name) =>
        text`digests has no ${untrusted(name)}, which services.${untrusted(target.name)} runs and which has no paths in slipway.yml: every run builds it, so its digest was lost`,
    ),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
  return placed
}

function placedImage(container: string, image: ImageTarget, digests: ImageDigests): PlacedImage {
  const { name, repository, accountId, region, paths = [] } = image
  const found = Object.hasOwn(digests, name) ? digests[name] : undefined
  return {
    container,
    image: name,
    repository: ecrRepository(repository, accountId, region),
    reference: found === undefined ? undefined : `${isDigest(found) ? '@' : ':'}${found}`,
    paths,
  }
}

function isLost({ image, reference }: PlacedImage, images: ReadonlyMap<string, ImageTarget>): boolean {
  return reference === undefined && images.get(image)?.paths === undefined
}

function unknownImages(digests: ImageDigests, known: readonly string[]): readonly Text[] {
  return Object.keys(digests)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const suggestion = nearest(name, known)
      const advice = suggestion === undefined ? `it has ${known.join(', ') || 'none'}` : `did you mean ${suggestion}?`
      return text`digests names the image ${untrusted(name)}, which slipway.yml does not have under images; ${advice}`
    })
}
