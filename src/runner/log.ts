import * as core from '@actions/core'
import { forAnnotation, forLog } from '../report/escape.ts'
import { redactedText } from '../report/redacted.ts'
import { renderText, type Text } from '../text.ts'
import type { Log } from './action.ts'

/** The job's log. Every line goes through the escape that keeps foreign text from becoming a workflow command. */
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

/** Also without credentials: annotations are shown outside of the log, and what is told in them went through no view. */
function forTheAnnotation(message: Text): string {
  return renderText(redactedText(message), forAnnotation)
}

function forTheLog(line: Text): string {
  return renderText(line, forLog)
}
