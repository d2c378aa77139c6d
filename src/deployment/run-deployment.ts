import { begun } from '../begun.ts'
import { renderText, untrusted } from '../text.ts'
import { type Judgement, olderThan, openWatchman, type Watchman } from './commit-guard.ts'
import type { Changed, Obstacle } from './conflict.ts'
import type { Context } from './context.ts'
import { warnOfExpiry } from './credential-expiry.ts'
import { beginOrder } from './environment-order.ts'
import type { End } from './outcomes.ts'
import type { Events, Prepared, Target } from './target.ts'
import type { Terms } from './terms.ts'

/** Deploys to one target once. Undefined: a dry run. An obstacle: nothing was changed, and the next attempt begins with a read. */
export async function* runDeployment(
  target: Target,
  terms: Terms,
  context: Context,
): Events<End | Obstacle | Changed | undefined> {
  const watchman = terms.guard && openWatchman(terms.guard, target.nouns, context)
  const order = beginOrder(terms, context)
  const prepared = yield* target.prepare(terms, context, watchman)
  const judgement = begun(prepared.judgement)
  const { plan, obstacle, replaces } = prepared
  if (obstacle === undefined || terms.dryRun) yield* tellPlan(prepared, terms, context)
  if (plan.does === 'nothing' && obstacle === undefined) return yield* confirm(prepared, terms)
  const { warnings = [], check, change } = await prepared.ready()
  for (const message of warnings) yield { kind: 'warning', at: context.clock.now(), message }
  const older = watchman && (yield* judge(watchman, { ...prepared, judgement }, context))
  if (older === undefined && check) yield* check()
  const stands = older ?? obstacle ?? replaces
  if (terms.dryRun) return yield* tellDryRun(stands, terms, context)
  await order
  if (stands) return stands
  context.signal.throwIfAborted()
  return yield* change()
}

async function* tellPlan(
  { plan, doubts = [], warnings, minutes }: Prepared,
  terms: Terms,
  context: Context,
): Events<void> {
  const { clock, keep } = context
  yield { kind: 'planned', at: clock.now(), plan }
  for (const message of doubts) yield { kind: 'warning', at: clock.now(), message }
  keep({ from: plan.from })
  yield* warnOfExpiry(terms, minutes, context)
  for (const message of warnings) yield { kind: 'warning', at: clock.now(), message }
}

/** The end where there is nothing to deploy. */
async function* confirm({ plan, confirm: look, mark }: Prepared, { dryRun }: Terms): Events<End | Changed> {
  const end = look ? yield* look() : ({ outcome: 'unchanged', serving: plan.from } as const)
  if (mark && !dryRun && 'outcome' in end) yield* mark()
  return end
}

/** The end of a deployment that is older than what is live, or than what is in progress. */
async function* judge(
  watchman: Watchman,
  { judgement, obstacle, plan, judged = plan.from }: Prepared,
  { clock }: Context,
): Events<End | undefined> {
  const judgements: Judgement[] = [await judgement]
  if (obstacle) judgements.push(await watchman.judge(obstacle.provenance))
  for (const found of judgements) {
    if (found.kind === 'older') return olderThan(found, watchman.guard, judged)
    if (found.warning) {
      const message = untrusted(renderText(found.warning, (theirs) => theirs))
      yield { kind: 'warning', at: clock.now(), message }
    }
  }
  return undefined
}

/** What would keep the deployment from beginning. */
async function* tellDryRun(stands: End | Obstacle | undefined, terms: Terms, { clock }: Context): Events<undefined> {
  if (stands === undefined) return
  if ('kind' in stands) {
    const { foresee } = await import('./conflict.ts')
    return yield { kind: 'warning', at: clock.now(), message: foresee(stands, terms) }
  }
  const why = stands.cause && renderText(stands.cause.what, (theirs) => theirs)
  if (why === undefined) return
  const message = untrusted(`This deployment would end as ${stands.outcome}: ${why}.`)
  yield { kind: 'warning', at: clock.now(), message }
}
