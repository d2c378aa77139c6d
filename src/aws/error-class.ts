import { isCertificateTrouble, isNeverConnected } from '../http/connection-error.ts'
import { retryAfter } from '../http/retry-after.ts'

/**
 * What an error means for the next step.
 *
 * - `permanent`: trying again changes nothing.
 * - `auth`: the credentials are no longer good; fresh ones may be.
 * - `throttle`: refused for now, surely not applied.
 * - `transient`: no answer, surely not applied (or it only reads); try again.
 * - `ambiguous`: a mutation whose reply was lost; it may have been applied.
 */
export type ErrorClass = 'permanent' | 'auth' | 'throttle' | 'transient' | 'ambiguous'

/** `mutate`: a lost reply leaves open whether the call was applied. */
export type CallKind = 'read' | 'mutate'

/** A refusal that was expected, as the value that it means; undefined for any other. */
export type Expected<T> = { readonly value: T } | undefined

/** An answer with status 200 that lacks what every such answer has: an empty body, or one cut short. */
export class IncompleteReply extends Error {
  override readonly name = 'IncompleteReply'
}

/** No complete response arrived within the timeout of one attempt. */
export class NoReply extends Error {
  override readonly name = 'NoReply'
}

/** The parts of an SDK or network error that are read. */
export interface AwsError {
  readonly name: string
  readonly message: string
  /** Node's own, such as ECONNRESET. */
  readonly code?: string
  readonly $fault?: 'client' | 'server'
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

/** Returns a member that a reply always has; its absence means that the body was truncated. */
export function present<T>(member: T | undefined, name: string): T {
  if (member === undefined || member === null) throw new IncompleteReply(`the response has no ${name}`)
  return member
}

// Names as the services write them, with and without `Exception`; see "Common errors" of each API reference.
const throttles =
  /^(Throttl(ing|ed)(Exception)?|ThrottledException|RequestThrottled(Exception)?|TooManyRequests(Exception)?|RequestLimitExceeded|BandwidthLimitExceeded|EC2ThrottledException|PriorRequestNotComplete|ProvisionedThroughputExceededException|TransactionInProgressException|SlowDown)$/
const staleCredentials =
  /^(ExpiredToken(Exception)?|TokenRefreshRequired|RequestExpired|InvalidClientTokenId|UnrecognizedClientException)$/
const serverFaults =
  /^(Internal(Failure|Error|ServerError|ServerException|ServiceError|Exception)|InternalFailureException|InternalServiceException|Server(Exception|Error|InternalException)|ServiceUnavailable(Exception|Error)?|RequestTimeout(Exception)?|IDPCommunicationError(Exception)?)$/
const lostConnection = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'])

/** Undefined for an error that comes neither from AWS nor from the network: an internal error, which must not be swallowed. */
export function classify(error: unknown, kind: CallKind): ErrorClass | undefined {
  if (!(error instanceof Error)) return undefined
  const lost = kind === 'read' ? 'transient' : 'ambiguous'
  if (error instanceof NoReply || error instanceof IncompleteReply) return lost
  const { name, message, code, $metadata, $fault } = error as AwsError
  if (isCertificateTrouble(code)) return 'permanent'
  if (isNeverConnected(code)) return 'transient'
  if (code && lostConnection.has(code)) return lost
  // Of src/http/tunnel.ts: the connection to AWS does not exist yet.
  if (name === 'ProxyError') return 'transient'
  // The connection time-out of @smithy/node-http-handler: nothing was sent yet.
  if (name === 'TimeoutError') return /did not establish a connection/.test(message) ? 'transient' : lost
  if (/socket hang up|other side closed|^aborted$/.test(message)) return lost
  if ($fault === undefined && $metadata?.httpStatusCode === undefined) return name === 'AbortError' ? lost : undefined
  return classifyAnswer(error, $metadata?.httpStatusCode ?? 0, lost)
}

function classifyAnswer(error: AwsError, status: number, lost: ErrorClass): ErrorClass {
  const { name, message, $metadata, $fault } = error
  // The SDK has set its clock by the answer's Date header: the next signature is right.
  if ($metadata?.clockSkewCorrected && status < 500) return 'transient'
  if (throttles.test(name) || status === 429) return 'throttle'
  // Amazon ECS answers this ClientException while another revision of the same family is being made
  // (hashicorp/terraform-provider-aws#9777).
  if (/Too many concurrent attempts/.test(message)) return 'throttle'
  if (staleCredentials.test(name)) return 'auth'
  if (serverFaults.test(name) || status >= 500 || status === 408) return lost
  // An SDK exception is a response of AWS; a SyntaxError or TypeError with metadata is a body that is not AWS's.
  return $fault === undefined ? lost : 'permanent'
}

/** Milliseconds to wait, as the response requests, if it does. */
export function waitAskedBy({ $response }: AwsError): number | undefined {
  return retryAfter($response?.headers?.['retry-after'])
}
