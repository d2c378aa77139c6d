import { begun } from '../../../begun.ts'
import type { Events, Seen } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { decidePlan } from '../prepare/decide-plan.ts'
import { pauseStages } from '../prepare/pause-stages.ts'
import { planInWords } from '../prepare/plan-words.ts'
import { check, reportChecks } from '../prepare/preflight-checks.ts'
import { groupFor, readTarget } from '../prepare/read-target.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'

/**
 * Looks at a service as its deployment will: reads it and what is wanted, and tells what both show. Changes nothing. Undefined: the
 * service is missing, and may be made.
 */
export async function* checkService(asked: ServiceRequest, context: EcsContext): Events<Seen | undefined> {
  const preparing = forPreparation(context, asked)
  const reading = await readTarget(asked, preparing, undefined)
  if (reading === undefined) return undefined
  const { request, service } = reading
  const drafted = decidePlan(request, reading)
  const group = begun(groupFor(drafted, reading, preparing))
  yield* reportChecks(await check(request, reading, drafted, group, preparing), request, reading, preparing)
  return { plan: planInWords(drafted), pauses: pauseStages(request, service, await group) }
}
