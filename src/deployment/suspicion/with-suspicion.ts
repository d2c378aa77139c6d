import type { Context } from '../context.ts'
import type { DeploymentRecord } from '../deployment-record.ts'
import type { Events, Target } from '../target.ts'
import { type LookForCause, startSuspicion } from './suspicion.ts'

/** What a look may take. Milliseconds. */
const longest = 20_000

/**
 * The events of a way, and among them the causes of what fails on it, as soon as they are known. The reads for them neither delay
 * the way nor end it, and there are none as long as nothing fails.
 */
export async function* withSuspicion<Result>(
  way: Events<Result>,
  target: Target,
  context: Context,
  recordOf: () => DeploymentRecord,
): Events<Result> {
  const suspicion = startSuspicion(context.clock, lookForCause(target, context, recordOf))
  try {
    let step = way.next()
    for (;;) {
      const seen = await Promise.race([step, suspicion.stirred()])
      yield* suspicion.news()
      if (seen === undefined) continue
      if (seen.done) return seen.value
      suspicion.take(seen.value)
      yield seen.value
      step = way.next()
    }
  } finally {
    suspicion.end()
  }
}

/** The evidence and the catalogue are those of the end. */
function lookForCause(target: Target, context: Context, recordOf: () => DeploymentRecord): LookForCause {
  return async (known) => {
    const explained = await target.explain?.(known, recordOf(), context, longest)
    if (explained === undefined || explained.standing === 'open') return undefined
    return { cause: explained.cause, isPartial: explained.standing === 'partial' }
  }
}
