import { causeOf } from '../../deployment/outcomes.ts'
import type { Failure } from '../../failure.ts'
import { renderText } from '../../text.ts'
import type { ScaledService } from './suspension.ts'

/** A warning that auto scaling was not resumed, and why. */
export function stillSuspended({ service }: ScaledService, error: Failure): string {
  const reason = renderText(causeOf(error).what, (theirs) => theirs)
  return `Auto scaling of ${service} may still be suspended: ${reason}. The next deployment of it resumes it.`
}
