import { Failure } from '../failure.ts'
import { text } from '../text.ts'

/** Time in which an action has to end after a cancel before the process is ended. The runner itself grants 7.5 s. */
const graceMilliseconds = 2_000

/**
 * Turns the runner's cancel into an abort. A cancelled job gets SIGINT, 7.5 s later SIGTERM, 2.5 s later a kill
 * (actions/runner, ProcessInvoker.cs); what takes longer belongs into the `post` step, which still runs.
 */
export function cancellation(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const abort = () => {
    controller.abort(new Failure({ code: 'cancelled', what: text`The run was cancelled` }))
    timer ??= setTimeout(() => process.exit(1), graceMilliseconds)
    timer.unref()
  }
  process.on('SIGINT', abort)
  process.on('SIGTERM', abort)
  return {
    signal: controller.signal,
    release() {
      process.removeListener('SIGINT', abort)
      process.removeListener('SIGTERM', abort)
    },
  }
}
