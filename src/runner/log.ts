import { relative, resolve } from 'node:path'
import * as core from '@actions/core'
import { redactText } from '../diagnosis/redact-text.ts'
import type { Place } from '../mistake.ts'
import { forAnnotation, forLog } from '../report/escape.ts'
import { renderText, type Text } from '../text.ts'
import type { Log } from './action.ts'

/**
 * The job's log. Every line goes through the escape that keeps untrusted text from becoming a workflow command, and credentials
 * are redacted: annotations are shown outside of the log, and more people may read a log than the secret.
 */
export const log: Log = {
  info: (line) => core.info(forTheLog(line)),
  debug: (line) => core.debug(forTheLog(line)),
  group(title, lines) {
    core.startGroup(forTheLog(title))
    for (const line of lines) core.info(forTheLog(line))
    core.endGroup()
  },
  async grouped(title, work) {
    core.startGroup(forTheLog(title))
    try {
      return await work()
    } finally {
      core.endGroup()
    }
  },
  notice: (message, title, place) => core.notice(forTheAnnotation(message), properties(title, place)),
  warning: (message, title, place) => core.warning(forTheAnnotation(message), properties(title, place)),
  error: (message, title, place) => core.error(forTheAnnotation(message), properties(title, place)),
}

/** GitHub finds a file by its path from the workspace, wherever the step runs. */
function properties(title: string | undefined, { file, line, column }: Place = {}): core.AnnotationProperties {
  const workspace = process.env.GITHUB_WORKSPACE ?? process.cwd()
  const path = file === undefined ? '' : relative(workspace, resolve(workspace, file)).replaceAll('\\', '/')
  // A file that an earlier step wrote to the temporary folder is not of the repository.
  const isOfRepository = path !== '' && !path.startsWith('..')
  return {
    ...(title ? { title } : {}),
    ...(isOfRepository ? { file: path, startLine: line ?? 1 } : {}),
    ...(isOfRepository && column !== undefined ? { startColumn: column } : {}),
  }
}

function forTheAnnotation(message: Text): string {
  return renderText(redactText(message), forAnnotation)
}

function forTheLog(line: Text): string {
  return renderText(redactText(line), forLog)
}
