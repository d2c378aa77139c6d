import type { Details, HookDetails } from '../deployment/details.ts'
import type { DeploymentState } from '../deployment/state.ts'
import { isGood } from '../deployment/verdict.ts'
import { duration } from '../duration.ts'
import { functionName } from '../targets/ecs/strategy/setting-changes.ts'
import { joined, type Text, text, untrusted } from '../text.ts'

/** The fact, and what it says: `Circuit breaker`, `2 of 10 failed`. */
export type DetailLine = readonly [label: string, value: Text]

/** What is worth a line now: nothing about a plain rolling deployment in which nothing fails, or about a good end. */
export function detailLines(state: DeploymentState): readonly DetailLine[] {
  const { details, verdict, updatedAt } = state
  if (!details || (verdict && isGood(verdict.outcome))) return []
  const { circuitBreaker, hooks } = details
  const hook = hooks.filter(isTold)
  return [
    ...(circuitBreaker && circuitBreaker.failures > 0
      ? [['Circuit breaker', text`${breakerWords(circuitBreaker)}`] as const]
      : []),
    ...alarmLine(state),
    ...(hook.length > 0 ? [['Hooks', joined(hook.map(hookWords), ' · ')] as const] : []),
    ...(verdict ? [] : bakeLine(details, updatedAt)),
  ]
}

/** What is new since the state before, for those who watch the log: a breaker that counts, an alarm, a hook, a bake time. */
export function detailNews(previous: DeploymentState, next: DeploymentState): readonly Text[] {
  const [before, now] = [previous.details, next.details]
  if (!now || now === before) return []
  const known = new Map(before?.hooks.map(({ id, status }) => [id, status]))
  const hooks = now.hooks.filter(
    (hook) => isTold(hook) && hook.status !== 'SUCCEEDED' && known.get(hook.id) !== hook.status,
  )
  const fired = now.alarms?.triggered.filter((name) => !before?.alarms?.triggered.includes(name)) ?? []
  return [
    ...(now.alarms && !before?.alarms && !now.alarms.isInPlan ? [text`alarms   ${alarmWords(now.alarms)}`] : []),
    ...fired.map((name) => text`alarm    ${untrusted(name)} in ALARM`),
    ...hooks.map((hook) => text`hook     ${hookWords(hook)}`),
    ...(now.bakeEndsAt !== before?.bakeEndsAt ? bakeLine(now, next.updatedAt) : []).map(
      ([, words]) => text`bake     ${words}`,
    ),
  ]
}

/** ` (circuit breaker threshold 10)`, for a line that has the number of failed tasks; empty where none monitors. */
export function breakerLimit({ details }: DeploymentState): string {
  const { threshold, status } = details?.circuitBreaker ?? {}
  return threshold === undefined || status !== 'MONITORING' ? '' : ` (circuit breaker threshold ${threshold})`
}

/** `2 failed tasks, threshold 10`, and afterwards `4 failed tasks, threshold 3 (TRIGGERED)`. */
function breakerWords({ failures, threshold, status }: NonNullable<Details['circuitBreaker']>): string {
  const limit = threshold === undefined ? '' : `, threshold ${threshold}`
  const acted = status === 'TRIGGERED' ? ' (TRIGGERED)' : ''
  return `${failures} failed ${failures === 1 ? 'task' : 'tasks'}${limit}${acted}`
}

/** Those in ALARM, always; those that are monitored or OK, as long as the deployment goes on. */
function alarmLine(state: DeploymentState): readonly DetailLine[] {
  const { details, verdict, rollingBack } = state
  const fired = firedAlarms(state)
  if (fired.length > 0) return [['Alarms', firedWords(fired)]]
  return details?.alarms && !verdict && !rollingBack ? [['Alarms', alarmWords(details.alarms)]] : []
}

/** ECS names the alarms that fired; CodeDeploy does in its words about the end only: `Activated alarms: <a> <b>`. */
function firedAlarms({ details, rollingBack, evidence }: DeploymentState): readonly string[] {
  const said = [rollingBack?.reason, ...(evidence?.said ?? [])]
  const [, list = ''] = /Activated alarms: ([^\n]{1,4000})/.exec(said.map((words) => words?.untrusted).join('\n')) ?? []
  const named = [...list.matchAll(/<([^<>]{1,255})>/g)].flatMap(([, name]) => name ?? [])
  return [...new Set([...(details?.alarms?.triggered ?? []), ...named])]
}

function firedWords(names: readonly string[]): Text {
  return text`${joined(names.map((name) => text`${untrusted(name)}`))} in ALARM`
}

function alarmWords({ names, status, triggered }: NonNullable<Details['alarms']>): Text {
  if (triggered.length > 0) return firedWords(triggered)
  const all = joined(names.map((name) => text`${untrusted(name)}`))
  const words: Readonly<Record<string, string>> = {
    MONITORING: 'monitored',
    MONITORING_COMPLETE: 'OK, monitoring complete',
    DISABLED: 'not monitored: ECS ignores alarms that are in ALARM at the start',
  }
  return text`${all} ${words[status] ?? text`${untrusted(status)}`}`
}

/** Waits for an answer are told where they are asked for. */
function isTold({ type, status }: HookDetails): boolean {
  return type !== 'PAUSE' || status === 'FAILED'
}

function hookWords({ type, target, status }: HookDetails): Text {
  const name = type === 'PAUSE' ? 'pause' : functionName(target)
  return text`${untrusted(name)} ${untrusted(status.toLowerCase().replaceAll('_', ' '))}`
}

/** Until when, too: nothing comes while it bakes that would set the minutes right. */
function bakeLine({ bakeEndsAt, revisions }: Details, at: number): readonly DetailLine[] {
  if (bakeEndsAt === undefined || bakeEndsAt <= at) return []
  const weight = revisions.find(({ side }) => side === 'new')?.weight
  const share = weight === undefined || weight >= 100 ? '' : ` at ${weight}%`
  const until = `${new Date(bakeEndsAt).toISOString().slice(11, 16)} UTC`
  return [['Bake time', text`${duration(bakeEndsAt - at)} left${share}, until ${until}`]]
}
