import type { Ecr, Registry } from './registry.ts'

/** Where images are stored, and their platforms. */
export interface ImageStore {
  readonly ecr: Pick<Ecr, 'imageDigest' | 'tags'>
  readonly registry: Pick<Registry, 'manifest' | 'blob'>
}
