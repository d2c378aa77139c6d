import { type FailedStep, isVisible } from './build-log.ts'

/** The output of the classic engine, of which stdout is the steps and stderr the error. */
export interface ClassicLog {
  push(line: string): void
  /** The last step that began; the build fails at it. */
  last(): Omit<FailedStep, 'error'> | undefined
}

const keptLines = 200
/** Words of the engine between those of a step. */
const engineWords = /^(?: ---> |Removing intermediate container )/

/** Follows `Step 3/5 : RUN npm ci` and what it prints. */
export function openClassicLog(): ClassicLog {
  let name: string | undefined
  let lines: string[] = []
  return {
    push(line) {
      const [, step, instruction] = /^Step (\d+\/\d+) : (.*)$/.exec(line) ?? []
      if (step !== undefined) [name, lines] = [`[${step}] ${instruction}`, []]
      else if (name !== undefined && isVisible(line) && !engineWords.test(line))
        lines = [...lines, line].slice(-keptLines)
    },
    last: () => (name === undefined ? undefined : { name, lines }),
  }
}
