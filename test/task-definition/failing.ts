import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure.ts'
import { renderText } from '../../src/text.ts'

/** What a person reads when something fails on purpose. Anything else that is thrown stays thrown. */
export function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof Failure) return renderText(failureText(error), (theirs) => theirs)
    throw error
  }
  throw new Error('it did not fail')
}
