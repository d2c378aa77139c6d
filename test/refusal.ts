import { Failure } from '../src/failure.ts'
import { failureText } from '../src/report/failure.ts'
import { renderText } from '../src/text.ts'

/** A failure as a person reads it. Anything else that was thrown is thrown on. */
export function said(error: unknown): string {
  if (error instanceof Failure) return renderText(failureText(error), (theirs) => theirs)
  throw error
}

/** What a person reads when something fails on purpose. */
export function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return said(error)
  }
  throw new Error('it did not fail')
}
