import type { Earlier, Target } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import { text, untrusted } from '../../../text.ts'

/** A rollback that does not replace a version that another user or run has deployed since. */
export function onlyOver({ to, from }: Earlier, target: Target): Target {
  return {
    ...target,
    async *prepare(...asked) {
      const prepared = yield* target.prepare(...asked)
      const live = prepared.plan.from
      if (live === undefined || live.id === from.id || live.id === to.id) return prepared
      throw new Failure({
        code: 'deployment-conflict',
        what: text`The live version is ${untrusted(live.label)}, no longer ${untrusted(from.label)}, so it was not rolled back`,
        why: text`another user or run has deployed it, and a rollback does not replace that`,
        fix: text`Check that ${untrusted(live.label)} works. AWS CloudTrail has the user (event UpdateEnvironment). Nothing has been changed.`,
      })
    },
  }
}
