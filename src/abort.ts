/** A signal that aborts with the first of two, and a function that removes its listener from the longer-lived one. */
export interface LinkedSignal {
  readonly signal: AbortSignal
  abort(): void
}

/** A shared reason: without one, each aborted call to AWS creates an error with a stack. */
const over = 'over'

/**
 * A separate signal that also aborts with `parent`. `abort()` ends it and removes its listener; `AbortSignal.any` would leak one
 * on the parent for every call to AWS.
 */
export function linkSignal(parent: AbortSignal): LinkedSignal {
  const controller = new AbortController()
  const follow = () => controller.abort(parent.reason)
  if (parent.aborted) follow()
  else parent.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    abort() {
      parent.removeEventListener('abort', follow)
      controller.abort(over)
    },
  }
}

/**
 * Resolves once the signals that have reached the process are handled: Node hands them over after the replies of the same
 * turn, and what follows on a reply must not change anything after a cancel.
 */
export function signalsHandled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
