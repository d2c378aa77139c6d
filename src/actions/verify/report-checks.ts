import { redactText } from '../../diagnosis/redact-text.ts'
import { checkLine, checksHeadline, checksJson, renderChecks } from '../../report/checks-report.ts'
import { forPlain } from '../../report/escape.ts'
import type { Runner } from '../../runner/action.ts'
import type { CheckResult } from '../../targets/steps/index.ts'
import type { Check } from '../../targets/steps/request/release-steps.ts'
import { renderText, text } from '../../text.ts'
import type { VerifyInputs } from './verify-inputs.ts'

/** A check that was made. */
export type Checked = CheckResult & { readonly check: Check }

/** Writes the results to the log, the outputs and the summary; the step fails by `on-failure`. */
export async function reportChecks(
  checked: readonly Checked[],
  { onFailure }: Pick<VerifyInputs, 'onFailure'>,
  runner: Runner,
): Promise<void> {
  for (const one of checked) runner.log.info(checkLine(one))
  const failed = checked.filter((one) => !one.passed)
  const level = onFailure === 'fail' ? 'error' : 'warning'
  for (const one of failed)
    if (!one.passed) runner.log[level](redactText(text`${one.why}.\n${one.advice}`), 'Verify failed')
  const [first = checked.at(-1)] = failed
  const why = first && !first.passed ? renderText(redactText(text`Verify failed: ${first.why}.`), forPlain) : ''
  const outputs = {
    result: failed.length === 0 ? 'passed' : 'failed',
    cause: why,
    'cause-code': failed.length === 0 ? '' : 'verify-failed',
    status: String(first?.status ?? ''),
    'response-time': String(first?.milliseconds ?? ''),
    checks: checksJson(checked),
  }
  for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value)
  runner.log.info(checksHeadline(checked))
  await runner.writeSummary(renderChecks(checked))
  if (failed.length > 0 && onFailure === 'fail') runner.fail()
}
