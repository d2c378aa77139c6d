import { Failure, failureInOneLine } from '../failure.ts'
import { renderText } from '../text.ts'

/** Why a request got no response: the proxy's error, or the cause under `fetch failed`. The text is untrusted. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof Failure) return renderText(failureInOneLine(error.parts), (theirs) => theirs)
  const code = 'code' in error ? String(error.code) : error.name
  return error.cause === undefined ? error.message || code : reasonOf(error.cause)
}

/** True where another try changes nothing, whichever library wrapped the error: the runner's own proxy refuses. */
export function isForGood(error: unknown): boolean {
  return error instanceof Failure || (error instanceof Error && error.cause !== undefined && isForGood(error.cause))
}
