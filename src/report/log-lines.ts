import type { DeploymentState } from '../deployment/state.ts'
import { type Text, text, untrusted } from '../text.ts'
import { newLines } from './log-progress.ts'
import { firstLine, linesBelow, opening } from './opening.ts'
import { appearance } from './sentence.ts'
import { minutesAndSeconds } from './short.ts'
import type { Subject } from './subject.ts'

/**
 * What is new in the job's log, one line each, with the time since the start in front. Nothing is
 * said twice. At the end: the verdict, with the cause and the remedy before anything else. `since`: when the clock of the
 * log began, in milliseconds since 1970.
 */
export function logLines(
  previous: DeploymentState,
  next: DeploymentState,
  subject: Subject,
  since = next.startedAt,
): readonly Text[] {
  const time = minutesAndSeconds(next.updatedAt - since)
  const lines = [
    ...newLines(previous, next, subject),
    ...(next.verdict && !previous.verdict ? ending(next, subject) : []),
  ]
  return lines.map((line) => text`${time}  ${line}`)
}

function ending(state: DeploymentState, subject: Subject): readonly Text[] {
  const said = opening({ subject, state })
  return [
    text`${appearance(state).emoji} ${firstLine(said)}`,
    ...linesBelow(said).map(indented),
    ...(subject.url && state.verdict?.outcome === 'succeeded' ? [indented(text`${untrusted(subject.url)}`)] : []),
  ]
}

function indented(line: Text): Text {
  return text`   ${line}`
}
