import { begun } from '../../begun.ts'
import { Failure, type FailureCode } from '../../failure.ts'
import { decidePlan } from '../../targets/ecs/prepare/decide-plan.ts'
import { check, tellChecks } from '../../targets/ecs/prepare/preflight-checks.ts'
import { groupFor, prepare } from '../../targets/ecs/prepare/prepare.ts'
import type { ServiceRequest } from '../../targets/ecs/request/service-request.ts'
import type { Context } from '../context.ts'
import type { DeploymentEvent } from '../events.ts'
import { causeOf } from '../outcomes.ts'
import { redactEvents } from '../redact-events.ts'
import { forPreparation } from '../time-limits.ts'
import type { WaveMember } from './waves-request.ts'

/** What was found of one service before anything is changed in any. */
export interface Ahead {
  readonly name: string
  /** Warnings and notes; the last one is `finished` where the service cannot be deployed. */
  readonly events: readonly DeploymentEvent[]
}

/** Says nothing about the service: the deployment itself meets it again, or not. */
const passing: readonly FailureCode[] = ['aws-unreachable', 'cancelled']

/** Looks at one of several services as its deployment will: reads it and what is wanted, and checks both. Changes nothing. */
export async function* lookAhead({ name, request }: WaveMember, context: Context): AsyncGenerator<Ahead, void> {
  const events: DeploymentEvent[] = []
  for await (const event of redactEvents(request, context, look)) events.push(event)
  yield { name, events }
}

async function* look(asked: ServiceRequest, context: Context): AsyncGenerator<DeploymentEvent> {
  const preparing = forPreparation(context, asked)
  try {
    const prepared = await prepare(asked, preparing, undefined)
    if (prepared === undefined) return
    const { request } = prepared
    const drafted = decidePlan(request, prepared)
    const group = begun(groupFor(drafted, prepared, preparing))
    yield* tellChecks(await check(request, prepared, drafted, group, preparing), request, prepared, preparing)
  } catch (error) {
    if (!(error instanceof Failure) || context.signal.aborted) throw error
    if (passing.includes(error.parts.code)) return
    yield { kind: 'finished', at: context.clock.now(), verdict: { outcome: 'failed', cause: causeOf(error) } }
  }
}
