import type { Origin } from '../../deployment/origin.ts'
import { Failure } from '../../failure.ts'
import type { JsonObject } from '../../ports.ts'
import { containersOf, textIn } from '../../task-definition/members.ts'
import type { ContainerImage } from '../../task-definition/render.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { Place } from './place.ts'
import type { PlacedImage } from './placed-images.ts'

/** Why an image that is live is not known to be that of the commit which is deployed, as the end of a sentence; undefined: it is. */
export type JudgeKept = (image: PlacedImage, live: Origin | undefined) => Promise<Text | undefined>

/** What a service runs now. */
export interface Live {
  /** Undefined: the service is missing, or its revision may not be read. */
  readonly definition: JsonObject | undefined
  /** Where its revision comes from. */
  readonly origin: Origin | undefined
}

/**
 * The images of a service's containers: those that this run has built, and what is live of those that it has not. Throws
 * `inputs-invalid` with each that cannot be kept.
 */
export async function containerImages(
  { name = '', images = [] }: Place,
  live: Live,
  judge: JudgeKept | undefined,
): Promise<readonly ContainerImage[]> {
  const problems: Text[] = []
  const found: ContainerImage[] = []
  for (const placed of images) {
    const kept = placed.reference === undefined ? liveImage(placed, live.definition) : undefined
    const image = placed.reference === undefined ? kept?.image : `${placed.repository}${placed.reference}`
    const why = placed.reference === undefined ? (kept?.problem ?? (await judge?.(placed, live.origin))) : undefined
    if (why !== undefined)
      problems.push(text`- ${untrusted(placed.image)} (container ${untrusted(placed.container)}): ${why}\n`)
    else if (image !== undefined) found.push({ container: placed.container, image })
  }
  if (problems.length > 0) throw notKept(name, problems)
  return found
}

interface Kept {
  readonly image?: string | undefined
  readonly problem?: Text | undefined
}

function liveImage({ container, repository }: PlacedImage, definition: JsonObject | undefined): Kept {
  if (definition === undefined) return { problem: text`no live revision of the service is known` }
  const image = textIn(
    containersOf(definition).find((one) => textIn(one, 'name') === container),
    'image',
  )
  if (image === undefined) return { problem: text`the live revision has no such container` }
  const isOurs = image.startsWith(repository) && /^[@:]/.test(image.slice(repository.length))
  return isOurs ? { image } : { problem: text`the live revision has another image there` }
}

function notKept(service: string, problems: readonly Text[]): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`Images of ${untrusted(service)} that this run has not built cannot be kept`,
    why: text`could not verify that they are those of this commit:\n${problems.flat()}`,
    fix: text`Build every image: set build-all: true, for this run. Nothing has been changed on AWS.`,
  })
}
