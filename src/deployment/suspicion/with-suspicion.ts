import { isDecisive, isPartial, isTelling } from '../../targets/ecs/finish/decisive.ts'
import type { Context } from '../context.ts'
import type { DeploymentRecord } from '../deployment-record.ts'
import type { DeploymentEvent } from '../events.ts'
import { type LookForCause, startSuspicion } from './suspicion.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** What a look may take. Milliseconds. */
const longest = 20_000

/**
 * The events of a way, and among them the causes of what fails on it, as soon as they are known. Looking for them neither delays
 * the way nor ends it, and costs nothing as long as nothing fails.
 */
export async function* withSuspicion<Result>(
  way: Events<Result>,
  context: Context,
  recordOf: () => DeploymentRecord,
): Events<Result> {
  const suspicion = startSuspicion(context.clock, lookForCause(context, recordOf))
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
function lookForCause(context: Context, recordOf: () => DeploymentRecord): LookForCause {
  return async (known) => {
    // Loaded only now: a deployment on which nothing fails needs no diagnosis.
    const { investigate } = await import('../../targets/ecs/finish/explain-outcome.ts')
    const explained = await investigate(known, recordOf(), context, longest)
    if (explained === undefined) return undefined
    const { cause, evidence } = explained
    if (!isDecisive(evidence, context.clock.now()) || !isTelling(cause)) return undefined
    return { cause, isPartial: isPartial(evidence) }
  }
}
