import type { Target } from '../target.ts'
import type { Terms } from '../terms.ts'

/** One service of a wave. */
export interface WaveMember {
  /** Unique in the request. */
  readonly name: string
  readonly target: Target
  readonly terms: Terms
}

/** Services that are deployed together: those of a wave side by side, the waves one after the other. */
export interface WavesRequest {
  readonly waves: readonly (readonly WaveMember[])[]
  /** What is done with what this run has changed, once a service has failed. */
  readonly onWaveFailure: 'roll-back' | 'leave'
  readonly dryRun: boolean
}
