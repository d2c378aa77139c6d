import type { Context } from '../../../deployment/context.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { End } from '../../../deployment/outcomes.ts'
import { renderText, type Untrusted, untrusted } from '../../../text.ts'
import type { Conflict } from '../facts/obstacle.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { foresee } from './conflict.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** What would keep the deployment from beginning. */
export async function* tellDryRun(
  request: ServiceRequest,
  { clock }: Context,
  obstacle: End | Conflict | undefined,
): Events<undefined> {
  if (obstacle === undefined) return
  const message = 'kind' in obstacle ? foresee(obstacle, request) : endsEarly(obstacle)
  if (message) yield { kind: 'warning', at: clock.now(), message }
}

function endsEarly({ cause, outcome }: End): Untrusted | undefined {
  const why = cause && renderText(cause.what, (theirs) => theirs)
  return why === undefined ? undefined : untrusted(`This deployment would end as ${outcome}: ${why}.`)
}
