import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'

/** The failure for options whose values are wrong, all of them at once; the command ends with exit code 2. */
export function usageFailure(mistakes: readonly string[]): Failure {
  const [only] = mistakes
  return new Failure({
    code: 'inputs-invalid',
    what: text`${mistakes.length === 1 ? 'An option is' : 'Options are'} invalid`,
    why:
      mistakes.length === 1
        ? text`${untrusted(only ?? '')}`
        : text`\n${mistakes.flatMap((mistake) => text`- ${untrusted(mistake)}\n`)}`,
  })
}
