import type { Ecr, Registry } from './registry.ts'

/** Where images are, and what they are made for. */
export interface ImageStore {
  readonly ecr: Pick<Ecr, 'imageDigest' | 'tags'>
  readonly registry: Pick<Registry, 'manifest' | 'blob'>
}
