import type { Gauge, Notice } from '../deployment/details.ts'
import type { DeploymentState } from '../deployment/state.ts'
import { isGood } from '../deployment/verdict.ts'
import { duration } from '../duration.ts'
import { type Text, text, untrusted } from '../text.ts'
import { hourAndMinute } from '../utc.ts'

/** The fact, and what it says: `Circuit breaker`, `2 of 10 failed`. */
export type DetailLine = readonly [label: string, value: Text]

/** What is worth a line now; nothing after a good end. */
export function detailLines(state: DeploymentState): readonly DetailLine[] {
  const { verdict, updatedAt } = state
  if (verdict && isGood(verdict.outcome)) return []
  return gaugesOf(state)
    .filter((gauge) => isDue(gauge, state) && !hasEnded(gauge, updatedAt))
    .map((gauge) => [gauge.label, words(gauge, updatedAt)])
}

/** What is new since the state before, for the log. */
export function detailNews(previous: DeploymentState, next: DeploymentState): readonly Text[] {
  const known = new Set(previous.details?.notices.map(({ key }) => key))
  const fresh = next.details?.notices.filter((notice) => !known.has(notice.key) && !hasEnded(notice, next.updatedAt))
  return (fresh ?? []).map((notice) => text`${untrusted(notice.label.padEnd(8))} ${words(notice, next.updatedAt)}`)
}

/** ` (circuit breaker threshold 10)`, for a line that has the number of failed units; empty where there is no limit. */
export function failureLimit({ details }: DeploymentState): string {
  return details?.failureLimit === undefined ? '' : ` (${details.failureLimit})`
}

/** Those of the end are only of a deployment of which details are known. */
function gaugesOf({ details, lastGauges = [] }: DeploymentState): readonly Gauge[] {
  if (details === undefined) return []
  const last = new Map(lastGauges.map((gauge) => [gauge.label, gauge]))
  const shown = details.gauges.map(({ label }) => label)
  return [
    ...details.gauges.map((gauge) => last.get(gauge.label) ?? gauge),
    ...lastGauges.filter(({ label }) => !shown.includes(label)),
  ]
}

function isDue({ until }: Gauge, { verdict, rollingBack }: DeploymentState): boolean {
  if (until === undefined) return true
  return verdict === undefined && (until === 'end' || rollingBack === undefined)
}

function hasEnded({ endsAt }: Gauge | Notice, at: number): boolean {
  return endsAt !== undefined && endsAt <= at
}

/** Until when, too: nothing comes while it lasts that would set the minutes right. */
function words({ value, endsAt }: Gauge | Notice, at: number): Text {
  if (endsAt === undefined) return value
  const rest = value.length > 0 ? text` ${value}` : ''
  return text`${duration(endsAt - at)} left${rest}, until ${hourAndMinute(endsAt)}`
}
