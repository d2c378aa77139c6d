import { isBad, isOpen, type Verdict } from '../deployment/verdict.ts'
import { mistakeText, mostListed, type Place } from '../mistake.ts'
import { renderText, type Text, text, untrusted } from '../text.ts'
import { forAnnotation, forPlain } from './escape.ts'
import { linesBelow, type Opening, opening } from './opening.ts'
import type { Report } from './report.ts'
import { truncate } from './short.ts'

/** A message that GitHub shows on the page of the run, or at a line of a file. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: Text
  /** The line of a file that it marks. */
  readonly place?: Place | undefined
}

/** The runner cuts a message at 4,096 characters and shows 10 annotations of each level per step (ExecutionContext.cs). */
const longestMessage = 3500
const longestTitle = 300
const mostWarnings = 5

/** What the page of the run shows on top: one error with the cause, what the report lacks, and where the service is. */
export function annotations(report: Report): readonly Annotation[] {
  const { subject, state } = report
  const { verdict } = state
  const missing = state.evidence?.missingPermissions.map(
    ({ action, shows }) =>
      text`Missing permission: ${untrusted(action)}, for ${untrusted(shows)} in the report of the failure.`,
  )
  const warnings = [...state.warnings.map((warning) => text`${warning}`), ...(missing ?? [])].slice(0, mostWarnings)
  const said = opening(report)
  return [
    ...(verdict && isBad(verdict) ? marking(annotationOf('error', said), verdict) : []),
    ...warnings.map((message) => ({ level: 'warning', title: 'Slipway', message: fitting(message) }) as const),
    ...(verdict && isOpen(verdict) ? [annotationOf('notice', said)] : []),
    ...(subject.url && verdict?.outcome === 'succeeded' ? [urlNotice(said, subject.url)] : []),
  ]
}

/** The verdict as the title; why and what to do as the message, which does not say the title again. */
export function annotationOf(level: Annotation['level'], said: Opening): Annotation {
  const lines = [...(said.reason ? [said.reason] : []), ...linesBelow(said)]
  return {
    level,
    title: titleOf(said),
    message: fitting(lined(lines.length > 0 ? lines : [text`The cause is unknown.`])),
  }
}

/** An annotation that marks the first line of a file that is wrong, and one for each of the others. */
export function marking(first: Annotation, { cause }: Pick<Verdict, 'cause'>): readonly Annotation[] {
  const [place, ...others] = (cause?.mistakes ?? []).slice(0, mostListed)
  const more = others.map((mistake) => ({ ...first, message: text`${mistakeText(mistake)}.`, place: mistake }))
  return [{ ...first, place }, ...more]
}

/** A good end, with the address of what was deployed. */
export function urlNotice(said: Opening, url: string): Annotation {
  return { level: 'notice', title: titleOf(said), message: fitting(text`${untrusted(url)}`) }
}

function titleOf({ headline }: Opening): string {
  return truncate(renderText(headline, forPlain), longestTitle)
}

/** Several lines as the message of one annotation. */
function lined(lines: readonly Text[]): Text {
  return lines.flatMap((line, index) => (index === 0 ? line : ['\n', ...line]))
}

/** The same text when it fits; otherwise its visible form, cut. */
export function fitting(message: Text): Text {
  const visible = renderText(message, forAnnotation)
  return visible.length <= longestMessage ? message : text`${untrusted(truncate(visible, longestMessage))}`
}
