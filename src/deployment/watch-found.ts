import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import type { Context } from './context.ts'
import { warnOfExpiry } from './credential-expiry.ts'
import type { End } from './outcomes.ts'
import type { Events, Found, Target } from './target.ts'
import type { Terms } from './terms.ts'

/** Goes on watching a deployment by its id. Changes nothing. Undefined: a dry run. */
export async function* watchFound(id: string, target: Target, terms: Terms, context: Context): Events<End | undefined> {
  const found = await target.find?.(id, terms, context)
  if (found === undefined)
    throw new Failure({
      code: 'deployment-not-found',
      what: text`The ${target.noun} ${untrusted(target.name)} has no deployment ${untrusted(id)}`,
      fix: text`Check deployment-id, and leave it out to deploy.`,
    })
  yield* tellFound(found, terms, context)
  return terms.dryRun ? undefined : yield* found.watch([])
}

/** Tells what a deployment of our own tells before it is watched, and keeps it for the post step. Terms say whether it is taken back. */
export async function* tellFound(
  { plan, minutes, warnings, known, started }: Found,
  terms: Terms,
  { clock, keep, credentialLifetime }: Context,
): Events<void> {
  const { from, to } = plan
  const isTakenBack = terms.isTurnedRound === true
  yield { kind: 'planned', at: clock.now(), plan: isTakenBack ? { ...plan, from: to, to: from } : plan }
  yield* warnOfExpiry(terms, minutes, { clock, credentialLifetime })
  for (const message of warnings) yield { kind: 'warning', at: clock.now(), message }
  if (terms.dryRun) return
  keep(known)
  if (!isTakenBack && to) yield { kind: 'versioned', at: clock.now(), version: to, reused: true }
  yield { ...started, at: clock.now() }
}
