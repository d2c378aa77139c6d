import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { unwritable } from '../../unwritable.ts'
import { htmlView } from '../summary/html-view.ts'
import { usageFailure } from '../usage-failure.ts'
import type { StagedMessage } from './stage.ts'

const notice = {
  word: 'Simulated',
  sentence: 'by slipway simulate: no AWS account was called, and nothing was deployed.',
}

/** Absolute paths of the pages of one deployment. */
export interface ReportPaths {
  readonly summary: string
  readonly slack: string | undefined
}

/** The folder for reports: a new one for temporary files, or the one that is named, which must be new or empty. */
export function reportFolder(given: string | undefined, directory: string): string {
  if (given === undefined) return mkdtempSync(join(tmpdir(), 'slipway-simulate-'))
  const folder = resolve(directory, given)
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw usageFailure([`--output ${given} must be a new or empty folder`])
  return folder
}

/** Writes the summary and the Slack message as pages, and as GitHub and Slack get them. */
export function writeReports(
  folder: string,
  name: string,
  summary: string,
  message: StagedMessage | undefined,
): ReportPaths {
  const write = (ending: string, content: string) => {
    const path = join(folder, `${name}.${ending}`)
    try {
      mkdirSync(folder, { recursive: true })
      writeFileSync(path, content)
    } catch (error) {
      throw unwritable(path, error)
    }
    return path
  }
  write('summary.md', summary)
  const paths = { summary: write('summary.html', htmlView(summary, notice)) }
  if (message === undefined) return { ...paths, slack: undefined }
  write('slack.json', `${JSON.stringify(message.content, null, 2)}\n`)
  return { ...paths, slack: write('slack.html', message.page) }
}
