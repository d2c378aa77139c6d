import type { Concurrency } from './parallel.ts'
import type { WavesEvent } from './waves-state.ts'

/**
 * Services that have begun and have not changed anything yet, at the same time: as many as AWS lets register at once
 * (`bucket capacity` of RegisterTaskDefinition). AWS's throttling paces what they do, and where one fails, the others have not
 * begun. Those that are only watched do not count.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export const preparing = 20

/** Once its deployment has started, a service is only watched. */
export const beginnings: Concurrency<WavesEvent> = {
  most: preparing,
  frees: (event) => (event.kind === 'service' || event.kind === 'put-back') && event.event.kind === 'started',
}
