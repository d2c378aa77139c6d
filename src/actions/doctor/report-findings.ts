import type { Finding } from '../../diagnosis/finding.ts'
import type { Mistake } from '../../mistake.ts'
import { forPlain } from '../../report/escape.ts'
import {
  findingSentence,
  findingsJson,
  isRed,
  preflightCause,
  preflightLines,
  renderPreflight,
} from '../../report/preflight-report.ts'
import type { Runner } from '../../runner/action.ts'
import { renderText, type Text } from '../../text.ts'
import type { DoctorInputs } from './doctor-inputs.ts'

/** Writes findings to the log, the outputs and the summary; the step fails by `fail-on`. `at`: the line of a file it is about. */
export async function reportFindings(
  findings: readonly Finding[],
  who: Text,
  { failOn }: Pick<DoctorInputs, 'failOn'>,
  runner: Runner,
  at: (finding: Finding) => Mistake | undefined = () => undefined,
): Promise<void> {
  for (const line of preflightLines(findings, who)) runner.log.info(line)
  for (const finding of findings) {
    if (finding.severity === 'notes') continue
    const level = finding.severity === 'blocks' ? 'error' : 'warning'
    runner.log[level](findingSentence(finding), 'Preflight', at(finding))
  }
  const cause = preflightCause(findings)
  runner.setOutput('findings', findingsJson(findings))
  runner.setOutput('cause', cause ? renderText(cause, forPlain) : '')
  runner.setOutput('cause-code', '')
  runner.setOutput('verdict', '')
  await runner.writeSummary(renderPreflight(findings, who))
  if (isRed(findings, failOn)) runner.fail()
}
