import { isBad, isOpen, type Outcome, type Verdict } from '../deployment/verdict.ts'
import { renderText, type Text, text, untrusted } from '../text.ts'
import { forAnnotation } from './escape.ts'
import { firstLine, opening } from './opening.ts'
import { redacted } from './redacted.ts'
import type { Report } from './report.ts'
import { headline } from './sentence.ts'
import { truncate } from './short.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: Text
}

/** The runner cuts a message at 4,096 characters and shows 10 annotations of each level per step (ExecutionContext.cs). */
const longestMessage = 3500
const mostWarnings = 5

/** What the page of the run shows on top: one error with the cause, what the report lacks, and where the service is. */
export function annotations(report: Report): readonly Annotation[] {
  const { subject, state } = report
  const { verdict } = state
  const missing = state.evidence?.missingPermissions.map(
    ({ action, shows }) => text`The credentials lack ${untrusted(action)}, which would have shown ${untrusted(shows)}.`,
  )
  const warnings = [...state.warnings.map((warning) => text`${redacted(warning)}`), ...(missing ?? [])].slice(
    0,
    mostWarnings,
  )
  return [
    ...(verdict && isBad(verdict) ? [failure(report)] : []),
    ...warnings.map((message) => ({ level: 'warning', title: 'Slipway', message: fitting(message) }) as const),
    ...(verdict && isOpen(verdict) ? [open(report, verdict)] : []),
    ...(subject.url && verdict?.outcome === 'succeeded'
      ? [
          {
            level: 'notice',
            title:
              state.purpose === 'rollback' ? 'Rolled back' : state.plan?.settingsOnly ? 'Settings changed' : 'Deployed',
            message: fitting(text`${headline(report)}: ${untrusted(subject.url)}`),
          } as const,
        ]
      : []),
  ]
}

function open(report: Report, { outcome }: Verdict): Annotation {
  const said = opening(report)
  return { level: 'notice', title: openTitle(outcome), message: fitting(lined([firstLine(said), ...said.rest])) }
}

/** Title of an end that is neither good nor bad. */
export function openTitle(outcome: Outcome): string {
  return outcome === 'paused' ? 'Waits for an answer' : 'Started, not watched'
}

const titles = {
  deployment: 'Deploy failed',
  rollback: 'Rollback failed',
  explanation: 'Deploy failed',
  watch: 'Watched deployment failed',
  answer: 'Continue failed',
}

/** What failed and why, what to do, and only then what is true of the service. */
function failure(report: Report): Annotation {
  const title = titles[report.state.purpose ?? 'deployment']
  const { headline, reason, rest } = opening(report)
  const lines = reason
    ? [text`${title}: ${reason}`, ...rest.slice(0, 1), text`${headline}.`, ...rest.slice(1)]
    : [text`${title}: ${headline}.`, ...rest]
  return { level: 'error', title, message: fitting(lined(lines)) }
}

/** Several lines as the message of one annotation. */
export function lined(lines: readonly Text[]): Text {
  return lines.flatMap((line, index) => (index === 0 ? line : ['\n', ...line]))
}

/** The same text when it fits; otherwise its visible form, cut. */
export function fitting(message: Text): Text {
  const visible = renderText(message, forAnnotation)
  return visible.length <= longestMessage ? message : text`${untrusted(truncate(visible, longestMessage))}`
}
