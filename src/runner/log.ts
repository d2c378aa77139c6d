import * as core from '@actions/core'
import { redactText } from '../diagnosis/redact-text.ts'
import { forAnnotation, forLog } from '../report/escape.ts'
import { renderText, type Text } from '../text.ts'
import type { Log } from './action.ts'

/**
 * The job's log. Every line goes through the escape that keeps foreign text from becoming a workflow command, and what looks like
 * a credential is taken out: annotations are shown outside of the log, and a log is read by more people than the secret.
 */
export const log: Log = {
  info: (line) => core.info(forTheLog(line)),
  debug: (line) => core.debug(forTheLog(line)),
  group(title, lines) {
    core.startGroup(forTheLog(title))
    for (const line of lines) core.info(forTheLog(line))
    core.endGroup()
  },
  notice: (message, title) => core.notice(forTheAnnotation(message), title ? { title } : {}),
  warning: (message, title) => core.warning(forTheAnnotation(message), title ? { title } : {}),
  error: (message, title) => core.error(forTheAnnotation(message), title ? { title } : {}),
}

function forTheAnnotation(message: Text): string {
  return renderText(redactText(message), forAnnotation)
}

function forTheLog(line: Text): string {
  return renderText(redactText(line), forLog)
}
