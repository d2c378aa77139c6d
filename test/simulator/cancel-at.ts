import type { FaultRule } from './faults.ts'
import type { Simulator } from './simulator.ts'

/** The call that a cancel meets: AWS carries it out, and its answer does not come before the step knows of the cancel. */
export type CancelledAt = Pick<FaultRule, 'service' | 'operation' | 'skip'>

/** Aborts when the call arrives. */
export function cancelAt(sim: Simulator, call: CancelledAt): AbortSignal {
  const cancel = new AbortController()
  const run = (_: unknown, givenUp?: AbortSignal) =>
    new Promise<void>((resolve) => {
      givenUp?.addEventListener('abort', () => resolve(), { once: true })
      cancel.abort()
    })
  sim.faults.add({ ...call, times: 1, effect: { kind: 'callback', run } })
  return cancel.signal
}
