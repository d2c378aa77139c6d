import { type Severity, severities } from '../../image/scan/findings.ts'
import { parseIgnoreList } from '../../image/scan/ignore-list.ts'
import { InputMistakes } from '../../runner/input-mistakes.ts'
import { flag, type InputReader, type Inputs, integer, optionalFlag, optionalOneOf } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'

/** ECR's own words, in lower case as the other inputs have theirs. */
const threshold: InputReader<Severity | undefined> = (given) => {
  if (given === '') return undefined
  const found = severities.find((severity) => severity === given.toUpperCase())
  if (found !== undefined) return found
  throw new Error(`must be one of ${severities.join(', ').toLowerCase()}, not "${given}"`)
}

const ignoreList: InputReader<ReturnType<typeof parseIgnoreList>['value']> = (given) => {
  const { value, mistakes } = parseIgnoreList(given)
  if (mistakes.length === 0) return value
  throw new InputMistakes(
    mistakes.map(({ message, line, column }) => ({
      message: text`${untrusted(message)}`,
      input: 'scan-ignore',
      line,
      column,
    })),
  )
}

/** Longest wait for a scan: that of a job on GitHub. Minutes. */
const longestWait = 360

/** Inputs of an action that judges an image by the scan of Amazon ECR. */
export const scanInputs = {
  scan: optionalOneOf(['off', 'report', 'require']),
  'scan-threshold': threshold,
  'scan-only-fixable': optionalFlag,
  'scan-ignore': ignoreList,
  'scan-timeout-minutes': integer(1, longestWait, undefined),
}

/** Inputs of an action that waits for what Amazon ECR makes of a pushed image. */
export const pushJobInputs = {
  'wait-for-signing': flag(false),
  'wait-for-replication': flag(false),
}

/** Typed values of `scanInputs`. */
export type ScanInputs = Inputs<typeof scanInputs>

/** Typed values of `pushJobInputs`. */
export type PushJobInputs = Inputs<typeof pushJobInputs>
