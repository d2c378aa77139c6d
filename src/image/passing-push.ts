import { commandEnd } from './build-error-rules.ts'
import { type BuildEnd, kindOf } from './build-failure.ts'
import { explainRegistryText } from './registry-rules.ts'

/**
 * Errors of the moment: Go's net and net/http (`TLS handshake timeout`, `connection reset by peer`), statuses as containerd
 * (core/remotes/docker, `unexpected status from PUT request to …: 503 Service Unavailable`, `unexpected status: 502 Bad Gateway`) and
 * moby (registry/client/errors.go, `received unexpected HTTP status: 500 Internal Server Error`, `error parsing HTTP 503 response
 * body`) print them, and `failed commit on ref "…": no response` of containerd.
 */
const passing: readonly RegExp[] = [
  /unexpected (?:HTTP )?status(?: code)?(?: from \w+ request to)?(?: \S+)?: (?:408|429|5\d\d)\b/i,
  /error parsing HTTP (?:408|429|5\d\d) response body/i,
  /connection reset by peer|broken pipe|connection refused|connection timed out|use of closed network connection/i,
  /TLS handshake timeout|i\/o timeout|Client\.Timeout exceeded|client connection lost|server sent GOAWAY/i,
  /Temporary failure in name resolution|server misbehaving/i,
  /\bEOF$|failed commit on ref "[^"]*": no response/im,
  // Docker's containerd store: two builds at once give an image the same name.
  /^image "[^"]*": already exists$/m,
]
const throttled = /toomanyrequests|too many requests|rate exceeded/i

/** Whether a push that failed with this error of Docker may succeed the next time. */
export function isPassingError(error: string): boolean {
  if (throttled.test(error)) return true
  return explainRegistryText(error) === undefined && passing.some((pattern) => pattern.test(error))
}

/** The same for a build that pushes: only where its push failed, never where a step of the Dockerfile did. */
export function isPassingPush({ step, error }: BuildEnd): boolean {
  const own = step?.error ?? error
  if (step === undefined || kindOf(step.name) !== 'push' || commandEnd(own) !== undefined) return false
  return isPassingError(own)
}
