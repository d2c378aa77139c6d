import type { EcrImage } from '../image-reference.ts'
import type { NewStep } from '../rewrite-step.ts'
import type { Surroundings } from '../translation.ts'
import type { Effects } from './effects.ts'
import type { Variables } from './variables.ts'

/** A script as its effects, with where it is. */
export interface Read {
  readonly effects: Effects
  readonly comments: readonly string[]
  /** Offset of the first command behind those that stay as they are. */
  readonly cut?: number | undefined
  readonly variables: Variables
  readonly surroundings: Surroundings
}

/** A step that builds an image. */
export interface Made extends NewStep {
  readonly references: readonly string[]
  readonly image: EcrImage
}
