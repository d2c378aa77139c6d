import type { Details, Gauge, Notice } from '../../../deployment/details.ts'
import { alarmNamesIn } from '../../../diagnosis/alarm-names.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { asName, joined, type Text, text, type Untrusted } from '../../../text.ts'
import { functionName } from '../strategy/setting-changes.ts'

/** What is worth a line, and what is worth one of the log. */
export type DetailLines = Pick<Details, 'gauges' | 'notices'>

type Breaker = ServiceDeployment['deploymentCircuitBreaker']
type Hook = NonNullable<ServiceDeployment['lifecycleHookDetails']>[number]

/** Alarms that AWS monitors during a deployment. */
export interface Alarms {
  /** `MONITORING`, `MONITORING_COMPLETE`, `DISABLED`, … (API ServiceDeploymentAlarms). */
  readonly status: string
  readonly names: readonly string[]
  readonly triggered: readonly string[]
  /** True where the facts of the plan name them. */
  readonly isInPlan?: boolean
}

/** All of them as one. */
export function together(...parts: readonly DetailLines[]): DetailLines {
  return { gauges: parts.flatMap(({ gauges }) => gauges), notices: parts.flatMap(({ notices }) => notices) }
}

const nothing: DetailLines = { gauges: [], notices: [] }

/** `2 failed tasks, threshold 10`, and afterwards `4 failed tasks, threshold 3 (TRIGGERED)`; nothing before a task has failed. */
export function breakerGauge(breaker: Breaker): DetailLines {
  const { status = 'DISABLED', failureCount: failures = 0, threshold } = breaker ?? {}
  if (status === 'DISABLED' || failures <= 0) return nothing
  const limit = threshold === undefined ? '' : `, threshold ${threshold}`
  const acted = status === 'TRIGGERED' ? ' (TRIGGERED)' : ''
  const value = text`${failures} failed ${failures === 1 ? 'task' : 'tasks'}${limit}${acted}`
  return { gauges: [{ label: 'Circuit breaker', value }], notices: [] }
}

/** What the number of failed tasks leads to, where a circuit breaker monitors it. */
export function breakerLimit(breaker: Breaker): string | undefined {
  const { status, threshold } = breaker ?? {}
  return threshold === undefined || status !== 'MONITORING' ? undefined : `circuit breaker threshold ${threshold}`
}

/** Those in ALARM stay; those that are monitored or OK are of interest until a rollback begins. */
export function alarmGauge(alarms: Alarms): DetailLines {
  const { names, triggered, isInPlan = false } = alarms
  if (names.length === 0) return nothing
  const value = alarmWords(alarms)
  const gauge: Gauge = triggered.length > 0 ? firedAlarms(triggered) : { label: 'Alarms', value, until: 'rollback' }
  const fired = triggered.map(
    (name): Notice => ({ key: `alarm ${name}`, label: 'alarm', value: text`${asName(name)} in ALARM` }),
  )
  return { gauges: [gauge], notices: [...(isInPlan ? [] : [{ key: 'alarms', label: 'alarms', value }]), ...fired] }
}

/** CodeDeploy names the alarms that fired only in its words about the end: `Activated alarms: <a> <b>`. */
export function alarmsIn(...said: readonly (Untrusted | undefined)[]): { readonly gauges?: readonly Gauge[] } {
  const names = new Set(alarmNamesIn(said.map((words) => words?.untrusted).join('\n')))
  return names.size === 0 ? {} : { gauges: [firedAlarms([...names])] }
}

function firedAlarms(names: readonly string[]): Gauge {
  return { label: 'Alarms', value: text`${joined(names.map((name) => text`${asName(name)}`))} in ALARM` }
}

function alarmWords({ names, status, triggered }: Alarms): Text {
  if (triggered.length > 0) return firedAlarms(triggered).value
  const all = joined(names.map((name) => text`${asName(name)}`))
  const words: Readonly<Record<string, string>> = {
    MONITORING: 'monitored',
    MONITORING_COMPLETE: 'OK, monitoring complete',
    DISABLED: 'not monitored: ECS ignores alarms that are in ALARM at the start',
  }
  return text`${all} ${words[status] ?? text`${asName(status)}`}`
}

/** Lifecycle hooks. Waits for an answer are told where they are asked for. */
export function hookGauge(hooks: readonly Hook[]): DetailLines {
  const shown = hooks.filter(({ targetType, status }) => targetType !== 'PAUSE' || status === 'FAILED')
  if (shown.length === 0) return nothing
  const news = shown.filter(({ status }) => status !== 'SUCCEEDED')
  return {
    gauges: [{ label: 'Hooks', value: joined(shown.map(hookWords), ' · ') }],
    notices: news.map((hook) => ({
      key: `hook ${hook.hookId} ${hook.status}`,
      label: 'hook',
      value: hookWords(hook),
    })),
  }
}

function hookWords({ targetType, targetArn, status = '' }: Hook): Text {
  const name = targetType === 'PAUSE' ? 'pause' : functionName(targetArn)
  return text`${asName(name)} ${asName(status.toLowerCase().replaceAll('_', ' '))}`
}

/** How long the bake time lasts, with the share of the traffic while that is not all. `endsAt`: milliseconds since 1970. */
export function bakeGauge(endsAt: number | undefined, percent: number | undefined): DetailLines {
  if (endsAt === undefined) return nothing
  const value = percent === undefined || percent >= 100 ? [] : text`at ${percent}%`
  return {
    gauges: [{ label: 'Bake time', value, endsAt, until: 'end' }],
    notices: [{ key: `bake ${endsAt}`, label: 'bake', value, endsAt }],
  }
}
