import type { DeploymentState, Phase } from '../deployment/state.ts'
import { isEnded } from '../deployment/verdict.ts'
import { duration } from '../duration.ts'
import { text, untrusted } from '../text.ts'
import { prose, table } from './markdown.ts'
import { minutesAndSeconds } from './short.ts'

const mostRows = 40

/** The timeline: a row for each phase that has started. Empty when there is none. */
export function timeline(state: DeploymentState): string {
  const rows = state.phases.flatMap((phase) => row(phase, state)).slice(0, mostRows)
  if (rows.length === 0) return ''
  return ['#### Timeline', table(['Phase', 'Status', 'Start', 'Duration', 'Detail'], rows)].join('\n\n')
}

const words: Readonly<Partial<Record<Phase['status'], string>>> = {
  running: '⏳ running',
  succeeded: '✅ succeeded',
  failed: '❌ failed',
}

function row({ name, status, startedAt, endedAt, detail }: Phase, state: DeploymentState): readonly string[][] {
  const isCutOff = status === 'running' && state.verdict !== undefined && isEnded(state.verdict.outcome)
  const standing = isCutOff ? '⏹️ not completed' : words[status]
  if (standing === undefined || startedAt === undefined) return []
  return [
    [
      prose(text`${untrusted(name)}`),
      standing,
      minutesAndSeconds(startedAt - state.startedAt),
      duration((endedAt ?? state.updatedAt) - startedAt),
      detail ? prose(text`${detail}`) : '',
    ],
  ]
}

/** A chart with fewer shares of the traffic than that says no more than the table of facts. */
const fewestShares = 3
const points = 40

/**
 * The share of the traffic on the new revision over the time, as a Mermaid chart (`xychart-beta`): a point for each of many
 * equal parts of the time, as a line of Mermaid's has its points at equal distances. Empty where the strategy shifts none.
 */
export function trafficChart({ traffic = [], startedAt, updatedAt }: DeploymentState): string {
  const shares = new Set([0, ...traffic.map(({ percent }) => percent)])
  if (shares.size < fewestShares) return ''
  const whole = Math.max(1, updatedAt - startedAt)
  const shareAt = (at: number) => traffic.findLast((step) => step.at <= at)?.percent ?? 0
  const line = Array.from({ length: points + 1 }, (_, index) => shareAt(startedAt + (whole * index) / points))
  const chart = [
    // The line of Mermaid's own theme is too pale for a white page, and its chart too high.
    '%%{init: {"xyChart": {"height": 260}, "themeVariables": {"xyChart": {"plotColorPalette": "#0969da"}}}}%%',
    'xychart-beta',
    '  title "Traffic on the new revision (%)"',
    `  x-axis "Minutes" 0 --> ${(whole / 60_000).toFixed(1)}`,
    '  y-axis 0 --> 100',
    `  line [${line.join(', ')}]`,
  ]
  return ['```mermaid', ...chart, '```'].join('\n')
}
