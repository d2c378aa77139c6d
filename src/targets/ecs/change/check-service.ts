import { begun } from '../../../begun.ts'
import type { Events } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { decidePlan } from '../prepare/decide-plan.ts'
import { check, reportChecks } from '../prepare/preflight-checks.ts'
import { groupFor, readTarget } from '../prepare/read-target.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'

/** Looks at a service as its deployment will: reads it and what is wanted, and tells what both show. Changes nothing. */
export async function* checkService(asked: ServiceRequest, context: EcsContext): Events<void> {
  const preparing = forPreparation(context, asked)
  const reading = await readTarget(asked, preparing, undefined)
  if (reading === undefined) return
  const { request } = reading
  const drafted = decidePlan(request, reading)
  const group = begun(groupFor(drafted, reading, preparing))
  yield* reportChecks(await check(request, reading, drafted, group, preparing), request, reading, preparing)
}
