import { Failure, failureInOneLine } from '../../failure.ts'
import { text } from '../../text.ts'
import type { JudgedImage } from './read-scan.ts'

/**
 * The scan gate: waits for the scan of an image, writes the summary and the outputs `scan-status` and `findings`, and throws
 * `image-vulnerable` or `image-scan-missing` where `scan` is `require`. With `report` all of that is a warning; without `scan`,
 * nothing is read.
 */
export async function judgeImage(image: JudgedImage): Promise<void> {
  const { inputs, runner } = image
  if (inputs.scan !== 'require' && inputs.scan !== 'report') {
    runner.setOutput('scan-status', 'off')
    runner.setOutput('findings', '')
    return
  }
  // Loaded on demand: most runs read no scan.
  const { requirePassed } = await import('./read-scan.ts')
  try {
    await requirePassed(image)
  } catch (error) {
    runner.signal.throwIfAborted()
    if (!(error instanceof Failure) || inputs.scan === 'require') throw error
    runner.log.warning(text`${failureInOneLine(error.parts)}.`, 'Image scan')
  }
}
