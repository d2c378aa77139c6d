import type { Details } from '../deployment/details.ts'
import type { DeploymentState } from '../deployment/state.ts'
import type { Outcome } from '../deployment/verdict.ts'
import type { Version } from '../deployment/version.ts'
import { asName, joined, type Text, text } from '../text.ts'
import type { DetailLine } from './deployment-details.ts'

/** After these the shares that were seen last may be true no more, but nothing newer is known. */
const unsettled: readonly Outcome[] = ['failed', 'rollback-failed', 'stopped', 'timed-out', 'cancelled', 'detached']

/** Traffic by revision: shares while it shifts, the one revision that has all of it after the end. */
export function trafficLine(state: DeploymentState): readonly DetailLine[] {
  const { verdict, details, trafficPercent } = state
  const serving = servingNow(state)
  if (serving) return [['Live revision', text`${asName(serving.label)}`]]
  const known = trafficPercent === undefined ? undefined : text`${trafficPercent}% on the new revision`
  const shares = trafficShares(details) ?? known
  if (shares === undefined) return []
  // One that waits for an answer keeps its shares.
  if (!verdict || verdict.outcome === 'paused') return [['Traffic', shares]]
  return unsettled.includes(verdict.outcome) ? [['Last known traffic', shares]] : []
}

/** What is live after the end, where that is known; undefined while a deployment runs. */
export function servingNow({ verdict, plan, purpose }: DeploymentState): Version | undefined {
  if (!verdict) return undefined
  const isBack = verdict.outcome === 'rolled-back' && purpose !== 'rollback'
  return verdict.serving ?? (isBack ? plan?.from : undefined)
}

/** `api:117 90% · api:118 10%`, the old revision first; undefined where no traffic is shifted. */
function trafficShares(details: Details | undefined): Text | undefined {
  const sharing = details?.shares.filter(({ percent, side }) => percent > 0 || side === 'new')
  if (!sharing || sharing.length === 0) return undefined
  const oldFirst = sharing.toSorted((one, other) => other.side.localeCompare(one.side))
  return joined(
    oldFirst.map(({ version, percent }) => text`${asName(version)} ${percent}%`),
    ' · ',
  )
}
