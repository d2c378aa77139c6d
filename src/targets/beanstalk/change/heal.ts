import type { End } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { watchUpdate } from '../watch/watch-update.ts'
import type { Change } from './change.ts'

/** Deploys the version before, after a deployment that left instances with the new one, or an unhealthy environment. */
export async function* rollBackAfter(end: End, { request, context, state, decision }: Change): Events<End> {
  const { application, name, id, versionLabel: previous } = state.environment
  if (previous === undefined) return end
  const { clock, beanstalk } = context
  const reason = end.reason ?? untrusted('the deployment failed (roll-back-on-failure: true)')
  yield { kind: 'rolling-back', at: clock.now(), reason, isOurs: true }
  const since = clock.now() - 5_000
  const requestId = await beanstalk.update(state.environment, { label: previous })
  if (requestId === undefined) return { ...end, outcome: 'rollback-failed', left: notStarted(previous) }
  const back = yield* watchUpdate({
    request,
    context,
    watched: { application, environment: name, requestId, since },
    update: { label: previous, previous, replaces: decision.policy.replaces },
    environmentId: id,
    instances: state.instances?.length ?? 0,
  })
  const serving = { id: previous, label: previous }
  const { left: _, ...failed } = end
  if (back.outcome === 'succeeded') return { ...failed, outcome: 'rolled-back', serving }
  return { ...end, outcome: 'rollback-failed', serving: undefined }
}

function notStarted(label: string) {
  return text`The rollback to ${asName(label)} could not start: the environment is not Ready. Deploy ${asName(label)} when it is.`
}
