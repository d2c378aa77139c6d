import type { Clock } from '../clock.ts'
import type { Fetch } from '../http/fetch.ts'
import type { RegistryLogin } from '../ports.ts'
import type { Text } from '../text.ts'

/** Login, network and time limits of all requests to one registry. */
export interface RegistryOptions {
  /** Called before the first request, and once more when the registry reports an expired token. */
  readonly login: () => Promise<RegistryLogin>
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  /** How long one request is tried again. Milliseconds. */
  readonly retryTime: number
  readonly fetch: Fetch
  /** Process environment: names the hosts of emulators. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Called, at most every 30 s, when there is no response yet, or when a request is retried. */
  readonly onRetry?: ((line: Text) => void) | undefined
}

/** A body that is read while it is sent, from its beginning for each attempt. What it throws ends the request. */
export interface StreamedBody {
  /** Bytes. */
  readonly length: number
  open(): AsyncIterable<Uint8Array<ArrayBuffer>>
}

/** One request of the OCI distribution protocol. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT'
  /** Path below the endpoint, or the address on the same host that the registry named for an upload. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | StreamedBody
  /** Ends the sentence "The registry refused …". */
  readonly doing: Text
  /** Statuses that are answers, not refusals. */
  readonly expected: readonly number[]
  /** The content is compared with its digest, so that it may come from the storage behind the registry. */
  readonly isVerified?: boolean
  /** The body of an expected answer is read in pieces (`pieces`), which must be read or ended. */
  readonly isStreamed?: boolean
}

/** An answer with its body, which is read within the time of the attempt. */
export interface RegistryAnswer {
  readonly status: number
  readonly headers: Headers
  /** Empty where the body is streamed. */
  readonly body: Uint8Array<ArrayBuffer>
  /** The body of a streamed request, once. Ends with the network's error, or `NoAnswer` where the next piece is late. */
  readonly pieces?: AsyncIterable<Uint8Array<ArrayBuffer>> | undefined
}
