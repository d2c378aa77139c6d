import { type Text, text, untrusted } from '../text.ts'
import type { Log } from './action.ts'

type File = 'outputs' | 'summary' | 'state'

/** What is lost with each of the files that the runner gives to a step. */
const losses: Readonly<Record<File, Text>> = {
  outputs: text`The outputs could not be written to GITHUB_OUTPUT, so this step fails: later steps would run without them`,
  summary: text`The job summary could not be written to GITHUB_STEP_SUMMARY`,
  state: text`The state for the post step could not be saved to GITHUB_STATE: if this job is cancelled, it will not roll back the deployment`,
}

/**
 * Writes to the runner's own files. A full disk or a missing file interrupts no deployment: it is reported once for each file,
 * and only lost outputs fail the step.
 */
export function runnerFiles(log: Pick<Log, 'error' | 'warning'>, fail: () => void) {
  const reported = new Set<File>()
  return (file: File, write: () => void): void => {
    try {
      write()
    } catch (error) {
      const isLost = file === 'outputs'
      if (isLost) fail()
      if (reported.has(file)) return
      reported.add(file)
      const reason = untrusted(error instanceof Error ? error.message : String(error))
      log[isLost ? 'error' : 'warning'](text`${losses[file]}: ${reason}.`)
    }
  }
}
