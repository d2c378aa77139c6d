import type { CliWorld } from '../command.ts'

/** Collects what is missing: asked on a terminal, listed all at once without one. */
export interface Asking {
  /** The answer, or `otherwise` for an empty one; undefined without a terminal, and then it is a mistake. */
  choose(question: Question): Promise<string | undefined>
  /** Adds a mistake in an option. */
  refuse(mistake: string): void
  readonly mistakes: readonly string[]
}

/** One value that no option has and that cannot be known. */
export interface Question {
  /** `--cluster`. */
  readonly option: string
  /** `ECS cluster of production`. */
  readonly what: string
  /** Values that exist. */
  readonly candidates?: readonly string[]
  /** Behind the name of the option in a mistake, where no candidates say it. */
  readonly why?: string
  /** For an empty answer; undefined: it is asked again. */
  readonly otherwise?: string | undefined
  /** What is wrong with an answer. */
  readonly mistakeIn?: (answer: string) => string | undefined
}

/** Questions that are repeated before the command gives up. */
const mostTries = 3

/** Asks on the terminal of the command. */
export function openAsking({ ask, err }: CliWorld): Asking {
  const mistakes: string[] = []
  return {
    mistakes,
    refuse: (mistake) => void mistakes.push(mistake),
    async choose(question) {
      if (ask === undefined) {
        mistakes.push(missing(question))
        return undefined
      }
      for (let tries = 0; tries < mostTries; tries++) {
        const answer = (await ask(`${questionText(question)} `)).trim() || question.otherwise
        const mistake = answer === undefined ? `${question.option} is required` : question.mistakeIn?.(answer)
        if (mistake === undefined) return answer
        err(`${mistake}\n`)
      }
      mistakes.push(missing(question))
      return undefined
    },
  }
}

function missing({ option, candidates = [], why }: Question): string {
  const reason = candidates.length > 0 ? `candidates: ${candidates.join(', ')}` : why
  return `${option} is required${reason === undefined ? '' : `; ${reason}`}`
}

function questionText({ what, candidates = [], otherwise }: Question): string {
  const list = candidates.length > 0 ? ` (${candidates.join(', ')})` : ''
  return `${what}${list}?${otherwise === undefined ? '' : ` [${otherwise}]`}`
}
