import type { DeploymentState, Phase } from '../deployment/state.ts'
import { duration } from '../duration.ts'
import { text, untrusted } from '../text.ts'
import { prose, table } from './markdown.ts'
import { redacted } from './redacted.ts'
import { hoursMinutesAndSeconds, minutesAndSeconds } from './short.ts'

const mostRows = 40

/** When what happened: a table, and the same as a Mermaid gantt. Empty when nothing has begun. */
export function timeline(state: DeploymentState): string {
  const phases = state.phases.filter(({ status }) => status !== 'pending').slice(0, mostRows)
  if (phases.length === 0) return ''
  const rows = phases.map((phase) => [
    prose(text`${untrusted(phase.name)}`),
    words(phase),
    phase.startedAt === undefined ? '' : minutesAndSeconds(phase.startedAt - state.startedAt),
    phase.startedAt === undefined ? '' : duration(endOf(phase, state) - phase.startedAt),
    phase.detail ? prose(text`${redacted(phase.detail)}`) : '',
  ])
  return ['#### Timeline', table(['Phase', '', 'Start', 'Took', ''], rows), gantt(phases, state)].join('\n\n')
}

function words({ status }: Phase): string {
  return { pending: '', running: '⏳ running', succeeded: '✅', failed: '❌ failed', skipped: 'skipped' }[status]
}

function endOf(phase: Phase, state: DeploymentState): number {
  return phase.endedAt ?? state.updatedAt
}

/**
 * Times of day that count from midnight, as Mermaid shows them in the reader's own time zone and would shift real ones.
 * Names are cut to letters, digits and spaces: Mermaid has no escape for the others.
 */
function gantt(phases: readonly Phase[], state: DeploymentState): string {
  const tags = { pending: '', running: 'active, ', succeeded: 'done, ', failed: 'crit, ', skipped: '' }
  const bars = phases.flatMap((phase) => {
    if (phase.startedAt === undefined) return []
    const start = hoursMinutesAndSeconds(phase.startedAt - state.startedAt)
    const seconds = Math.max(1, Math.round((endOf(phase, state) - phase.startedAt) / 1000))
    return [
      `  ${phase.name.replace(/[^A-Za-z0-9 ]+/g, ' ').trim() || 'phase'} :${tags[phase.status]}${start}, ${seconds}s`,
    ]
  })
  const header = ['gantt', '  dateFormat HH:mm:ss', '  axisFormat %M:%S', '  section Deployment']
  return ['```mermaid', ...header, ...bars, '```'].join('\n')
}
