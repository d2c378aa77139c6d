import type { z } from 'zod'

interface Tagged {
  readonly image?: object | undefined
  readonly environments: Readonly<Record<string, { readonly 'image-tags'?: readonly string[] | undefined }>>
}

/** Tags of an environment are tags of the image of the file. */
export function checkImageTags({ image, environments }: Tagged, context: z.core.$RefinementCtx): void {
  if (image !== undefined) return
  for (const [environment, placed] of Object.entries(environments))
    if (placed['image-tags'] !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['environments', environment, 'image-tags'],
        message: 'requires "image": the tags are those of that image',
      })
}
