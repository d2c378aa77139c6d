import type { z } from 'zod'

interface Tagged {
  readonly image?: object | undefined
  readonly images?: object | undefined
  readonly environments: Readonly<Record<string, { readonly 'image-tags'?: readonly string[] | undefined }>>
}

/** Tags of an environment are tags of the images of the file. */
export function checkImageTags({ image, images, environments }: Tagged, context: z.core.$RefinementCtx): void {
  if (image !== undefined || images !== undefined) return
  for (const [environment, placed] of Object.entries(environments))
    if (placed['image-tags'] !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['environments', environment, 'image-tags'],
        message: 'requires "image" or "images": the tags are those of these images',
      })
}
