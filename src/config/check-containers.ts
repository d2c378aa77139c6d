import type { z } from 'zod'
import { nearest } from '../nearest.ts'

interface Containers {
  readonly images?: Readonly<Record<string, unknown>> | undefined
  readonly services?:
    | Readonly<
        Record<
          string,
          {
            readonly container?: string | undefined
            readonly containers?: Readonly<Record<string, string>> | undefined
          }
        >
      >
    | undefined
}

/** Every image of a container is one of `images`; the one `image` goes into `container` instead. */
export function checkContainers({ images, services = {} }: Containers, context: z.core.$RefinementCtx): void {
  const known = Object.keys(images ?? {})
  for (const [service, { container, containers }] of Object.entries(services)) {
    if (containers === undefined) continue
    const issue = (path: readonly string[], message: string) =>
      context.addIssue({ code: 'custom', path: ['services', service, ...path], message })
    if (container !== undefined) issue(['containers'], 'excludes container, which is for the one image')
    if (Object.keys(containers).length === 0) issue(['containers'], 'must name a container and its image')
    for (const [name, image] of Object.entries(containers))
      if (!known.includes(image)) issue(['containers', name], strange(image, known))
  }
}

function strange(image: string, known: readonly string[]): string {
  if (known.length === 0) return `names the image ${image}, and the file has no images`
  const suggestion = nearest(image, known)
  const hint = suggestion === undefined ? `; there are ${known.join(', ')}` : `; did you mean ${suggestion}?`
  return `names the image ${image}, which is not under images${hint}`
}
