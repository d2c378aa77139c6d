import { redactText } from '../diagnosis/redact-text.ts'
import { renderText, type Text, text } from '../text.ts'
import { forPlain } from './escape.ts'
import { prose, table } from './markdown.ts'

/** The result of a check, as far as it is reported. */
export type ReportedCheck = {
  readonly name: Text
  readonly status?: number | undefined
  readonly milliseconds: number
  readonly tries: number
} & ({ readonly passed: true } | { readonly passed: false; readonly why: Text; readonly advice: Text })

/** `✔ GET https://api.example.com/health: 200 in 12 ms`. */
export function checkLine(check: ReportedCheck): Text {
  if (!check.passed) return redactText(text`✖ ${check.why}`)
  const status = check.status === undefined ? '' : `${check.status} in `
  const tries = check.tries > 1 ? `, ${check.tries} tries` : ''
  return redactText(text`✔ ${check.name}: ${status}${check.milliseconds} ms${tries}`)
}

/** `❌ 1 of 3 checks failed`. */
export function checksHeadline(checks: readonly ReportedCheck[]): Text {
  const failed = checks.filter(({ passed }) => !passed).length
  const noun = checks.length === 1 ? 'check' : 'checks'
  return failed > 0 ? text`❌ ${failed} of ${checks.length} ${noun} failed` : text`✅ ${checks.length} ${noun} passed`
}

/** For programs: one object for each check. */
export function checksJson(checks: readonly ReportedCheck[]): string {
  const plain = (value: Text) => renderText(redactText(value), forPlain)
  const objects = checks.map((check) => ({
    name: plain(check.name),
    passed: check.passed,
    status: check.status ?? null,
    milliseconds: check.milliseconds,
    tries: check.tries,
    ...(check.passed ? {} : { why: plain(check.why) }),
  }))
  return JSON.stringify(objects)
}

/** The job summary, as Markdown. */
export function renderChecks(checks: readonly ReportedCheck[]): string {
  const shown = (value: Text) => prose(redactText(value))
  const rows = checks.map((check) => [
    check.passed ? '✅' : '❌',
    shown(check.name),
    String(check.status ?? ''),
    `${check.milliseconds} ms`,
    check.passed ? '' : shown(check.why),
    check.passed ? '' : shown(check.advice),
  ])
  const head = ['', 'Check', 'Status', 'Time', 'Why', 'What to do']
  return `### ${shown(checksHeadline(checks))}\n\n${table(head, rows)}\n`
}
