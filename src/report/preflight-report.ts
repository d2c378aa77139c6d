import { type Finding, isAtLeast, type Severity, sentenceOf } from '../diagnosis/finding.ts'
import { redactText } from '../diagnosis/redact-text.ts'
import { renderText, type Text, text } from '../text.ts'
import { forPlain } from './escape.ts'
import { prose, table } from './markdown.ts'

const marks: Readonly<Record<Severity, string>> = { blocks: '✖', warns: '⚠', notes: '·' }
const emoji: Readonly<Record<Severity, string>> = { blocks: '❌ blocks', warns: '⚠️ warns', notes: 'ℹ️ note' }

/** Limit of rows in the summary. */
const mostRows = 100

/** What is said of a finding, without credentials. */
export function findingSentence(finding: Finding): Text {
  return redactText(sentenceOf(finding))
}

/** What blocks most, in one sentence; undefined when nothing does. */
export function preflightCause(findings: readonly Finding[]): Text | undefined {
  const first = findings.find(({ severity }) => severity === 'blocks')
  return first && redactText(text`${first.what}: ${first.why}.`)
}

/** `api (production) cannot be deployed: 2 findings block it`: the headline. */
function preflightHeadline(findings: readonly Finding[], subject: Text): Text {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length
  const [blocks, warns] = [count('blocks'), count('warns')]
  if (blocks > 0)
    return text`❌ ${subject} cannot be deployed: ${counted(blocks, 'finding')} ${blocks === 1 ? 'blocks' : 'block'} it`
  if (warns > 0) return text`⚠️ ${subject} can be deployed, with ${counted(warns, 'warning')}`
  return text`✅ ${subject} can be deployed: preflight passed, no issues found`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** One line for each finding, the headline first. `subject`: service and environment, `api (production)`. */
export function preflightLines(findings: readonly Finding[], subject: Text): readonly Text[] {
  return [
    preflightHeadline(findings, subject),
    ...findings.map((finding) => text`   ${marks[finding.severity]} ${findingSentence(finding)}`),
  ]
}

/** The job summary, as Markdown. `subject`: as above. */
export function renderPreflight(findings: readonly Finding[], subject: Text): string {
  const rows = findings
    .slice(0, mostRows)
    .map(({ severity, what, why, fix }) => [
      emoji[severity],
      ...[what, why, fix].map((part) => prose(redactText(part))),
    ])
  const left = findings.length - rows.length
  return [
    `### ${prose(preflightHeadline(findings, subject))}`,
    ...(rows.length > 0 ? [table(['', 'What', 'Why', 'What to do'], rows)] : []),
    ...(left > 0 ? [`_${left} more are in the output findings._`] : []),
    '',
  ].join('\n\n')
}

/** The findings for programs: a list of objects with code, severity, what, why and fix, as JSON. */
export function findingsJson(findings: readonly Finding[]): string {
  const plain = (part: Text) => renderText(redactText(part), forPlain)
  return JSON.stringify(
    findings.map(({ code, severity, what, why, fix }) => ({
      code,
      severity,
      what: plain(what),
      why: plain(why),
      fix: plain(fix),
    })),
  )
}

/** Whether a step with these findings is to end red. */
export function isRed(findings: readonly Finding[], failOn: 'blocks' | 'warns' | 'never'): boolean {
  return failOn !== 'never' && findings.some(({ severity }) => isAtLeast(severity, failOn))
}
