import type { z } from 'zod'
import { publicNameOf } from '../image/ecr-host.ts'

interface Image {
  readonly repository: string
}

interface Tagged {
  readonly image?: Image | undefined
  readonly images?: Readonly<Record<string, Image>> | undefined
  readonly environments: Readonly<Record<string, { readonly 'image-tags'?: readonly string[] | undefined }>>
}

/** Tags of an environment are tags of the images of the file, which the action promote gives to private repositories only. */
export function checkImageTags({ image, images, environments }: Tagged, context: z.core.$RefinementCtx): void {
  const repositories = [...(image ? [image] : []), ...Object.values(images ?? {})].map(({ repository }) => repository)
  const open = repositories.find((repository) => publicNameOf(repository) !== undefined)
  const message =
    image === undefined && images === undefined
      ? 'requires "image" or "images": the tags are those of these images'
      : open && `is not supported for ${open}: tags of environments are given in private repositories of Amazon ECR`
  if (message === undefined) return
  for (const [environment, placed] of Object.entries(environments))
    if (placed['image-tags'] !== undefined)
      context.addIssue({ code: 'custom', path: ['environments', environment, 'image-tags'], message })
}
