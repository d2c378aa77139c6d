import { Failure, type FailureParts, reasonOf } from '../src/failure.ts'
import { failureText } from '../src/report/failure-text.ts'
import { renderText, type Text } from '../src/text.ts'

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

export function plain(text: Text | undefined): string {
  return renderText(text ?? [], (theirs) => theirs)
}

/** What a failing promise says, as a person reads it. */
export async function failure(
  promise: Promise<unknown>,
): Promise<{ code: string; what: string; why: string; fix: string }> {
  const error = await promise.then(
    () => {
      throw new Error('it did not fail')
    },
    (reason: unknown) => reason,
  )
  if (!(error instanceof Failure)) throw error
  const { code, what, fix }: FailureParts = error.parts
  return { code, what: plain(what), why: plain(reasonOf(error.parts)), fix: plain(fix) }
}
