import type { End } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import type { EnvironmentUpdate } from '../../../ports.ts'
import { asName, joined, type Text, text, untrusted } from '../../../text.ts'
import { ownOf } from '../prepare/read-state.ts'
import { optionValue } from '../request/deployment-policy.ts'
import { watchUpdate } from '../watch/watch-update.ts'
import type { Change } from './change.ts'

/**
 * Puts an environment back, after a deployment that left instances with the new version, an unhealthy environment, or settings that
 * were changed for the version: first the version before, then the values that the settings had, as AWS refuses both in one request.
 */
export async function* rollBackAfter(end: End, change: Change): Events<End> {
  const { context, state, decision } = change
  const { versionLabel: previous } = state.environment
  if (previous === undefined) return end
  const reason = end.reason ?? untrusted('the deployment failed (roll-back-on-failure: true)')
  yield { kind: 'rolling-back', at: context.clock.now(), reason, isOurs: true }
  const serving = { id: previous, label: previous }
  const isBack = end.outcome === 'rolled-back'
  const back = isBack
    ? ({ outcome: 'succeeded', serving } as const)
    : yield* again(change, { label: previous }, previous)
  const hasSettings = decision.settings.length > 0
  // The version before may be healthy only with its own settings.
  const isLive = back?.outcome === 'succeeded' || (hasSettings && back?.serving?.id === previous)
  if (!isLive) return { ...end, outcome: 'rollback-failed', serving: undefined, ...notBack(back, previous) }
  const restored = hasSettings ? yield* again(change, formerSettings(change), undefined) : back
  const { left: _, ...failed } = end
  if (restored?.outcome === 'succeeded') return { ...failed, outcome: 'rolled-back', serving }
  return { ...failed, outcome: 'rollback-failed', serving, left: settingsLeft(change) }
}

/** The values that changed options had before; those that had none lose theirs. */
function formerSettings({ decision, state }: Change): EnvironmentUpdate {
  const former = decision.settings.map((option) => ({
    ...option,
    value: optionValue(state.settings, option.namespace, option.name),
  }))
  return {
    settings: former.flatMap(({ value, ...option }) => (value === undefined ? [] : [{ ...option, value }])),
    removed: former.filter(({ value }) => value === undefined).map(({ namespace, name }) => ({ namespace, name })),
  }
}

/** An update that puts something back, to its end; undefined: it could not start. `label`: undefined where only settings change. */
async function* again(
  { request, context, state, decision }: Change,
  wanted: EnvironmentUpdate,
  label: string | undefined,
): Events<End | undefined> {
  const { application, name, versionLabel: previous } = state.environment
  const since = context.clock.now() - 5_000
  const requestId = await context.beanstalk.update(state.environment, wanted)
  if (requestId === undefined) return undefined
  return yield* watchUpdate({
    request,
    context,
    watched: { application, environment: name, requestId, since },
    update: { label, previous, replaces: decision.policy.replaces },
    log: { ...ownOf(state.environment), requestId },
    instances: state.instances?.length ?? 0,
  })
}

function notBack(back: End | undefined, label: string): Pick<End, 'left'> {
  if (back !== undefined) return back.left === undefined ? {} : { left: back.left }
  return {
    left: text`The rollback to ${asName(label)} could not start: the environment is not Ready. Deploy ${asName(label)} when it is.`,
  }
}

/** What an end says of settings that keep the values of this run. */
export function settingsLeft({ decision }: Change): Text {
  const names = decision.settings.map(({ namespace, name }) => text`${untrusted(`${namespace}:${name}`)}`)
  return text`Option settings keep the values of this run: ${joined(names)}.`
}
