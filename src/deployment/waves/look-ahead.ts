import { Failure, type FailureCode } from '../../failure.ts'
import { failureWithOrigins } from '../../origins.ts'
import type { Context } from '../context.ts'
import type { DeploymentEvent } from '../events.ts'
import { causeOf, unexpected } from '../outcomes.ts'
import { redactEvents } from '../redact-events.ts'
import type { Events } from '../target.ts'
import type { WaveMember } from './waves-request.ts'

/** What was found of one service before anything is changed in any. */
export interface Ahead {
  readonly name: string
  /** Warnings and notes; the last one is `finished` where the service cannot be deployed. */
  readonly events: readonly DeploymentEvent[]
  /** An error that is a fault of the program; it has become the verdict already. */
  readonly fault?: unknown
}

/** Says nothing about the service: the deployment itself meets it again, or not. */
const passing: readonly FailureCode[] = ['aws-unreachable', 'cancelled']

/** Looks at one of several services as its deployment will: reads it and what is wanted, and checks both. Changes nothing. */
export async function* lookAhead(member: WaveMember, context: Context): AsyncGenerator<Ahead, void> {
  const events: DeploymentEvent[] = []
  let fault: unknown
  const failed = (error: unknown) => {
    fault = error
  }
  for await (const event of redactEvents(member.target, look(member, context, failed))) events.push(event)
  yield { name: member.name, events, fault }
}

async function* look({ target, terms }: WaveMember, context: Context, failed: (error: unknown) => void): Events<void> {
  try {
    if (target.lookAhead) yield* target.lookAhead(terms, context)
  } catch (thrown) {
    if (context.signal.aborted) throw thrown
    const error = failureWithOrigins(thrown, terms.origins)
    const isKnown = error instanceof Failure
    if (isKnown && passing.includes(error.parts.code)) return
    if (!isKnown) failed(error)
    const cause = isKnown ? causeOf(error) : unexpected(error)
    yield { kind: 'finished', at: context.clock.now(), verdict: { outcome: 'failed', cause } }
  }
}
